"""Rows of work items as people look at them and work on them. They are opened by `server.store.work_items`.

Pages are found by key, whichever end they begin at, so that the last one costs what the first one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridor.operations.v1 import work_item_event_pb2
from corridor.operations.v1.work_item_pb2 import WorkItem, WorkItemKind
from corridor.operations.v1.work_item_service_pb2 import WorkItemCount
from server.kit.context import Context
from server.kit.paging import Page
from server.store import work_items
from server.store.engine import Connection
from server.store.sealed import API_KEY_TITLE, SUMMARY
from server.store.work_items import COLUMNS, DOMAINS, SELECT

NOBODY = "nobody"

_ASSIGN = f"""
UPDATE corridor.work_items SET assignee_id = %s, assign_time = CASE WHEN %s <> '' THEN clock_timestamp() END,
    revision = revision + 1
WHERE company_id = %s AND environment = %s AND work_item_id = %s AND state = 1 RETURNING {COLUMNS}
"""
_COUNTS = """
SELECT kind, count(*), min(create_time) FROM corridor.work_items
WHERE company_id = %s AND environment = %s AND state = 1 GROUP BY kind ORDER BY kind
"""
_TRIES = """
SELECT resource_id, count(*) FROM corridor.attempts
WHERE company_id = %s AND environment = %s AND resource_id = ANY (%s) GROUP BY resource_id
"""
_NOTE = "UPDATE corridor.work_items SET summary = %s WHERE company_id = %s AND environment = %s AND work_item_id = %s"
_SUMMARY_AT_MOST = 4000
_KEY_TITLE = "SELECT title FROM corridor.api_keys WHERE company_id = %s AND environment = %s AND api_key_id = %s"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which work items are wanted. What is left out admits every one."""

    state: int = 0
    resource_id: str = ""
    kinds: Sequence[int] = ()
    assignee_id: str = ""
    domain: str = ""
    provider: str = ""
    connection_id: str = ""
    work_item_ids: Sequence[str] = ()
    opened_before: datetime | None = None

    def conditions(self) -> list[tuple[str, object]]:
        """Conditions with their values."""
        found: list[tuple[str, object]] = [
            (f"{name} = %s", value)
            for name in ("state", "resource_id", "provider", "connection_id")
            if (value := getattr(self, name))
        ]
        if self.kinds:
            found.append(("kind = ANY (%s)", list(self.kinds)))
        if self.work_item_ids:
            found.append(("work_item_id = ANY (%s)", list(self.work_item_ids)))
        if self.assignee_id:
            found.append(("assignee_id = %s", "" if self.assignee_id == NOBODY else self.assignee_id))
        if self.domain:
            prefixes = [prefix for prefix, domain in DOMAINS.items() if domain == self.domain]
            found.append(("split_part(resource_id, '_', 1) = ANY (%s)", prefixes))
        if self.opened_before is not None:
            found.append(("create_time <= %s", self.opened_before))
        return found


def page(
    connection: Connection, context: Context, wanted: Page, where: Filter, *, oldest_first: bool = False
) -> tuple[list[WorkItem], bool]:
    """A page of work items by age, and whether there are more."""
    who, conditions = context.who, where.conditions()
    if wanted.after is not None:
        conditions.append(("work_item_id > %s" if oldest_first else "work_item_id < %s", wanted.after))
    sql = " AND ".join(["company_id = %s AND environment = %s", *(each for each, _ in conditions)])
    order = "work_item_id" if oldest_first else "work_item_id DESC"
    values = (who.company_id, who.environment, *(value for _, value in conditions), wanted.size + 1)
    rows = connection.execute(f"{SELECT} WHERE {sql} ORDER BY {order} LIMIT %s", values).fetchall()
    return [work_items.work_item(connection, who, row) for row in rows[: wanted.size]], len(rows) > wanted.size


def open_counts(connection: Connection, context: Context, now: datetime) -> list[WorkItemCount]:
    """How many items of each kind the company has open, and how old the oldest of each is."""
    who, found = context.who, []
    for kind, count, oldest in connection.execute(_COUNTS, (who.company_id, who.environment)).fetchall():
        each = WorkItemCount(kind=WorkItemKind.ValueType(kind), count=count)
        each.oldest_age.FromTimedelta(max(now - oldest, timedelta()))
        found.append(each)
    return found


def tries(connection: Connection, context: Context, resource_ids: Sequence[str]) -> Mapping[str, int]:
    """How often providers were called for each of the resources."""
    who = context.who
    return dict(connection.execute(_TRIES, (who.company_id, who.environment, list(resource_ids))).fetchall())


def assign(connection: Connection, context: Context, work_item_id: str, assignee_id: str) -> WorkItem | None:
    """Give an open item to somebody, or to nobody, and tell of it; None if there is no such open one."""
    who = context.who
    values = (assignee_id, assignee_id, who.company_id, who.environment, work_item_id)
    row = connection.execute(_ASSIGN, values).fetchone()
    if row is None:
        return None
    item = work_items.work_item(connection, who, row)
    work_items.tell(connection, context, item, work_item_event_pb2.WorkItemAssigned)
    return item


def note(connection: Connection, context: Context, item: WorkItem, text: str) -> None:
    """Add a sentence to what is known of a locked item."""
    who = context.who
    item.summary = f"{item.summary} {text}"[:_SUMMARY_AT_MOST]
    sealed = SUMMARY.seal_text(connection.seals, who, item.summary, item.work_item_id)
    connection.execute(_NOTE, (sealed, who.company_id, who.environment, item.work_item_id))


def key_title(connection: Connection, context: Context, api_key_id: str) -> str | None:
    """The title of one of the company's API keys; None if it has no such key."""
    who = context.who
    row = connection.execute(_KEY_TITLE, (who.company_id, who.environment, api_key_id)).fetchone()
    return API_KEY_TITLE.open_text(connection.seals, who, row[0], api_key_id) if row else None
