"""One seeded run: a company, two vendors, and whatever the dice let happen to them, one step after the other.

First everything may go wrong; then all is healed and has to settle. What must be true then is in `checks`.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow

from adapters.kit.http import HttpResponse
from server.kit import failpoint, ids
from tests.chaos.simulation import checks, dice, operators, telling, vendors
from tests.chaos.simulation.company import Company, Wish
from tests.chaos.simulation.dice import Dice
from tests.chaos.simulation.kept import Kept
from tests.chaos.simulation.paying_in import PayingIn
from tests.chaos.simulation.paying_out import PayingOut
from tests.chaos.simulation.process import Cut, Process
from tests.chaos.simulation.vendors import Vendor, Wire
from tests.chaos.simulation.workshop import Piece, Workshop
from tests.serving import Refused

TRADES = {"payouts": PayingOut, "payments": PayingIn}
_DEPTH = 2  # how many pieces of work can be under way at the same time
_STEPS = (150, 400)  # in which everything must settle once it is healed, and then when much time has passed
_LATE_DAYS = 30
_TOLD = ("webhooks.read", "sweeps.run", "payouts.look")  # work that may bring news, also when everything is at an end

Step = Callable[[], None]


class Failed(Exception):  # noqa: N818 - how the run ended
    """A promise was broken. The text has the seed and the trace."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What runs have in common: a database, a directory for keys, and the process that the last run left alive."""

    url: str
    directory: Path
    owner: psycopg.Connection
    alive: list[Process] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)

    def close(self) -> None:
        """End the process."""
        while self.alive:
            self.alive.pop().close()
        self.kept.close()


