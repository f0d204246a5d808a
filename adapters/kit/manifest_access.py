"""What a manifest says of the way to a provider: its addresses by environment, and what a connection has to know.

Rule: a value that a company gives can be part of an address, and never name another host.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from adapters.kit.tables import Table

ENVIRONMENTS = ("sandbox", "live")

Kind = Literal["text", "client_certificate", "client_key"]

_TEMPLATE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# What a value may be that becomes part of an address: within one label of a host's name, or one segment of a path.
ADDRESS_PART = re.compile(r"[A-Za-z0-9-]{1,63}")
# After a value, two labels and more of the vendor's own follow: no value can make it another's host.
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]*|[A-Za-z0-9.\-]*(\{[a-z0-9_]+\}[A-Za-z0-9.\-]*)+(\.[A-Za-z0-9-]+){2,}(:\d+)?")


@dataclass(frozen=True, slots=True)
class Credential:
    """One value that a connection needs."""

    name: str
    title: str
    secret: bool
    optional: bool
    webhook: bool
    """Whether it is the secret by which the provider signs webhooks."""
    kind: Kind = "text"
    """A certificate and its key, in PEM, are presented to the provider's servers in every call."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a provider is reached in one environment. `{name}` stands for a connection's credential of that name."""

    base_url: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Its other addresses, by the names that its adapter uses."""

    @property
    def parameters(self) -> frozenset[str]:
        """The credentials that are part of an address here."""
        return frozenset(name for url in (self.base_url, *self.hosts.values()) for name in _TEMPLATE.findall(url))

    def of(self, values: Mapping[str, str]) -> "Place":
        """The place of one connection. Raises `ValueError` if a value is missing or cannot be part of an address."""

        def filled(url: str) -> str:
            return _TEMPLATE.sub(lambda found: _part(values.get(found[1], "")), url)

        return Place(filled(self.base_url), {name: filled(url) for name, url in self.hosts.items()})


def _part(value: str) -> str:
    if not ADDRESS_PART.fullmatch(value):
        raise ValueError("not a part of an address")
    return value


def places(table: Table) -> dict[str, Place]:
    """The table `environments`."""
    found = {}
    for environment in ENVIRONMENTS:
        if table.has(environment):
            below = table.table(environment)
            base_url = _url(below, "base_url", environment)
            named = below.table("hosts", optional=True)
            hosts = {}
            for name in named.keys():  # noqa: SIM118 - a Table is read key by key, not iterated
                if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                    raise named.error(name, "cannot be a host's name")
                hosts[name] = _url(named, name, environment)
            below.finish()
            found[environment] = Place(base_url, hosts)
    table.finish()
    if not found:
        raise table.error("sandbox", "or live is missing")
    return found


def _url(table: Table, key: str, environment: str) -> str:
    # Plain HTTP only to the machine itself: credentials travel in headers.
    scheme = r"https://" if environment == "live" else r"(https://|http://(127\.0\.0\.1|localhost)(:\d+)?)"
    url = table.text(key, pattern=scheme + r"[^\s?#@]*").rstrip("/")
    host = url.partition("://")[2].partition("/")[0]
    if not _HOST.fullmatch(host):
        raise table.error(key, "has a host in which a credential's value could name another")
    return url


def credentials(tables: list[Table]) -> tuple[Credential, ...]:
    """The tables `credentials`."""
    named: list[Credential] = []
    for table in tables:
        credential = Credential(
            name=table.text("name", pattern=r"[a-z][a-z0-9_]{0,63}"),
            title=table.text("title"),
            secret=table.flag("secret"),
            optional=table.flag("optional", default=False),
            webhook=table.flag("webhook", default=False),
            kind=_kind(table),
        )
        table.finish()
        if credential.webhook and not credential.secret:
            raise table.error("webhook", "marks a value that is not secret")
        if any(credential.name == other.name for other in named):
            raise table.error("name", f"{credential.name!r} is taken")
        named.append(credential)
    return tuple(named)


def _kind(table: Table) -> Kind:
    return next(kind for kind in get_args(Kind) if kind == table.word("kind", get_args(Kind), default="text"))


def problem(named: Sequence[Credential], found: Mapping[str, Place]) -> str:
    """What is wrong with credentials and addresses together; empty if nothing is."""
    kinds = [credential.kind for credential in named if credential.kind != "text"]
    if sorted(kinds) not in ([], ["client_certificate", "client_key"]):
        return "need one client_certificate and one client_key, or neither"
    if any(credential.kind != "text" and not credential.secret for credential in named):
        return "name a client certificate or its key that is not secret"
    shown = {credential.name for credential in named if not credential.secret}
    unknown = {name for place in found.values() for name in place.parameters} - shown
    return f"have no {', '.join(sorted(unknown))} that is not secret, which an address needs" if unknown else ""
