"""Work items as lines of text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.protobuf.duration_pb2 import Duration

    from corridor.operations.v1.work_item_pb2 import WorkItem, WorkItemActionOption

_SHOWN = 80


def line(item: "WorkItem") -> tuple[str, ...]:
    """A work item as a row of a table."""
    summary = item.summary if len(item.summary) <= _SHOWN else f"{item.summary[:_SHOWN]}…"
    return (
        item.work_item_id,
        word(item.kind) if not item.resolution else f"{word(item.kind)}, resolved",
        item.resource_id,
        item.provider or "-",
        age(item.age),
        str(item.tries),
        item.assignee_name or item.assignee_id or "-",
        summary,
    )


def facts(item: "WorkItem") -> Iterator[tuple[str, str]]:
    """What is known of a work item, by name."""
    yield "about", f"{item.resource_id} ({item.domain or 'no domain'})"
    yield "what is known", item.summary
    yield "provider", " ".join(filter(None, (item.provider, item.connection_id))) or "-"
    yield "open for", f"{age(item.age)}; age alerts: {item.alerts}"
    yield "calls to providers", str(item.tries)
    yield "assignee", item.assignee_name or item.assignee_id or "nobody"
    if item.resolution:
        yield "resolved", item.resolution


def option(found: "WorkItemActionOption") -> tuple[str, bool, str]:
    """What can be done, whether it can be done now, and why."""
    from corridor.operations.v1.work_item_pb2 import WorkItemAction

    name = WorkItemAction.Name(found.action).removeprefix("WORK_ITEM_ACTION_").lower().replace("_", "-")
    return name, found.possible, found.why


def word(kind: int) -> str:
    """A kind as people write it."""
    from corridor.operations.v1.work_item_pb2 import WorkItemKind

    return WorkItemKind.Name(kind).removeprefix("WORK_ITEM_KIND_").lower()  # type: ignore[arg-type] # of the contract


def age(duration: "Duration") -> str:
    """How long, in the largest unit that says something."""
    seconds = duration.seconds
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
