"""At which ages of an open work item somebody is told again: for each kind, unless the company has set others."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from corridor.operations.v1.work_item_pb2 import (
    WORK_ITEM_KIND_EXHAUSTED,
    WORK_ITEM_KIND_MISCONFIGURED,
    WORK_ITEM_KIND_OVERDUE,
    WORK_ITEM_KIND_UNKNOWN_OUTCOME,
    WORK_ITEM_KIND_WAITING,
    WorkItemKind,
)
from server.kit.context import Context
from server.store.engine import Connection

_HOUR = 3600
_DAY = 24 * _HOUR
_USUAL = (_HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY)
_QUARTER = (_HOUR // 4, *_USUAL)

# What may be money in the air, or stops everything over a connection, is told sooner; what waits for others, later.
_DEFAULTS: Mapping[int, Sequence[int]] = {
    WORK_ITEM_KIND_UNKNOWN_OUTCOME: _QUARTER,
    WORK_ITEM_KIND_MISCONFIGURED: _QUARTER,
    WORK_ITEM_KIND_EXHAUSTED: _QUARTER,
    WORK_ITEM_KIND_OVERDUE: _USUAL[2:],
    WORK_ITEM_KIND_WAITING: _USUAL[1:],
}
DEFAULT_AGES_SECONDS: Mapping[int, Sequence[int]] = {
    kind: _DEFAULTS.get(kind, _USUAL) for kind in WorkItemKind.values() if kind
}

_RULES = "SELECT kind, ages_seconds, update_time FROM corridor.aging_rules WHERE company_id = %s AND environment = %s"
_SET = """
INSERT INTO corridor.aging_rules VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (company_id, environment, kind) DO UPDATE
SET ages_seconds = excluded.ages_seconds, update_time = excluded.update_time
"""


def of_company(connection: Connection, context: Context) -> dict[int, tuple[Sequence[int], datetime | None]]:
    """The ages of every kind, in seconds, and when the company set them."""
    who = context.who
    found: dict[int, tuple[Sequence[int], datetime | None]] = {
        kind: (ages, None) for kind, ages in DEFAULT_AGES_SECONDS.items()
    }
    found |= {kind: (ages, time) for kind, ages, time in connection.execute(_RULES, (who.company_id, who.environment))}
    return found


def set_ages(connection: Connection, context: Context, kind: int, ages_seconds: Sequence[int], now: datetime) -> None:
    """Set the ages of a kind for the caller's company."""
    who = context.who
    connection.execute(_SET, (who.company_id, who.environment, kind, list(ages_seconds), now))
