"""What may have acted is resolved by look-up, webhook, sweep or a repeat under its key, in whatever order they come.

The first one counts, the others change nothing, and the vendor's books have one entry. Nothing is repeated late.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.kit.simulator import Fault
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_UNKNOWN_OUTCOME
from corridor.payments.v1.payment_action_pb2 import PAYMENT_ACTION_STATE_SUCCEEDED
from corridor.payments.v1.payment_pb2 import PAYMENT_STATE_AUTHORISED
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED
from server.kit import failpoint
from server.kit.lifecycle import Verdict
from server.store.attempts import Outcome
from tests.server import people
from tests.server.domains.payments.counter import Counter
from tests.server.domains.payments.till import euros
from tests.server.flows.stage import Stage, Vendor
from tests.server.sweeps.sweeper import swept
from tests.serving import until

UNKNOWN, ANSWERED = Outcome.UNKNOWN, Outcome.ANSWERED
# What is done, with the operation of the port, and with the simulator's operation and kind of object.
DONE = {
    "payout": ("create_payout", "create_transfer", "transfer"),
    "payment": ("authorise", "create_payment", "payment"),
    "capture": ("capture", "create_capture", "action"),
    "refund": ("create_refund", "create_refund", "action"),
}


@dataclass
class Doubt:
    """One thing that a vendor may or may not have, and the ways in which the truth can arrive."""

    flow: Stage
    vendor: Vendor
    what: str
    prepared: Any = None
    resource_id: str = ""
    read: Callable[[], Any] = lambda: None
    _references: dict[str, str] = field(default_factory=dict)
    _heard: int = 0

    @property
    def words(self) -> tuple[str, str, str]:
        """The port's operation, the simulator's, and its kind of object."""
        return DONE[self.what]

    def prepare(self) -> None:
        """Make what has to be there before."""
        counter = Counter(self.flow)
        self.flow.route(self.vendor)
        counter.route(self.vendor)
        if self.what == "capture":
            self.prepared = counter.authorised()
        if self.what == "refund":
            self.prepared = counter.captured()

    def make(self) -> None:
        """Have it done."""
        counter, flow = Counter(self.flow), self.flow
        if self.what == "payout":
            payout = flow.pay()
            self.resource_id, self.read = payout.payout_id, lambda: flow.now(payout)
        elif self.what == "payment":
            payment = counter.pay()
            self.resource_id, self.read = payment.payment_id, lambda: counter.now(payment)
        elif self.what == "capture":
            step = counter.act(self.prepared, "Capture", amount=euros(10_00))
            self.resource_id, self.read = step.payment_action_id, lambda: counter.ends(self.prepared, step)
        else:
            refund = counter.refund(self.prepared)
            self.resource_id, self.read = refund.refund_id, lambda: counter.ends(self.prepared, refund)

    def kept(self) -> list[dict[str, Any]]:
        """The vendor's objects of the kind."""
        return [each["data"] for each in self.vendor.simulator.store.all(self.words[2])]

    def tell(self) -> None:
        """Have the vendor send all its webhooks, and wait until they are read."""
        until(lambda: self.what != "payout" or {"paid"} == {each["status"] for each in self.kept()})
        self.flow.listen(self.vendor)
        self._heard += self.vendor.simulator.outbox.replay(seed=len(self.flow.company_id) + self._heard)
        self.flow.read(self._heard)

    def sweep(self) -> None:
        """Have the vendor's list gone through."""
        until(lambda: self.what != "payout" or {"paid"} == {each["status"] for each in self.kept()})
        swept(self.flow, self.vendor.connection_id)

    def hide(self) -> None:
        """Let the vendor's lists lag behind: what it has is not found by our id."""
        with self.vendor.simulator.store.lock:
            for each in self.kept():
                self._references.setdefault(each["id"], each["reference"])
                each["reference"] = "not yet"

    def show(self) -> None:
        """Let them be up to date again."""
        with self.vendor.simulator.store.lock:
            for each in self.kept():
                each["reference"] = self._references.get(each["id"], each["reference"])

    def ended(self) -> bool:
        """Whether it is done, as far as is known here."""
        wanted = {"payout": PAYOUT_STATE_SETTLED, "payment": PAYMENT_STATE_AUTHORISED}
        return bool(self.read().state == wanted.get(self.what, PAYMENT_ACTION_STATE_SUCCEEDED))

    def outcomes(self) -> list[Outcome]:
        """How every try to do it ended."""
        return Counter(self.flow).outcomes(self.resource_id, self.words[0])

    def calls(self) -> int:
        """How often the vendor was told to do it."""
        return len(self.vendor.calls(self.words[1])) - (self.what == "payment" and self.prepared is not None)

    def entries(self) -> int:
        """How often it is in the vendor's books."""
        return [each.reference for each in self.vendor.simulator.books()].count(self.resource_id)

    def advances(self) -> int:
        """How many of the things that were told of it changed it."""
        with people.rows(self.flow.corridor, self.flow.client) as connection:
            row = connection.execute(
                "SELECT count(*) FROM corridor.observations WHERE resource_id = %s AND verdict = %s",
                (self.resource_id, Verdict.ADVANCES),
            ).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture(params=list(DONE))
def doubt(flow: Stage, request: pytest.FixtureRequest) -> Doubt:
    """Something of each kind, at a vendor whose webhooks come when the test says so."""
    made = Doubt(flow, flow.vendor(webhooks=False), request.param)
    made.prepare()
    return made


