"""Calls of an adapter's methods without database or server: on its simulator, or wherever it is told to call.

Rule: it goes the way of every call, `adapters.kit.call`, so that what is tried here is what happens in earnest.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from google.protobuf.message import Message

from adapters.kit.call import Call
from adapters.kit.client_certificates import CertificateClients
from adapters.kit.discovery import Provider, providers
from adapters.kit.errors import Misconfigured, ProviderError, Rejected, Unavailable, Unknown
from adapters.kit.http import Http
from server.cli.adapters.methods import Method, methods

FROM_MANIFEST = "manifest"
"""The word for the address that the manifest has for the environment."""

# What a method is about, the innermost first; the first field of each is its id.
_KEYED = ("action", "refund", "dispute", "payout", "payment")

MEANINGS: Mapping[type[ProviderError], str] = {
    Rejected: "the provider understood, and refused the customer's data. It is recorded and never retried.",
    Unavailable: "the provider certainly did nothing. It is tried again, or elsewhere.",
    Unknown: "the provider may have acted. It is asked before anything is done again.",
    Misconfigured: "our credentials, set-up or request are wrong. The adapter's owner is told.",
}


@dataclass(frozen=True, slots=True)
class Where:
    """Where to call, and as whom."""

    environment: str
    base_url: str
    credentials: Mapping[str, str]
    simulated: bool


def named(name: str) -> Provider:
    """The provider of this name. Raises what the terminal shows."""
    found = providers()
    if name not in found:
        raise click.ClickException(f"there is no adapter {name!r}: there are {', '.join(found)}.")
    return found[name]


def method_of(provider: Provider, name: str) -> Method:
    """The method of this name. Raises what the terminal shows."""
    found = methods(provider)
    if name not in found:
        raise click.ClickException(f"{provider.name} has no method {name!r}: it has {', '.join(found)}.")
    return found[name]


def credentials_of(provider: Provider, file: str | None, pairs: tuple[str, ...]) -> dict[str, str]:
    """Credentials from a file of lines NAME=VALUE, then from pairs; those of the manifest, and no others."""
    lines = Path(file).read_text(encoding="utf-8").splitlines() if file else []
    known = {each.name for each in provider.manifest.credentials}
    given = {}
    for pair in [*(line for line in lines if line.strip() and not line.lstrip().startswith("#")), *pairs]:
        name, equals, value = pair.partition("=")
        if not equals or name.strip() not in known:
            # Not repeated in full: what stands after the equals sign may be a secret.
            raise click.ClickException(
                f"{name.strip()[:40]!r} is not a credential of {provider.name}: write NAME=VALUE with one of "
                f"{', '.join(sorted(known))}."
            )
        given[name.strip()] = value.strip()
    return given


@contextmanager
def reached(provider: Provider, environment: str, base_url: str, given: Mapping[str, str]) -> Iterator[Where]:
    """Where the provider is reached: at the address that is given, or at its own simulator, which is started for it."""
    if base_url == FROM_MANIFEST:
        place = provider.manifest.place(environment, given)
        if place is None:
            raise click.ClickException(f"the manifest has no address in {environment} for these credentials.")
        yield Where(environment, "", given, simulated=False)
    elif base_url:
        yield Where(environment, base_url, {**_made_up(provider, base_url), **given}, simulated=False)
    elif not provider.has_simulator:
        raise click.ClickException(f"{provider.name} has no simulator: say --base-url.")
    else:
        simulator = provider.simulator()
        with simulator:
            made_up = {**_made_up(provider, simulator.url), **simulator.CREDENTIALS}
            yield Where(environment, simulator.url, {**made_up, **given}, simulated=True)


def _made_up(provider: Provider, base_url: str) -> dict[str, str]:
    """Values for a simulator, which takes any; a real provider is given none that nobody said."""
    if not base_url.startswith(("http://127.0.0.1", "http://localhost")):
        return {}
    return {each.name: f"example-{each.name.replace('_', '-')}" for each in provider.manifest.credentials
            if each.kind == "text" and not each.optional}  # fmt: skip


def address(provider: Provider, where: Where) -> str:
    """The address to call, also where the manifest has it."""
    place = provider.manifest.place(where.environment, where.credentials)
    return where.base_url or (place.base_url if place else "")


@contextmanager
def connected(
    provider: Provider, where: Where, operation: str, arguments: Mapping[str, Any], key: str, seconds: float
) -> Iterator[Call]:
    """A call on a connection of its own. Without a key it has the one that the platform chooses."""
    manifest = provider.manifest
    place = manifest.place(where.environment, where.credentials) if not where.base_url else None
    with ExitStack() as stack:
        http = Http()
        stack.callback(http.close)
        if certificate := manifest.client_certificate(where.credentials):
            clients = CertificateClients()
            stack.callback(clients.close)
            http = stack.enter_context(clients.presenting(*certificate))
        yield Call(
            http=http,
            base_url=place.base_url if place else where.base_url,
            hosts=place.hosts if place else {},
            credentials=where.credentials,
            environment=where.environment,
            idempotency_key=key or key_of(arguments),
            deadline_seconds=seconds,
            correlation_id=f"corr_{secrets.token_hex(8)}",
            request_id=f"req_{secrets.token_hex(8)}",
            traceparent=f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
            operation=operation,
            not_processed=manifest.not_processed,
        )


def key_of(arguments: Mapping[str, Any]) -> str:
    """The idempotency key of a call, as the platform chooses it: the id of what is to be done."""
    keyed = next((arguments[name] for name in _KEYED if isinstance(arguments.get(name), Message)), None)
    own = keyed.DESCRIPTOR.fields_by_number[1].name if keyed is not None else ""
    return (own and str(getattr(keyed, own))) or f"try-{secrets.token_hex(8)}"


def run(provider: Provider, method: Method, call: Call, arguments: Mapping[str, Any]) -> Any:
    """Call the method. Raises what it raises."""
    function = getattr(provider.adapter, method.name)
    return function(call, **arguments) if method.calls else function(**arguments)
