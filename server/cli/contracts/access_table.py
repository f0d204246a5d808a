"""The access table: RPC by scope, role and kind of caller, as Markdown, from the contract alone.

`corridor gen` runs it as a program, since it imports what was just made: `python -m server.cli.contracts.access_table`.
"""

import sys
from collections.abc import Iterator, Mapping

from corridor.access.v1 import role_pb2
from corridor.options.v1 import method_pb2
from server.kit import contract
from server.kit.contract import Method
from server.platform.approvals import matching

_HEAD = """# Who may call what

Written by `corridor gen` from `proto/`; never edited. A caller needs one of the scopes named; API keys and OAuth
clients hold scopes, people have roles, which are sets of them (`proto/corridor/access/v1/role.proto`).
"""
_NOTE = """
Kinds: `key` is an API key, `client` an OAuth client for itself, `user` a person by an OAuth client, `provider` a
webhook, `anyone` a caller without a credential. Approval: whether a company can have somebody else approve the call.
"""
_KINDS: Mapping[int, str] = {
    method_pb2.CALLER_KIND_API_KEY: "key",
    method_pb2.CALLER_KIND_OAUTH_CLIENT: "client",
    method_pb2.CALLER_KIND_USER: "user",
    method_pb2.CALLER_KIND_PROVIDER: "provider",
    method_pb2.CALLER_KIND_ANONYMOUS: "anyone",
}
_WITH_CREDENTIAL = (
    method_pb2.CALLER_KIND_API_KEY,
    method_pb2.CALLER_KIND_OAUTH_CLIENT,
    method_pb2.CALLER_KIND_USER,
)


def roles() -> Mapping[str, frozenset[str]]:
    """The scopes of each role, by its name in lower case."""
    return {
        value.name.removeprefix("ROLE_").lower(): frozenset(value.GetOptions().Extensions[role_pb2.role].scopes)
        for value in role_pb2.Role.DESCRIPTOR.values
        if value.number
    }


def lines() -> Iterator[str]:
    """The table, line by line."""
    yield _HEAD
    yield from _methods()
    yield _NOTE
    yield "## Scopes of roles\n"
    names = list(roles())
    yield f"| scope | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"
    for scope in sorted({scope for scopes in roles().values() for scope in scopes} | set(contract.scopes())):
        yield f"| `{scope}` | {' | '.join('yes' if scope in scopes else '' for scopes in roles().values())} |"


def _methods() -> Iterator[str]:
    service = ""
    for path, method in contract.methods().items():
        if path.rpartition("/")[0] != service:
            service = path.rpartition("/")[0]
            yield f"\n## {service.removeprefix('/corridor.')}\n"
            yield "| RPC | HTTP | scope | roles | kinds | approval |"
            yield "|---|---|---|---|---|---|"
        yield f"| {' | '.join(_cells(method))} |"


def _cells(method: Method) -> Iterator[str]:
    yield method.name
    http = contract.http_rule(method)
    yield f"`{http}`" if http else ""
    yield ", ".join(f"`{scope}`" for scope in sorted(method.scopes))
    people = not method.callers or method_pb2.CALLER_KIND_USER in method.callers
    yield ", ".join(name for name, scopes in roles().items() if people and scopes & method.scopes)
    kinds = [kind for kind in _KINDS if kind in (method.callers or _WITH_CREDENTIAL)]
    yield ", ".join(_KINDS[kind] for kind in kinds)
    yield "possible" if matching.can_wait(method) else ""


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