class Run:
    """What a seed makes of a domain."""

    def __init__(self, ground: Ground, domain: str, seed: int) -> None:
        self.seed, self.domain = seed, domain
        self.dice = Dice(f"{domain}:{seed}")
        self.ground = ground
        self.calm = True
        self._depth = 0
        self._cuts = self.dice.choice((0.0, 0.0, 0.01, 0.02, 0.04))
        self._roughness = self.dice.choice((0.0, 0.1, 0.25, 0.5))
        self.losses = self.dice.choice((0.0, 0.0, 0.1, 0.5, 1.0))
        self._crowd = self.dice.choice((0.0, 0.0, 0.2, 0.6))
        self.wire = Wire(self.dice, self._cut, self._meanwhile)
        self._weather = self.dice.choice((0.0, 0.0, 0.1, 0.3))
        self.process = ground.alive.pop() if ground.alive else self._start()
        self._take_over()

    def play(self) -> list[str]:
        """Let it happen; the trace. Raises `Failed`."""
        try:
            with self._playing():
                self._set_up()
                self._rough()
                self._heal()
                self._settle()
                self.company.sweep()
                self._settle()
                wrong = checks.wrong(self)
        except (AssertionError, Refused) as error:
            raise self._failed(f"{type(error).__name__}: {error}") from error
        if wrong:
            raise self._failed("\n".join(wrong))
        return dice.readable(self.dice.trace)

    @contextmanager
    def _playing(self) -> Iterator[None]:
        with ExitStack() as stack:
            state = random.getstate()
            random.seed(self.dice.getrandbits(64))  # spreads backoffs
            stack.callback(random.setstate, state)
            stack.enter_context(ids.drawn_from(dice.ids_of(f"{self.domain}:{self.seed}")))
            stack.enter_context(failpoint.watched(self._cut))
            stack.callback(lambda: self.ground.alive.append(self.process))
            first, second = self.dice.choice(vendors.pairs(self.domain))
            both = (vendors.vendor(first, self.seed), vendors.vendor(second, self.seed))
            for each in both:
                stack.callback(vendors.stop, each)
            self.vendors = both
            yield

    def _failed(self, why: str) -> Failed:
        trace = "\n".join(dice.readable([*why.splitlines(), "", *self.dice.trace]))
        again = f"CORRIDOR_SIMULATION_SEEDS={self.seed}:1 ./corridor test -n 0 tests/chaos/simulation -k {self.domain}"
        return Failed(f"seed {self.seed} of {self.domain}: {again}\n{trace}")

    # Beginning and end.

    def _start(self) -> Process:
        return Process(self.ground.url, self.ground.directory, self.ground.kept, self._through)

    def _take_over(self) -> None:
        self.process.through, self.process.weather.dice = self._through, self.dice
        self.process.weather.bad = 0.0 if self.calm else self._weather
        self.process.broke.clear()

    def _through(self, real: Callable[..., HttpResponse], asked: dict[str, object]) -> HttpResponse:
        return self.wire.through(real, asked)

    def _set_up(self) -> None:
        self.wire.vendors = {each.name: each for each in self.vendors}
        self.company = Company(self.process, self.vendors, self.domain, self.dice)
        self.workshop = Workshop(self.ground.owner, self.company.company_id)
        self.company.connect()
        self.trade = TRADES[self.domain](self.dice)
        self.trade.set_up(self.company)
        self.company.route(self.vendors[0], self.vendors[1], operators.ON)
        self.dice.note(f"{self.domain} over {' and '.join(each.name for each in self.vendors)}")

    def _rough(self) -> None:
        self.calm, self.wire.rough, self.process.weather.bad = False, self._roughness, self._weather
        for _ in range(self.dice.randint(8, 40)):
            self._step(self._steps())
        self.calm, self.wire.rough, self.process.weather.bad = True, 0.0, 0.0

    def _heal(self) -> None:
        self.dice.note("healed")
        operators.heal(self)

    def _settle(self) -> None:
        for steps in _STEPS:
            for _ in range(steps):
                if not (left := self._left()):
                    return
                self._step(left)
            self.company.later(days=_LATE_DAYS)  # what is overdue then is told to a person
            self.dice.note(f"{_LATE_DAYS} days later")
        raise AssertionError("it does not settle:\n" + "\n".join(checks.open_ends(self)))

    def _left(self) -> list[tuple[float, Step]]:
        """What is still to be done before everything is at an end."""
        stuck = checks.open_ends(self)
        now = [(1.0, self._wish(each)) for each in self._wishes()]
        now += [(1.0, self._delivery(each)) for each in self.vendors if each.simulator.outbox.waiting]
        moves = [(1.0, self._move(each)) for each in self.vendors if each.clock.next_at is not None]
        pieces = [each for each in self.workshop.pieces(self.process.kinds) if stuck or each.kind in _TOLD]
        if pieces and not now and not moves:
            self.workshop.now = max(self.workshop.now, min(each.due for each in pieces))
        now += moves + [(1.0, self._piece(each)) for each in pieces if each.due <= self.workshop.now]
        if not now and stuck:
            raise AssertionError("nothing is left to do, and open is:\n" + "\n".join(stuck))
        return now

    def rows(self, query: LiteralString) -> list[TupleRow]:
        """What the database holds of the company."""
        return self.ground.owner.execute(query, (self.company.company_id,)).fetchall()

    # One step.

    def _step(self, choices: list[tuple[float, Step]]) -> None:
        if not choices:
            return
        try:
            self.dice.one_of(choices)()
        except Cut as cut:
            self._die(str(cut))
        if self.process.broke:
            raise AssertionError("; ".join(self.process.broke))

    def _steps(self) -> list[tuple[float, Step]]:
        """What can happen next, each with its weight."""
        now = self.workshop.now
        pieces = self.workshop.pieces(self.process.kinds)
        choices = [(3.0, self._wish(each)) for each in self._wishes()]
        choices += [(0.2 if each.due > now or each.held else 4.0, self._piece(each)) for each in pieces]
        for vendor in self.vendors:
            if vendor.clock.next_at is not None:
                choices.append((2.0 if vendor.clock.next_at <= now else 0.4, self._move(vendor)))
            choices += [(1.5, self._delivery(vendor))] * min(3, len(vendor.simulator.outbox.waiting))
        choices.append((0.15, lambda: operators.act(self)))
        choices.append((3 * self._cuts, lambda: self._cut("between two steps", 1.0)))
        later = [each.due for each in pieces if each.due > now]
        later += [at for each in self.vendors if (at := each.clock.next_at) is not None and at > now]
        if later:
            choices.append((1.0, lambda: self._wait(min(later))))
        return choices

    def _wishes(self) -> list[Wish]:
        return [wish for wish in self.trade.wishes if not wish.answered and wish.request() is not None]

    def _wish(self, wish: Wish) -> Step:
        return lambda: self.company.try_to(wish)

    def _piece(self, piece: Piece) -> Step:
        def work() -> None:
            self.dice.note(f"worker: {piece}, try {piece.tries + 1}{', taken over' if piece.held else ''}")
            ended = self.workshop.do(self.process, piece)
            self.dice.note(f"    {type(ended).__name__} {getattr(ended, 'error', '')}")

        return work

    def _move(self, vendor: Vendor) -> Step:
        def move() -> None:
            vendor.step()
            self.workshop.now = max(self.workshop.now, vendor.clock.seconds)
            self.dice.note(f"{vendor.name} goes on")

        return move

    def _delivery(self, vendor: Vendor) -> Step:
        return lambda: telling.tell(self, vendor)

    def _wait(self, until: float) -> None:
        self.workshop.now = until
        self.dice.note(f"{until:.0f} s")

    # What happens in the middle of a step.

    def _cut(self, point: str, probability: float | None = None) -> None:
        if self.calm or point.startswith("seal."):
            return
        if self.dice.falls(self._cuts if probability is None else probability):
            raise Cut(point)

    def _die(self, point: str) -> None:
        self.dice.note(f"the process dies at {point}")
        self.process.close()
        self.process = self.company.process = self._start()
        self._take_over()
        self.workshop.drop_leases()

    def _meanwhile(self) -> None:
        """Between what was asked and its answer something else happens: webhooks overtake, workers take over."""
        if self.calm or self._depth >= _DEPTH or self.process.tokens.fetching or not self.dice.falls(self._crowd):
            return
        self._depth += 1
        self.dice.note("  meanwhile")
        try:
            _elsewhere(self.dice.one_of(self._steps()))
        finally:
            self._depth -= 1
        self.dice.note("  and then")


def _elsewhere(step: Step) -> None:
    """Do a step in a thread of its own, and wait for it: locks and connections are somebody else's there."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            step()
        except BaseException as error:  # it is raised again where somebody waits for it
            raised.append(error)

    thread = threading.Thread(target=run, name=dice.OURS)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
