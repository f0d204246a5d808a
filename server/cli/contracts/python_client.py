"""The Python client's methods, from the contract: `client.payouts.create_payout(…)`, sync and asyncio.

`corridor gen` runs it as a program, since it imports what was just made. It is given the directory to write to.
Rule: signatures are real. A method's are those of its request's fields, with the contract's comments.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from google.api import annotations_pb2
from google.protobuf.descriptor import FieldDescriptor, ServiceDescriptor

from corridor.options.v1 import method_pb2
from server.cli.contracts import python_errors, python_package, tools
from server.cli.contracts.python_messages import Comments, Messages, Parameter, indented
from server.kit import contract, etags
from server.kit.contract import Method

MADE = "Written by `corridor gen` from the contract; never edited."
_OPEN = {method_pb2.CALLER_KIND_PROVIDER, method_pb2.CALLER_KIND_ANONYMOUS}
_KEYS = {
    method_pb2.IDEMPOTENCY_RULE_NONE: "NONE",
    method_pb2.IDEMPOTENCY_RULE_OPTIONAL: "OPTIONAL",
    method_pb2.IDEMPOTENCY_RULE_REQUIRED: "REQUIRED",
}


@dataclass(frozen=True, slots=True)
class Service:
    """One service as callers see it."""

    descriptor: ServiceDescriptor
    methods: tuple[Method, ...]

    @property
    def package(self) -> tuple[str, ...]:
        """Its package below `corridor_client`: `("payouts", "v1")`."""
        return tuple(self.descriptor.file.package.split(".")[1:])

    @property
    def attribute(self) -> str:
        """The client's attribute: the service's noun, in the plural where it lists them; v2 stands beside v1."""
        noun = self.descriptor.name.removesuffix("Service")
        listed = [each.name for each in self.methods if each.name.startswith("List")]
        several = _plural(noun)
        found = snake(several if any(name.endswith(several) for name in listed) else noun)
        return found if self.package[-1] == "v1" else f"{found}_{self.package[-1]}"

    @property
    def name(self) -> str:
        """The class of its methods: `PayoutCalls`. No message is called so."""
        return self.descriptor.name.removesuffix("Service") + "Calls"


def snake(name: str) -> str:
    """`CreatePayout` as Python writes it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("OAuth", "Oauth")).lower()


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch")) else "s")


def services() -> list[Service]:
    """Every service with methods for callers with a credential; those for anyone and for providers are left out."""
    found = defaultdict(list)
    for method in contract.methods().values():
        streams = method.descriptor.client_streaming or method.descriptor.server_streaming
        if not streams and not (method.callers and method.callers <= _OPEN):
            found[method.descriptor.containing_service.full_name].append(method)
    by_name = {service.full_name: service for service in contract.services()}
    return [Service(by_name[name], tuple(methods)) for name, methods in sorted(found.items())]


