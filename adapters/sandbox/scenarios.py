"""What the sandbox does on demand: by a name in a field or a reference, by a token, or by an amount's last digits.

Rule: this table and `payment_scenarios.py` are the only places where a scenario is described; the README's tables are
written from them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.kit.simulator_http import Fault
from adapters.kit.simulator_webhooks import Mode

FIRST_AMOUNT = 99000
"""A scenario's amounts end in this and its number, in minor units: 990.05 EUR, 99005 JPY, 99.005 KWD."""

TRANSFER, PAYMENT, ACTION, REFUND, DISPUTE = "transfer", "payment", "action", "refund", "dispute"
THINGS = (TRANSFER, PAYMENT, ACTION, REFUND, DISPUTE)
"""What can be asked for: a dispute is asked for its defence or acceptance, the others to be made."""

PAID = ("received", "processing", "paid")
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that can happen. The faults and refusals happen at the first try only."""

    number: int
    name: str
    what: str
    """What the sandbox does."""
    ends: str
    """What Corridor makes of it."""
    of: Sequence[str] = (TRANSFER,)
    """What may be asked for under this name. A payment keeps it for its actions, refunds and disputes."""
    on: str = ""
    """What it happens to, where that is not what was asked for."""
    path: Sequence[str] = ()
    """The statuses, in order; the answer to the request has the first. Empty: the usual ones."""
    then: str = ""
    """A status that follows the usual ones."""
    code: str = ""
    """The reason's code. For returns: NACHA's and ISO 20022's, separated by a slash."""
    last_after_seconds: int = 0
    """How long the last status takes to come, by the account's clock; 0 for one step."""
    fault: Fault | None = None
    refusal: int = 0
    """The status of a refusal before acting; 0 if it does not refuse."""
    mode: Mode | None = None
    """How the webhooks go out."""
    forged: bool = False
    wrong_amount: bool = False
    approved_percent: int = 100
    expires_seconds: int = 7 * DAY
    """Until when an authorisation can be captured."""
    exchange: bool = False
    """Whether the sandbox settles in another currency."""
    dispute: str = ""
    """The reason for which the payment is disputed once it is captured."""
    stage: str = "chargeback"
    """How far that dispute has gone."""
    again: bool = False
    """Whether a dispute that is won is opened again, as pre-arbitration."""


TRANSFERS: Sequence[Scenario] = (
    Scenario(1, "decline", "Declines at once, by its own risk rules.", "failed, declined by provider",
             path=("declined",), code="risk"),
    Scenario(2, "decline_funds", "Declines at once, for lack of funds.", "failed, insufficient funds",
             path=("declined",), code="insufficient_funds"),
    Scenario(4, "fail", "Accepts it and fails later, as the account is closed.", "failed, account closed",
             path=("received", "processing", "failed"), code="account_closed"),
    Scenario(5, "return", "Pays, and the rail returns it: no such account.", "settled, then returned",
             path=(*PAID, "returned"), code="R03/AC03"),
    Scenario(6, "return_closed", "Pays, and the rail returns it: account closed.", "settled, then returned",
             path=(*PAID, "returned"), code="R02/AC04"),
    Scenario(7, "never_settles", "Processes it for ever. It can be cancelled.", "stays pending",
             path=("received", "processing")),
    Scenario(22, "conflict", "Says paid, and later failed.", "settled, and a work item",
             path=(*PAID, "failed"), code="account_closed"),
    Scenario(23, "unknown_word", "Uses a status that nobody has heard of.", "stays pending, and a work item",
             path=("received", "processing", "quarantined")),
    Scenario(25, "settles_in_1_day", "Pays a day later, by the account's clock.", "pending, settled after a day",
             last_after_seconds=DAY),
    Scenario(26, "settles_in_3_days", "Pays three days later, by the account's clock.",
             "pending, settled after three days", last_after_seconds=3 * DAY),
    Scenario(27, "return_in_60_days", "Pays, and the rail returns it 60 days later, by the account's clock.",
             "settled, returned after 60 days", path=(*PAID, "returned"), code="R10/MD06",
             last_after_seconds=60 * DAY),
)  # fmt: skip
"""What can happen to a transfer."""

