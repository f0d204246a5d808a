"""What a manifest says of the domains that a provider covers: rails, currencies, settlement, repeated requests.

Rule: as in `manifest.py`; what is not known is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import lru_cache
from zoneinfo import available_timezones

import holidays
from iso4217 import Currency

from adapters.kit import manifest_facts
from adapters.kit.manifest_facts import CoverageFacts
from adapters.kit.tables import Table
from corridor.type.v1.rail_pb2 import Rail

RAILS: Mapping[str, "Rail.ValueType"] = {
    name.removeprefix("RAIL_").lower(): number for name, number in Rail.items() if number
}
"""Rails as manifests write them: the enum's names in lower case, without its prefix."""

_BY_RAIL = frozenset({"payouts"})
"""Domains in which everything goes by a rail. Others may leave rails out."""

_LISTED = "listed"  # what has happened can be asked for by time: the port Listings

FEATURES: Mapping[str, frozenset[str]] = {
    "payouts": frozenset({_LISTED}),
    "payments": frozenset(
        {
            "captures_in_parts",  # more than one capture of one authorisation
            "increments",  # an authorisation can be raised
            "partial_approvals",  # the issuer may approve less, where that is allowed
            "step_up",  # the customer can be asked to authenticate
            "reversals",  # the whole can be undone without knowing whether it was captured
            _LISTED,
        }
    ),
    "refunds": frozenset({"in_parts", _LISTED}),
    "disputes": frozenset({"documents", "acceptance", _LISTED}),
}
"""What a provider may or may not be able to do in a domain. What is not named in its manifest is never asked of it."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What the provider promises about a repeated request."""

    carrier: str
    """`header:NAME`, `body:FIELD`, `reference` (the provider refuses a reference that it has), or `none`."""
    window_hours: float
    """How long it remembers a key; 0 if it does not."""
    on_mismatch: str
    """What it does for a known key with another request: `error`, `original` (the first answer), or `none`."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """When money that is sent by a rail arrives.

    `days`: banking days after the day on which it leaves. Without a cut-off it leaves at once, every day; then
    0 days means within seconds. What is accepted after `cut_off`, local time, leaves on the next banking day.
    `calendar`: whose holidays are not banking days: a country such as "US", or "ECB" for TARGET.
    """

    days: int
    cut_off: time | None = None
    timezone: str = "UTC"
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the provider covers in one domain."""

    domain: str
    rails: tuple["Rail.ValueType", ...]
    currencies: tuple[str, ...]
    final: bool
    gaps: tuple[str, ...]
    settlement: Mapping["Rail.ValueType", Settlement] = field(default_factory=dict)
    idempotency: Idempotency | None = None
    """What the provider promises in this domain, where it is not what it promises elsewhere."""
    features: frozenset[str] = frozenset()
    """What it can do of what a provider may or may not be able to do, see `FEATURES`."""
    facts: CoverageFacts = field(default_factory=CoverageFacts)


def read(table: Table) -> dict[str, Coverage]:
    """The table `coverage`."""
    coverage = {}
    for domain in table.keys():  # noqa: SIM118 - a Table is read key by key, not iterated
        if not re.fullmatch(r"[a-z][a-z0-9_]*", domain):
            raise table.error(domain, "cannot be a domain's name")
        below = table.table(domain)
        rails = below.texts("rails", allowed=RAILS) if domain in _BY_RAIL or below.has("rails") else ()
        coverage[domain] = Coverage(
            domain=domain,
            rails=tuple(RAILS[rail] for rail in rails),
            currencies=below.texts("currencies", allowed=currencies()),
            final=below.flag("final"),
            gaps=below.texts("gaps", optional=True),
            settlement=_settlement(below.table("settlement", optional=True), rails),
            idempotency=idempotency(below.table("idempotency")) if below.has("idempotency") else None,
            features=frozenset(below.texts("features", allowed=FEATURES.get(domain, ()), optional=True)),
            facts=manifest_facts.coverage_facts(below, rails, currencies()),
        )
        below.finish()
    return coverage


def _settlement(table: Table, rails: tuple[str, ...]) -> dict["Rail.ValueType", Settlement]:
    settlement = {}
    for rail in rails:
        if not table.has(rail):
            continue
        below = table.table(rail)
        batched = below.has("cut_off")
        days = int(below.number("days", at_least=0, at_most=30))
        cut_off = time.fromisoformat(below.text("cut_off", pattern=r"([01]\d|2[0-3]):[0-5]\d")) if batched else None
        zone = below.text("timezone", default=None if batched else "UTC")
        calendar = below.text("calendar", default=None if batched or days else "")
        below.finish()
        if zone not in _zones():
            raise below.error("timezone", f"is {zone!r}, which is not known")
        if calendar and calendar not in calendars():
            raise below.error("calendar", f"is {calendar!r}, which is not known")
        settlement[RAILS[rail]] = Settlement(days, cut_off, zone, calendar)
    table.finish()
    return settlement


def idempotency(table: Table) -> Idempotency:
    """A table `idempotency`."""
    carrier = table.text("carrier", pattern=r"header:[A-Za-z0-9-]+|body:[A-Za-z0-9_.]+|reference|none")
    keyed = carrier not in {"none", "reference"}
    promise = Idempotency(
        carrier=carrier,
        window_hours=table.number("window_hours", at_least=0, at_most=24 * 366, default=None if keyed else 0),
        on_mismatch=table.word("on_mismatch", ("error", "original", "none"), default=None if keyed else "none"),
    )
    table.finish()
    return promise


@lru_cache(maxsize=1)  # it opens some hundred files
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """All ISO 4217 codes that have a minor unit, without the testing code and those for metals and funds."""
    return frozenset(currency.code for currency in Currency if currency.exponent is not None)


@lru_cache(maxsize=1)
def calendars() -> frozenset[str]:
    """Whose holidays are known: countries by ISO 3166-1 alpha-2, and financial calendars such as ECB."""
    return frozenset(holidays.list_supported_countries()) | frozenset(holidays.list_supported_financial())
