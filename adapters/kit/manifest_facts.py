"""What a manifest says for the catalogue: who answers for a provider, what data goes there, what can be taken back.

Rule: a fact is what the provider or its owner states; what the adapter itself shows, such as operations, is not here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from adapters.kit.tables import Table

STAGES = ("intake", "certified", "shadow", "partial", "live", "retiring", "retired")
"""How far a provider can be used, in order."""
REVERSIBILITIES = ("none", "until_cut_off", "until_processed", "always", "refund")
FX_LOCKS = ("none", "quote", "booked")
NOT_PUBLISHED = "not published"
OTHER = "other"
"""In a table by rail: every rail that the table does not name."""

UNKNOWN = "unknown"
"""The region of data of which the provider does not say where it keeps it."""

_REGION = r"[a-z]{2}(-[a-z0-9]+)*|any"


@dataclass(frozen=True, slots=True)
class DataFlow:
    """One kind of data that crosses between us and the provider."""

    data: str
    direction: str
    """`out` to the provider, or `in` from it."""
    purpose: str
    region: str


@dataclass(frozen=True, slots=True)
class DisasterTest:
    """One trial of losing the provider."""

    date: date
    report: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue says of a provider as a whole."""

    stage: str
    """How far the adapter's owner lets it be used. What a company does with it is decided per company."""
    contract_owner: str
    technical_owner: str
    subprocessors: tuple[str, ...]
    subprocessors_source: str
    """Where the provider keeps the list; empty where it publishes none."""
    data_flows: tuple[DataFlow, ...]
    disaster_tests: tuple[DisasterTest, ...] = ()
    """The latest first."""


@dataclass(frozen=True, slots=True)
class AmountLimit:
    """The smallest and largest amount of a currency, in minor units; 0 where the provider states none."""

    currency_code: str
    min_minor: int = 0
    max_minor: int = 0


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """What the catalogue says of a provider in one domain."""

    reversibility: Mapping[str, str] = field(default_factory=dict)
    """By the rail's word, with `other` for every rail that is not named."""
    fx_lock: str = "none"
    fx_lock_seconds: int = 0
    final_after_days: int = 0
    """After how many days what is settled cannot come back any more; 0 where nobody says so."""
    amounts: tuple[AmountLimit, ...] = ()


def facts(top: Table, regions: tuple[str, ...]) -> Facts:
    """The facts in a manifest's top table."""
    stage = top.word("stage", STAGES)
    owners = top.table("owners")
    contract, technical = owners.text("contract"), owners.text("technical")
    owners.finish()
    for region in regions:
        if not re.fullmatch(_REGION, region):
            raise top.error("regions", f"has {region!r}, which is not a region such as 'us' or 'eu-west'")
    names, source = _subprocessors(top.table("subprocessors"))
    return Facts(
        stage=stage,
        contract_owner=contract,
        technical_owner=technical,
        subprocessors=names,
        subprocessors_source=source,
        data_flows=_data_flows(top, regions),
        disaster_tests=_disaster_tests(top),
    )


def coverage_facts(table: Table, rails: tuple[str, ...], currencies: frozenset[str]) -> CoverageFacts:
    """The facts in the table of one domain, which serves rails by these words."""
    lock = table.word("fx_lock", FX_LOCKS)
    held = table.number("fx_lock_seconds", at_least=1, at_most=86_400 * 30) if lock == "quote" else 0
    return CoverageFacts(
        reversibility=_reversibility(table, rails),
        fx_lock=lock,
        fx_lock_seconds=int(held),
        final_after_days=int(table.number("final_after_days", at_least=0, at_most=3_650, default=0)),
        amounts=_amounts(table.table("amounts", optional=True), currencies),
    )


def _subprocessors(table: Table) -> tuple[tuple[str, ...], str]:
    source = table.text("source", pattern=rf"https://\S+|README\.md|{NOT_PUBLISHED}")
    if not table.has("names"):
        raise table.error("names", "is missing")
    names = table.texts("names", optional=True)
    table.finish()
    return names, "" if source == NOT_PUBLISHED else source


def _data_flows(top: Table, regions: tuple[str, ...]) -> tuple[DataFlow, ...]:
    flows = []
    for table in top.tables("data_flows"):
        flows.append(
            DataFlow(
                data=table.text("data"),
                direction=table.word("direction", ("in", "out")),
                purpose=table.text("purpose"),
                region=table.word("region", (*regions, UNKNOWN)),
            )
        )
        table.finish()
    if not flows:
        raise top.error("data_flows", "must not be empty")
    return tuple(flows)


def _disaster_tests(top: Table) -> tuple[DisasterTest, ...]:
    tests = []
    for table in top.tables("disaster_tests", optional=True):
        tests.append(DisasterTest(date=table.day("date"), report=table.text("report")))
        table.finish()
    return tuple(sorted(tests, key=lambda test: test.date, reverse=True))


def _reversibility(table: Table, rails: tuple[str, ...]) -> dict[str, str]:
    found = table.text_or_table("reversibility")
    if isinstance(found, str):
        return {OTHER: table.word("reversibility", REVERSIBILITIES)}
    words = {name: found.word(name, REVERSIBILITIES) for name in found.keys()}  # noqa: SIM118 - a Table, not a dict
    found.finish()
    if unknown := [name for name in words if name not in (*rails, OTHER)]:
        raise found.error(unknown[0], "is not a rail that is covered")
    if OTHER not in words and (missing := [rail for rail in rails if rail not in words]):
        raise found.error(missing[0], "is missing, and so is 'other'")
    return words


def _amounts(table: Table, currencies: frozenset[str]) -> tuple[AmountLimit, ...]:
    limits = []
    for code in table.keys():  # noqa: SIM118 - a Table is read key by key, not iterated
        if code not in currencies:
            raise table.error(code, "is not a currency that is known")
        below = table.table(code)
        most = 2**63 - 1
        limit = AmountLimit(
            currency_code=code,
            min_minor=int(below.number("min_minor", at_least=0, at_most=most, default=0)),
            max_minor=int(below.number("max_minor", at_least=0, at_most=most, default=0)),
        )
        below.finish()
        if limit.max_minor and limit.min_minor > limit.max_minor:
            raise below.error("min_minor", "is above max_minor")
        limits.append(limit)
    return tuple(limits)
