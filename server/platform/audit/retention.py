"""Months of the trail: made before they are needed, and dropped as a whole when they are old enough.

Only what is sealed is dropped, and first it is noted, signed, in the second store from where on each chain is kept:
whatever else is missing was not dropped by policy. The longest time counts: the installation's setting, every company's
data policy, and a year.
"""

from datetime import UTC, datetime

import structlog

from server.platform.audit import rows
from server.platform.audit.rows import Lane
from server.platform.audit.second_store import SecondStore
from server.platform.audit.signing import KEPT_FROM, AuditSigner

_log = structlog.get_logger("corridor.audit")

_ENSURE = "SELECT corridor.ensure_audit_partitions()"
_CUTOFF = "SELECT corridor.audit_cutoff()"
_MONTHS = "SELECT min(month) FROM corridor.audit_months() month"
_KEPT_FROM = "SELECT company_id, environment, first_position, number FROM corridor.audit_kept_from(%s)"
_DROP = "SELECT * FROM corridor.drop_audit_partitions(%s)"
_TRIM = "SELECT corridor.trim_audit_chain()"


def keep(url: str, signer: AuditSigner, second: SecondStore, months: int, now: datetime) -> list[str]:
    """Make the months to come, and drop those that ended `months` before the current one and are kept by nobody."""
    before = _months_before(now, months)
    with rows.session(url, "corridor_app") as connection:
        connection.execute(_ENSURE)
        cutoff = connection.execute(_CUTOFF).fetchone()
        assert cutoff is not None  # a function of one value
        before = min(before, cutoff[0])
        oldest = connection.execute(_MONTHS).fetchone()
        if oldest is None or oldest[0] is None or oldest[0] >= before.date():
            return []
        for company_id, environment, first_position, number in connection.execute(_KEPT_FROM, (before,)).fetchall():
            payload: dict[str, object] = {
                "company_id": company_id,
                "environment": environment,
                "first_position": first_position,
                "number": number,
                "before": before.isoformat(),
                "time": now.isoformat(),
            }
            second.keep_from(Lane(company_id, environment), signer.sign(KEPT_FROM, payload))
        dropped: list[str] = []
        while row := connection.execute(_DROP, (before,)).fetchone():
            dropped.append(row[0])
        connection.execute(_TRIM)  # what a crash keeps from it goes with the next month
    _log.info("audit_months_dropped", months=dropped)
    return dropped


def _months_before(now: datetime, months: int) -> datetime:
    """The first moment of the month that was so many months ago."""
    count = now.year * 12 + now.month - 1 - months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
