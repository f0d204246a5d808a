"""What must be true at the end of a run: nothing doubled, nothing lost, nothing silently stuck, all of it recorded."""

from typing import TYPE_CHECKING

from adapters.kit.simulator import Entry
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.store.attempts import Outcome

if TYPE_CHECKING:
    from tests.chaos.simulation.run import Run

_ITEMS = "SELECT DISTINCT resource_id FROM corridor.work_items WHERE company_id = %s AND state = 1"
_ATTEMPTS = """
SELECT resource_id, operation, connection_id, outcome FROM corridor.attempts WHERE company_id = %s ORDER BY attempt_id
"""
_EVENTS = """
SELECT resource_id, array_agg(sequence ORDER BY sequence) FROM corridor.events WHERE company_id = %s
GROUP BY resource_id
"""
_AUDITED = "SELECT DISTINCT resource_id FROM corridor.audit WHERE company_id = %s AND outcome = 1"
_UNREAD = "SELECT inbound_delivery_id FROM corridor.inbound_deliveries WHERE company_id = %s AND state = 1"


def open_ends(run: "Run") -> list[str]:
    """What is neither at an end nor with a person."""
    names = run.trade.open(run)
    asked = _asked(run) if names else set()
    stuck = [name for name in names if asked.isdisjoint(name)]
    return [f"{name[0]} is open, and nobody is asked" for name in stuck]


def wrong(run: "Run") -> list[str]:
    """Every promise that was broken."""
    books: dict[str, list[tuple[str, Entry]]] = {}
    for vendor in run.vendors:
        with vendor.simulator.store.lock:
            for entry in vendor.simulator.books():
                books.setdefault(entry.reference, []).append((vendor.name, entry))
    found = run.trade.wrong(run.company, books, _asked(run))
    found += [f"{reference} is in the books, and nobody knows it: {entries}" for reference, entries in books.items()]
    found += [*_attempts(run), *_events(run), *_audit(run), *_unread(run)]
    return found + (["Everything was:", *run.trade.shown(run.company)] if found else [])


def _asked(run: "Run") -> set[str]:
    """With what a person was asked to help."""
    return {row[0] for row in run.rows(_ITEMS)}


def _attempts(run: "Run") -> list[str]:
    found, acted = [], dict[tuple[str, str], tuple[str, str]]()
    waiting = run.trade.waiting(run.company)
    for resource_id, operation, connection_id, outcome in run.rows(_ATTEMPTS):
        over, how = acted.get((resource_id, operation), (connection_id, ""))
        if over != connection_id:
            found.append(f"{resource_id} went to {connection_id} after it ended as {how} at {over}")
        if outcome in MAY_HAVE_ACTED:
            acted[resource_id, operation] = connection_id, Outcome(outcome).name
        if outcome == Outcome.OPEN and resource_id in waiting:
            found.append(f"an attempt of {resource_id} is open, and nobody has taken it over")
    return found


def _events(run: "Run") -> list[str]:
    sequences: dict[str, list[int]] = {row[0]: row[1] for row in run.rows(_EVENTS)}
    return [
        f"{name} was told as {sequences.get(name, [])}, and has {count} revisions"
        for name, count in run.trade.told(run.company).items()
        if sequences.get(name, []) != list(range(1, count + 1))
    ]


def _audit(run: "Run") -> list[str]:
    recorded = {row[0] for row in run.rows(_AUDITED)}
    return [f"{name} is not in the audit trail" for name in run.trade.resource_ids if name not in recorded]


def _unread(run: "Run") -> list[str]:
    return [f"{row[0]} was never read" for row in run.rows(_UNREAD)]
