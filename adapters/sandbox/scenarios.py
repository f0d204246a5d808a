"""What the sandbox does on demand: each scenario by an amount that ends in its number, or a word in the reference.

Rule: this table is the only place where a scenario is described; the README's table is written from it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.kit.simulator_http import Fault
from adapters.kit.simulator_webhooks import Mode

FIRST_AMOUNT = 99000
"""A scenario's amounts are those that end in 990NN, in minor units: 990.05 EUR, 99005 JPY, 99.005 KWD."""

PAID = ("received", "processing", "paid")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that can happen to a transfer. The faults and refusals happen at the first try only."""

    number: int
    name: str
    what: str
    """What the sandbox does."""
    ends: str
    """What Corridor makes of it."""
    path: Sequence[str] = PAID
    """The statuses of the transfer, in order; the answer to the request has the first."""
    code: str = ""
    """The reason's code. For returns: NACHA's and ISO 20022's, separated by a slash."""
    fault: Fault | None = None
    refusal: int = 0
    """The status of a refusal before acting; 0 if it does not refuse."""
    mode: Mode | None = None
    """How the webhooks go out."""
    forged: bool = False
    wrong_amount: bool = False


SCENARIOS: Sequence[Scenario] = (
    Scenario(1, "decline", "Declines at once, by its own risk rules.", "failed, declined by provider",
             path=("declined",), code="risk"),
    Scenario(2, "decline_funds", "Declines at once, for lack of funds.", "failed, insufficient funds",
             path=("declined",), code="insufficient_funds"),
    Scenario(3, "reject", "Refuses the recipient's account with 422.", "`Rejected`: failed, account details",
             refusal=422),
    Scenario(4, "fail", "Accepts it and fails later, as the account is closed.", "failed, account closed",
             path=("received", "processing", "failed"), code="account_closed"),
    Scenario(5, "return", "Pays, and the rail returns it: no such account.", "settled, then returned",
             path=(*PAID, "returned"), code="R03/AC03"),
    Scenario(6, "return_closed", "Pays, and the rail returns it: account closed.", "settled, then returned",
             path=(*PAID, "returned"), code="R02/AC04"),
    Scenario(7, "never_settles", "Processes it for ever. It can be cancelled.", "stays pending",
             path=("received", "processing")),
    Scenario(8, "lost_answer", "Acts, and cuts the connection instead of answering.",
             "`Unknown`, looked up, then settled", fault=Fault("lost_answer")),
    Scenario(9, "timeout", "Acts, and answers after the time limit.", "`Unknown`, looked up, then settled",
             fault=Fault("slow", seconds=7)),
    Scenario(10, "slow", "Acts, and answers after a second.", "settled", fault=Fault("slow", seconds=1)),
    Scenario(11, "error_after", "Acts, and answers 500.", "`Unknown`, looked up, then settled",
             fault=Fault("error_after")),
    Scenario(12, "error_before", "Answers 503 not_processed without acting.", "`Unavailable`, retried, then settled",
             refusal=503),
    Scenario(13, "rate_limited", "Answers 429 with Retry-After: 1 without acting.",
             "`Unavailable`, retried after a second, then settled", refusal=429),
    Scenario(14, "half_body", "Acts, and cuts the connection in the middle of the answer.",
             "`Unknown`, looked up, then settled", fault=Fault("half_body")),
    Scenario(15, "html", "Acts, and answers 200 with an HTML page.", "`Unknown`, looked up, then settled",
             fault=Fault("html")),
    Scenario(16, "reset", "Resets the connection without acting.", "`Unknown`, not found, retried, then settled",
             fault=Fault("reset")),
    Scenario(17, "trickle", "Acts, and answers a few bytes at a time, beyond the time limit.",
             "`Unknown`, looked up, then settled", fault=Fault("trickle", seconds=7)),
    Scenario(18, "webhook_duplicate", "Sends every webhook twice.", "settled; one event each",
             mode=Mode(duplicate=1)),
    Scenario(19, "webhook_reversed", "Sends the webhooks in reverse order, at the end.", "settled",
             mode=Mode(reverse=True)),
    Scenario(20, "webhook_lost", "Sends no webhooks.", "settled, found by polling", mode=Mode(drop=1)),
    Scenario(21, "webhook_forged", "Signs the webhooks with another secret.",
             "webhooks refused; settled, found by polling", forged=True),
    Scenario(22, "conflict", "Says paid, and later failed.", "settled, and a work item",
             path=(*PAID, "failed"), code="account_closed"),
    Scenario(23, "unknown_word", "Uses a status that nobody has heard of.", "stays pending, and a work item",
             path=("received", "processing", "quarantined")),
    Scenario(24, "wrong_amount", "Tells an amount that is not ours in its webhooks.", "a work item",
             wrong_amount=True),
)  # fmt: skip

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
BY_NUMBER = {scenario.number: scenario for scenario in SCENARIOS}
NORMAL = Scenario(0, "normal", "Pays.", "settled")

_WORD = re.compile(r"sandbox:([a-z_-]+)", re.IGNORECASE)


class NoSuchScenario(Exception):  # noqa: N818 - it says what is wrong
    """The reference asks for a scenario that does not exist."""


def scenario(amount: int, reference: str) -> Scenario:
    """What shall happen to a transfer: a word in the reference goes before its amount."""
    asked = _WORD.search(reference)
    if asked is not None:
        found = BY_NAME.get(asked[1].lower().replace("-", "_"))
        if found is None:
            raise NoSuchScenario(asked[1])
        return found
    return BY_NUMBER.get(amount % 100_000 - FIRST_AMOUNT, NORMAL)


def amount(name: str, base: int = 0) -> int:
    """An amount in minor units for a scenario: `base` is added, and must end in five zeros."""
    return base + FIRST_AMOUNT + BY_NAME[name].number


def table() -> str:
    """The scenarios as a table in Markdown."""
    rows = [f"| …990{each.number:02} | `sandbox:{each.name}` | {each.what} | {each.ends} |" for each in SCENARIOS]
    return "\n".join(["| amount | in the reference | the sandbox | Corridor |", "|---|---|---|---|", *rows])