ANYTHING: Sequence[Scenario] = (
    Scenario(3, "reject", "Refuses the details with 422.", "`Rejected`: failed, with our field", THINGS, refusal=422),
    Scenario(8, "lost_answer", "Acts, and cuts the connection instead of answering.",
             "`Unknown`, looked up, then done", THINGS, fault=Fault("lost_answer")),
    Scenario(9, "timeout", "Acts, and answers after the time limit.", "`Unknown`, looked up, then done",
             THINGS, fault=Fault("slow", seconds=7)),
    Scenario(10, "slow", "Acts, and answers after a second.", "done", THINGS, fault=Fault("slow", seconds=1)),
    Scenario(11, "error_after", "Acts, and answers 500.", "`Unknown`, looked up, then done",
             THINGS, fault=Fault("error_after")),
    Scenario(12, "error_before", "Answers 503 not_processed without acting.", "`Unavailable`, retried, then done",
             THINGS, refusal=503),
    Scenario(13, "rate_limited", "Answers 429 with Retry-After: 1 without acting.",
             "`Unavailable`, retried after a second, then done", THINGS, refusal=429),
    Scenario(14, "half_body", "Acts, and cuts the connection in the middle of the answer.",
             "`Unknown`, looked up, then done", THINGS, fault=Fault("half_body")),
    Scenario(15, "html", "Acts, and answers 200 with an HTML page.", "`Unknown`, looked up, then done",
             THINGS, fault=Fault("html")),
    Scenario(16, "reset", "Resets the connection without acting.", "`Unknown`, not found, retried, then done",
             THINGS, fault=Fault("reset")),
    Scenario(17, "trickle", "Acts, and answers a few bytes at a time, beyond the time limit.",
             "`Unknown`, looked up, then done", THINGS, fault=Fault("trickle", seconds=7)),
    Scenario(18, "webhook_duplicate", "Sends every webhook twice.", "done; one event each",
             THINGS[:-1], mode=Mode(duplicate=1)),
    Scenario(19, "webhook_reversed", "Sends the webhooks in reverse order, at the end.", "done",
             THINGS[:-1], mode=Mode(reverse=True)),
    Scenario(20, "webhook_lost", "Sends no webhooks.", "done, found by polling", THINGS[:-1], mode=Mode(drop=1)),
    Scenario(21, "webhook_forged", "Signs the webhooks with another secret.",
             "webhooks refused; done, found by polling", THINGS[:-1], forged=True),
    Scenario(24, "wrong_amount", "Tells an amount that is not ours in its webhooks.", "a work item",
             THINGS[:-1], wrong_amount=True),
)  # fmt: skip
"""What can happen to anything that is asked for."""

SCENARIOS = tuple(sorted((*TRANSFERS, *ANYTHING), key=lambda each: each.number))
"""Those of transfers."""
BY_NAME = {each.name: each for each in SCENARIOS}
NORMAL = Scenario(0, "normal", "Does it.", "done", THINGS)

_WORD = re.compile(r"sandbox:([a-z0-9_-]+)", re.IGNORECASE)


class NoSuchScenario(Exception):  # noqa: N818 - it says what is wrong
    """A scenario is asked for that does not exist, or not for this."""


def named(name: str, known: Mapping[str, Scenario]) -> Scenario:
    """The scenario of a name, `normal` among them. Raises `NoSuchScenario`."""
    found = NORMAL if name == NORMAL.name else known.get(name.lower().replace("-", "_"))
    if found is None:
        raise NoSuchScenario(name)
    return found


def chosen(
    amount: int, reference: str, asked: str, known: Mapping[str, Scenario], usual: Scenario = NORMAL
) -> Scenario:
    """What shall happen: a name that is asked for goes before a word in the reference, that before the amount."""
    word = _WORD.search(reference)
    if asked or word is not None:
        return named(asked or str(word and word[1]), known)
    number = amount % 100_000 - FIRST_AMOUNT
    return next((each for each in known.values() if each.number == number), usual)


def scenario(amount: int, reference: str, asked: str = "") -> Scenario:
    """What shall happen to a transfer."""
    return chosen(amount, reference, asked, BY_NAME)


def amount(name: str, base: int = 0) -> int:
    """An amount in minor units for a transfer's scenario: `base` is added, and must end in five zeros."""
    return base + FIRST_AMOUNT + BY_NAME[name].number


def table(rows: Iterable[Scenario]) -> str:
    """Scenarios as a table in Markdown."""
    lines = [f"| …{FIRST_AMOUNT + each.number} | `{each.name}` | {each.what} | {each.ends} |" for each in rows]
    return "\n".join(["| amount | name | the sandbox | Corridor |", "|---|---|---|---|", *lines])
