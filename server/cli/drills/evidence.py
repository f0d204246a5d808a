"""What is to be seen after a trial, and whether it is as it should be: our records held against both vendors' books.

Rule: nothing here is Corridor's word alone. What was paid is read from the books of who paid it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.type.v1 import environment_pb2
from server.cli.drills.load import Asked
from server.cli.drills.subjects import Subject
from server.cli.rest import Rest
from server.kit import money
from server.platform.providers.sendable import MAY_HAVE_ACTED
from server.store.attempts import Outcome
from server.store.engine import Store

_ATTEMPTS = """
SELECT resource_id, connection_id, outcome, extract(epoch FROM start_time)::float8 FROM corridor.attempts
WHERE company_id = %s AND environment = %s AND operation = %s AND connection_id = ANY (%s) ORDER BY attempt_id
"""
_IN_A_ROW = 5  # attempts over one connection after which traffic counts as moved there


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that was to act. `start` is in seconds since 1970."""

    resource_id: str
    connection_id: str
    outcome: Outcome
    start: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that has to hold, and whether it does."""

    holds: bool
    text: str


def attempts(store: Store, company_id: str, operation: str, *connection_ids: str) -> list[Attempt]:
    """Every attempt over the connections, the first one first."""
    environment = environment_pb2.ENVIRONMENT_SANDBOX
    with store.of(company_id, environment) as connection:
        rows = connection.execute(_ATTEMPTS, (company_id, environment, operation, list(connection_ids))).fetchall()
    return [Attempt(resource_id, where, Outcome(outcome), start) for resource_id, where, outcome, start in rows]


def moved_at(made: Sequence[Attempt], to: str, since: float) -> float | None:
    """When the first of several attempts in a row over a connection began; None if there are none yet."""
    later = [attempt for attempt in made if attempt.start >= since]
    for position, attempt in enumerate(later):
        row = later[position : position + _IN_A_ROW]
        if len(row) == _IN_A_ROW and all(each.connection_id == to for each in row):
            return attempt.start
    return None


def back_at(made: Sequence[Attempt], to: str, since: float) -> float | None:
    """When most attempts went over a connection again, and were answered."""
    later = [attempt for attempt in made if attempt.start >= since]
    for position in range(len(later) - 2 * _IN_A_ROW + 1):
        row = later[position : position + 2 * _IN_A_ROW]
        if sum(each.connection_id == to and each.outcome == Outcome.ANSWERED for each in row) > _IN_A_ROW:
            return row[0].start
    return None


def resources(rest: Rest, subject: Subject, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The resources with these ids, as anybody can read them."""
    found: dict[str, dict[str, Any]] = {}
    token = ""
    while wanted - found.keys():
        page = rest.send("GET", f"{subject.path}?page_size=250&page_token={token}").body
        found |= {each[subject.id_field]: each for each in page[subject.domain] if each[subject.id_field] in wanted}
        token = page["next_page_token"]
        if not token:
            break
    return found


def with_a_person(rest: Rest) -> set[str]:
    """The resources about which a person was asked."""
    found, token = set[str](), ""
    while True:
        page = rest.send("GET", f"/v1/work-items?page_size=250&state=WORK_ITEM_STATE_OPEN&page_token={token}").body
        found |= {item["resource_id"] for item in page["work_items"]}
        token = page["next_page_token"]
        if not token:
            return found


def sent_elsewhere(made: Sequence[Attempt]) -> list[str]:
    """Resources that went to another provider although one might have acted: there must be none, ever."""
    held: dict[str, str] = {}
    wrong = []
    for attempt in made:
        if held.get(attempt.resource_id, attempt.connection_id) != attempt.connection_id:
            wrong.append(attempt.resource_id)
        if attempt.outcome in MAY_HAVE_ACTED:
            held.setdefault(attempt.resource_id, attempt.connection_id)
    return wrong


def findings(
    subject: Subject,
    asked: Sequence[Asked],
    refused: Sequence[str],
    found: Mapping[str, Mapping[str, Any]],
    books: Sequence[Mapping[str, Any]],
    made: Sequence[Attempt],
    people: set[str],
) -> list[Finding]:
    """Whether nobody noticed, nothing was lost, nothing was doubled, and all books say the same."""
    wanted = {each.resource_id: each.amount_minor for each in asked}
    entries: defaultdict[str, list[int]] = defaultdict(list)
    for entry in books:
        entries[entry["reference"]].append(int(entry["amount_minor"]))
    ends = Counter(found[each]["state"] if each in found else "MISSING" for each in wanted)
    moved = {each for each in wanted if each in found and found[each]["state"] in subject.moved}
    stuck = [each for each in wanted if each not in found
             or (found[each]["state"] not in subject.ended and each not in people)]  # fmt: skip
    waiting = [each for each in wanted if each in people and found[each]["state"] not in subject.ended]
    twice = [each for each, amounts in entries.items() if len(amounts) > 1]
    strangers = [each for each in entries if each not in wanted]
    differing = [each for each in moved if entries.get(each) != [wanted[each]]]
    currency = next((str(entry["currency_code"]) for entry in books), "")
    ours = money.display(sum(wanted[each] for each in moved), currency)
    theirs = money.display(sum(sum(amounts) for each, amounts in entries.items()), currency)
    return [
        Finding(not refused, f"Callers: {len(asked)} of {len(asked) + len(refused)} calls were accepted."),
        Finding(not stuck, f"Lost or silently stuck: {len(stuck)}."),
        Finding(not waiting, f"Left for a person: {len(waiting)}."),
        Finding(len(moved) == len(wanted), "Ends: " + ", ".join(f"{n} {_word(end)}" for end, n in ends.items()) + "."),
        Finding(not twice, f"Paid twice, over both vendors' books: {len(twice)}."),
        Finding(not strangers and not differing and ours == theirs,
                f"Books: {ours} by Corridor's, {theirs} by the vendors' together; "
                f"{len(strangers)} entries that nobody asked for, {len(differing)} that differ."),
        Finding(not (elsewhere := sent_elsewhere(made)),
                f"Sent elsewhere although the first might have acted: {len(elsewhere)}."),
    ]  # fmt: skip


def _word(state: str) -> str:
    return state.partition("_STATE_")[2].lower().replace("_", " ") or state.lower()
