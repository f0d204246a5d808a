"""Certification runs: kept as they were found, and judged here alone.

Rule: a run holds for the digest that it was made with; the last run of that digest decides.
"""

from collections.abc import Iterable

from adapters.kit.quality import LEVELS, RULES
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import certification_pb2
from corridor.providers.v1.certification_pb2 import Certification, CertificationVerdict
from server.kit.context import Context
from server.kit.errors import Violation, fail
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import CERTIFICATION

NEEDED = tuple(name for name, (level, _) in RULES.items() if LEVELS.index(level) <= LEVELS.index("beta"))
"""The rules that a run has to say something of."""

_GOOD = frozenset(
    {
        certification_pb2.VERDICT_KIND_VERIFIED,
        certification_pb2.VERDICT_KIND_CLAIMED,  # its tests show it, and they have to have passed
        certification_pb2.VERDICT_KIND_EXEMPT,
    }
)
_CREATE = (
    "INSERT INTO corridor.certifications VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp()) RETURNING create_time"
)
_PASSED = """
SELECT DISTINCT ON (provider) provider, passed FROM corridor.certifications
WHERE company_id = %s AND environment = %s
    AND (provider, adapter_digest) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY provider, certification_id DESC
"""
_SELECT = "SELECT certification_id, message, create_time FROM corridor.certifications"


def check(verdicts: Iterable[CertificationVerdict]) -> None:
    """Raise INVALID_ARGUMENT unless each rule is known and named once."""
    seen: set[str] = set()
    for index, verdict in enumerate(verdicts):
        wrong = "is named twice" if verdict.rule in seen else "" if verdict.rule in RULES else "is not a quality rule"
        if wrong:
            violation = Violation(f"verdicts[{index}].rule", wrong, "rule")
            detail = f"verdicts[{index}].rule {wrong}."
            raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, detail, violations=[violation])
        seen.add(verdict.rule)


def passes(run: Certification) -> bool:
    """Whether a run passes: nothing is disproved, no rule for beta is left to do or left out, and the tests passed."""
    found = {verdict.rule: verdict.kind for verdict in run.verdicts}
    disproved = certification_pb2.VERDICT_KIND_DISPROVED in found.values()
    return (
        run.tests_passed
        and run.test_count > 0
        and not disproved
        and all(found.get(rule, certification_pb2.VERDICT_KIND_TODO) in _GOOD for rule in NEEDED)
    )


def create(connection: Connection, context: Context, run: Certification) -> None:
    """Keep a run."""
    who = context.who
    data = CERTIFICATION.seal(connection.seals, who, run.SerializeToString(deterministic=True), run.certification_id)
    values = (who.company_id, who.environment, run.certification_id, run.provider, run.adapter_digest, run.passed, data)
    row = connection.execute(_CREATE, values).fetchone()
    assert row is not None
    run.create_time.FromDatetime(row[0])


def passed(connection: Connection, context: Context, digests: dict[str, str]) -> frozenset[str]:
    """The providers whose last run of the given digest passed."""
    who = context.who
    values = (who.company_id, who.environment, list(digests), list(digests.values()))
    return frozenset(provider for provider, passed in connection.execute(_PASSED, values).fetchall() if passed)


def page(connection: Connection, context: Context, provider: str, wanted: Page) -> tuple[list[Certification], bool]:
    """A page of the runs of a provider, the newest first, and whether there are more."""
    rows, more = pages.newest_first(
        connection, context, _SELECT, key="certification_id", page=wanted, where={"provider": provider}
    )
    runs = []
    for certification_id, message, create_time in rows:
        opened = CERTIFICATION.open(connection.seals, context.who, message, certification_id)
        run = Certification.FromString(opened)
        run.create_time.FromDatetime(create_time)
        runs.append(run)
    return runs, more