class Script:
    """Does something at the moment at which a point in the code is passed for the nth time."""

    def __init__(self, acts: Mapping[tuple[str, int], Callable[[], None]]) -> None:
        self._acts = dict(acts)
        self._passed: dict[str, int] = {}
        self.broken: list[BaseException] = []

    def __call__(self, point: str) -> None:
        """Called in the thread that passes the point."""
        self._passed[point] = self._passed.get(point, 0) + 1
        at = (point, self._passed[point])
        try:
            if at in self._acts:
                self._acts[at]()
                del self._acts[at]
        except BaseException as error:
            self.broken.append(error)
            raise

    @property
    def over(self) -> bool:
        """Whether everything was done."""
        return not self._acts


BEFORE_LOOK_UP, LOOKED_UP, REPEATING = ("follow.before_call", 1), ("follow.after_call", 1), ("dispatch.before_call", 2)


@pytest.mark.parametrize(
    ("when", "by"),
    [(BEFORE_LOOK_UP, "tell"), (LOOKED_UP, "tell"), (LOOKED_UP, "sweep")],
    ids=["webhook before it is asked", "webhook while it is asked", "sweep while it is asked"],
)
def test_what_is_told_first_counts_and_the_look_up_changes_nothing(
    doubt: Doubt, when: tuple[str, int], by: str
) -> None:
    doubt.vendor.simulator.fault(Fault("lost_answer"), doubt.words[1])
    script = Script({when: getattr(doubt, by)})

    with failpoint.watched(script):
        doubt.make()
        until(lambda: script.over, what="told")
        doubt.flow.soon(doubt.ended, what="its end")

    check(doubt, script, [UNKNOWN], calls=1)


def test_what_is_looked_up_first_counts_and_webhooks_change_nothing(doubt: Doubt) -> None:
    doubt.vendor.simulator.fault(Fault("lost_answer"), doubt.words[1])

    doubt.make()
    doubt.flow.soon(doubt.ended, what="its end")
    before = doubt.read()
    doubt.tell()

    check(doubt, Script({}), [UNKNOWN], calls=1)
    assert before == doubt.read()


def test_what_is_told_after_nothing_was_found_is_not_repeated(doubt: Doubt) -> None:
    doubt.vendor.simulator.fault(Fault("lost_answer"), doubt.words[1])

    def told() -> None:
        doubt.tell()
        doubt.show()

    script = Script({BEFORE_LOOK_UP: doubt.hide, LOOKED_UP: told})
    with failpoint.watched(script):
        doubt.make()
        until(lambda: script.over, what="told")
        doubt.flow.soon(doubt.ended, what="its end")

    check(doubt, script, [UNKNOWN], calls=1)


def test_what_is_told_while_it_is_repeated_counts_and_the_repeat_changes_nothing(doubt: Doubt) -> None:
    doubt.vendor.simulator.fault(Fault("lost_answer"), doubt.words[1])

    def told() -> None:
        doubt.show()
        doubt.tell()

    script = Script({BEFORE_LOOK_UP: doubt.hide, REPEATING: told})
    with failpoint.watched(script):
        doubt.make()
        until(lambda: script.over, what="told")
        doubt.flow.soon(lambda: doubt.ended() and Outcome.OPEN not in doubt.outcomes(), what="its end")

    check(doubt, script, [UNKNOWN, ANSWERED], calls=2)


def test_what_is_repeated_first_counts_and_look_up_and_webhooks_change_nothing(doubt: Doubt) -> None:
    doubt.vendor.simulator.fault(Fault("lost_answer"), doubt.words[1])

    script = Script({BEFORE_LOOK_UP: doubt.hide, REPEATING: doubt.show})
    with failpoint.watched(script):
        doubt.make()
        doubt.flow.soon(doubt.ended, what="its end")
    before = doubt.read()
    doubt.tell()

    check(doubt, script, [UNKNOWN, ANSWERED], calls=2)
    assert before == doubt.read()


def test_after_the_window_of_the_provider_nothing_is_repeated_and_a_person_is_asked(doubt: Doubt) -> None:
    doubt.vendor.simulator.fault(Fault("reset"), doubt.words[1])
    script = Script({BEFORE_LOOK_UP: lambda: grow_old(doubt)})

    with failpoint.watched(script):
        doubt.make()
        said = doubt.flow.soon(lambda: dict(doubt.flow.items(doubt.resource_id)).get(WORK_ITEM_KIND_UNKNOWN_OUTCOME))
        doubt.flow.soon(lambda: looked_up(doubt) > 3, what="still asked about")

    assert "does not promise that repeating it is safe" in said
    assert ([UNKNOWN], 1, 0, []) == (doubt.outcomes(), doubt.calls(), doubt.entries(), script.broken)


def grow_old(doubt: Doubt) -> None:
    """Let more time go by since it was first tried than the provider keeps keys for."""
    with people.rows(doubt.flow.corridor, doubt.flow.client) as connection:
        connection.execute("UPDATE corridor.attempts SET start_time = start_time - interval '25 hours'")


def looked_up(doubt: Doubt) -> int:
    """How often the provider was asked about it."""
    name = {"payout": "look_up_payout", "refund": "look_up_refund"}.get(doubt.what, "look_up_payment")
    return len(Counter(doubt.flow).outcomes(doubt.resource_id, name))


def check(doubt: Doubt, script: Script, outcomes: list[Outcome], *, calls: int) -> None:
    """It is done once, there and here, and nobody is asked."""
    seen = doubt.read()
    assert ([], True) == (script.broken, script.over)
    assert (outcomes, calls, 1) == (doubt.outcomes(), doubt.calls(), doubt.entries())
    assert seen.revision == 1 + doubt.advances()
    assert (True, []) == (doubt.ended(), doubt.flow.items())