class Calls:
    """Writes the methods of one package."""

    def __init__(self, gen: Path, comments: Comments, package: tuple[str, ...]) -> None:
        self._messages = Messages(gen, package)
        self._comments = comments
        self._package = package

    def text(self, services: Iterable[Service]) -> str:
        """The whole module."""
        body = [line for service in services for line in self._service(service)]
        head = [f'"""Calls of corridor.{".".join(self._package)}. {MADE}"""', "", *self._messages.imports(), ""]
        return "\n".join([*head, *body]).rstrip() + "\n"

    def _service(self, service: Service) -> Iterator[str]:
        for method in service.methods:
            yield from self._constant(method)
        for prefix, caller in (("", "Caller"), ("Async", "AsyncCaller")):
            yield from ("", "", f"class {prefix}{service.name}:")
            yield from indented(4, _docstring(self._comments.of(service.descriptor.full_name)))
            yield from ("", f"    def __init__(self, caller: {caller}) -> None:", "        self._caller = caller")
            for method in service.methods:
                yield ""
                yield from indented(4, self._method(service, method, bool(prefix)))
        yield ""

    def _constant(self, method: Method) -> Iterator[str]:
        rule = method.descriptor.GetOptions().Extensions[annotations_pb2.http]
        verb = rule.WhichOneof("pattern")
        yield from ("", f"{_constant_name(method)} = Method(", f'    "{method.path}",')
        yield f"    {self._messages.local(method.response.DESCRIPTOR.name)},"
        yield from (f"    Key.{_KEYS[method.policy.idempotency]},", f"    {method.deadline_seconds!r},")
        if verb:
            told = [verb.upper(), getattr(rule, verb), rule.body, rule.response_body]
            while not told[-1]:
                told.pop()
            yield f"    Http({', '.join(f'{each!r}'.replace(chr(39), chr(34)) for each in told)}),"
        yield ")"

    def _method(self, service: Service, method: Method, awaited: bool) -> Iterator[str]:
        request = self._messages.local(method.request.DESCRIPTOR.name)
        keyed = method.writes
        parameters = self._messages.parameters(method.request.DESCRIPTOR.name)
        yield f"{'async ' if awaited else ''}def {snake(method.name)}("
        yield from ("    self,", f"    request: {request} | None = None,", "    /,", "    *,")
        for each in parameters:
            yield f"    {each.name}: {each.annotation} = {each.default},"
        if keyed:
            yield '    idempotency_key: str = "",'
        if etags.conditional(method):
            yield "    if_match: str | None = None,"
        yield from ("    timeout_seconds: float | None = None,", "    headers: Mapping[str, str] | None = None,")
        yield f") -> {self._returns(method, awaited)}:"
        comment = self._comments.of(method.descriptor.full_name)
        if awaited:
            comment = f"{comment.splitlines()[0]}\n\nAs `{service.name}.{snake(method.name)}`, awaited."
        yield from indented(4, _docstring(comment, () if awaited else self._told(method, parameters)))
        yield from indented(4, self._body(method, request, parameters, awaited, keyed))

    def _body(
        self, method: Method, request: str, parameters: list[Parameter], awaited: bool, keyed: bool
    ) -> Iterator[str]:
        given = ", ".join(f'"{each.field}": {each.name}' for each in parameters)
        yield f"message = given({request}, request, {{{given}}})"
        options = [*(["idempotency_key"] if keyed else []), *(["if_match"] if etags.conditional(method) else [])]
        sent = ", ".join(f"{each}={each}" for each in [*options, "timeout_seconds", "headers"])
        wait = "await " if awaited else ""
        if items := listed(method):
            yield f'return {wait}self._caller.page({_constant_name(method)}, message, "{items.name}", {sent})'
            return
        yield f"answer = {wait}self._caller.call({_constant_name(method)}, message, {sent})"
        field = response_field(method)
        yield "return answer" if field is None else f"return present(answer.{field.name})"

    def _returns(self, method: Method, awaited: bool) -> str:
        response = self._messages.local(method.response.DESCRIPTOR.name)
        if items := listed(method):
            item = self._messages.named(items.message_type) if items.message_type else "str"
            return f"{'AsyncPage' if awaited else 'Page'}[{response}, {item}]"
        field = response_field(method)
        return self._messages.named(field.message_type) if field and field.message_type else response

    def _told(self, method: Method, parameters: list[Parameter]) -> Iterator[str]:
        fields = {field.name: field for field in method.request.DESCRIPTOR.fields}
        if parameters:
            yield from ("", "Fields:")
        for each in parameters:
            said = self._comments.of(fields[each.field.rstrip("_")].full_name).splitlines() or [""]
            yield f"    {each.name}: {said[0]}"
        if etags.conditional(method):
            yield from ("", "With `if_match`, the etag that you read, nothing is done once the resource has another.")
        if method.errors:
            names = ", ".join(python_errors.class_name(contract.reason_name(reason)) for reason in method.errors)
            yield from ("", f"Raises errors.{names.replace(', ', ', errors.')}.")


def listed(method: Method) -> FieldDescriptor | None:
    """The field of the response that holds a page's items; None for a method that gives no pages."""
    request, response = method.descriptor.input_type, method.descriptor.output_type
    if "page_token" not in request.fields_by_name or "next_page_token" not in response.fields_by_name:
        return None
    lists = [field for field in response.fields if field.is_repeated and (field.message_type or field.cpp_type == 9)]
    return lists[0] if len(lists) == 1 else None


def response_field(method: Method) -> FieldDescriptor | None:
    """The one message that REST answers with; None where that is the whole response."""
    name = method.descriptor.GetOptions().Extensions[annotations_pb2.http].response_body
    field = method.descriptor.output_type.fields_by_name[name] if name else None
    return field if field is not None and field.message_type and not field.is_repeated else None


def _constant_name(method: Method) -> str:
    return f"_{method.descriptor.containing_service.name.removesuffix('Service')}_{snake(method.name)}".upper()


def _docstring(comment: str, further: Iterable[str] = ()) -> Iterator[str]:
    lines = [line.replace("\\", "\\\\").replace('"""', "'''") for line in [*comment.splitlines(), *further]]
    if len(lines) == 1:
        yield f'"""{lines[0]}"""'
        return
    yield f'"""{lines[0]}'
    yield from lines[1:]
    yield '"""'


def write(gen: Path) -> None:
    """Write everything beside the messages that are there already."""
    target = gen / "corridor_client"
    comments = Comments((gen / "corridor.binpb").read_bytes())
    found = services()
    by_package = defaultdict(list)
    for service in found:
        by_package[service.package].append(service)
    for package, members in by_package.items():
        (target.joinpath(*package) / "calls.py").write_text(Calls(gen, comments, package).text(members))
    (target / "client.py").write_text(python_package.client(found, MADE))
    (target / "__init__.py").write_text(python_package.package(MADE))
    (target / "errors" / "__init__.py").write_text(python_errors.text(comments, MADE))
    (target / "webhooks" / "__init__.py").write_text(python_package.webhooks(MADE))
    written = [target / "client.py", *target.glob("*/*/calls.py"), *target.glob("*/__init__.py")]
    ruff = [tools.beside_python("ruff"), "--isolated"]
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--line-length", "120", "--quiet"]):
        tools.run([*ruff, *command, *map(str, written)])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
