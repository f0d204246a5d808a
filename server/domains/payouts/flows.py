"""What happens to a payout after it was accepted: it is dispatched once, and followed until it is at an end.

How that is done safely is the same for every domain, in `server.platform.providers.sending`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.kit.call import Call
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.domains.payouts import consent, shortcuts
from server.domains.payouts.beneficiaries import Beneficiaries
from server.domains.payouts.ends import CREATE, perhaps, refused
from server.domains.payouts.lifecycle import ACCEPTED, PENDING, SENT
from server.domains.payouts.repository import Payouts, Read
from server.domains.payouts.routed import facts
from server.domains.payouts.stopping import Stopping
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.providers import held, settlement
from server.platform.providers.connections import Live
from server.platform.providers.invoke import Invoker
from server.platform.providers.looking import look
from server.platform.providers.sendable import Closing, Timing
from server.platform.providers.sending import Sending
from server.platform.routing.choices import Decided
from server.platform.routing.router import Router
from server.store import work
from server.store.engine import Connection, Store
from server.store.observations import Source
from server.store.work import Job

CANCEL = "cancel_payout"


@dataclass(frozen=True, slots=True)
class SentPayouts:
    """What `sending` has to know of payouts."""

    store: Store
    payouts: Payouts
    beneficiaries: Beneficiaries
    invoker: Invoker
    clock: Clock
    router: Router

    name = "payouts"
    create = CREATE
    look_up = "look_up_payout"

    def id_of(self, thing: Read) -> str:
        """The payout's id."""
        return thing.payout.payout_id

    def get(self, context: Context, resource_id: str) -> Read | None:
        """The payout as it is."""
        return self.payouts.read(context, resource_id)

    def lock(self, connection: Connection, context: Context, resource_id: str) -> Read | None:
        """The payout, locked."""
        payout = self.payouts.lock(connection, context, resource_id)
        return Read(payout, b"") if payout else None

    def waits(self, thing: Read) -> bool:
        """Whether it is accepted, and no provider has it."""
        return thing.payout.state == ACCEPTED

    def under_way(self, thing: Read) -> bool:
        """Whether a provider has it, or may have it, and its end is not known."""
        return thing.payout.state in (SENT, PENDING)

    def sent_over(self, thing: Read) -> str:
        """Its connection."""
        return thing.payout.connection_id

    def reference(self, thing: Read) -> str:
        """The provider's own id for it."""
        return thing.payout.provider_reference

    def due(self, thing: Read) -> datetime:
        """When the money should have arrived."""
        payout = thing.payout
        expected = payout.HasField("expected_settlement_time")
        return (payout.expected_settlement_time if expected else payout.create_time).ToDatetime(UTC)

    def facts(self, thing: Read) -> RoutingFacts:
        """What routing knows of it."""
        return facts(thing.payout)

    def choose(self, connection: Connection, context: Context, thing: Read, tries: int) -> Decided:
        """What the company's rules and routes say."""
        return self.router.decide(connection, context, self.facts(thing), CREATE, tries)

    def begin(self, context: Context, thing: Read, live: Live, decision: RouteDecision) -> tuple[Read, str] | None:
        """In one statement, unless it rests on a consent: that takes a look at the consent, too."""
        if thing.payout.consent_id:
            return None
        changed = Payout()
        changed.CopyFrom(thing.payout)
        self._goes_over(changed, live)
        begun, attempt_id = shortcuts.begin(self.store, context, thing, changed, live, decision)
        return (begun, attempt_id) if attempt_id else None

    def about_to_send(self, connection: Connection, context: Context, locked: Read, live: Live) -> None:
        """Note the connection, and when the money should arrive by it. Raises `Stopped` where its consent is over."""
        consent.check(connection, context, locked.payout)
        self._goes_over(locked.payout, live)
        self.payouts.save(connection, context, locked.payout)

    def _goes_over(self, payout: Payout, live: Live) -> None:
        payout.connection_id, payout.provider = live.connection.connection_id, live.provider
        rules = self.invoker.manifest(live.provider).coverage["payouts"].settlement
        if rule := rules.get(payout.rail):
            payout.expected_settlement_time.FromDatetime(settlement.expected(rule, self.clock.now()))

    def about_to_repeat(self, connection: Connection, context: Context, locked: Read) -> None:
        """Raises `Stopped` where its consent is over."""
        consent.check(connection, context, locked.payout)

    def stop(self, context: Context, thing: Read) -> None:
        """Cancel it: its consent is over."""
        Stopping(self.store, self.payouts).unsent(context, thing.payout.payout_id, thing.payout.consent_id)

    def send(self, context: Context, adapter: Any, call: Call, thing: Read) -> PayoutObservation:
        """Ask the provider to pay."""
        beneficiary = self.beneficiaries.get(context, thing.payout.beneficiary_id)
        assert beneficiary is not None
        answer: PayoutObservation = adapter.create_payout(call, thing.payout, beneficiary)
        return answer

    def ask(self, adapter: Any, call: Call, thing: Read) -> PayoutObservation | None:
        """Ask the provider what became of it."""
        found: PayoutObservation | None = adapter.look_up_payout(call, thing.payout)
        return found

    def perhaps(self, thing: Read, word: str) -> PayoutObservation:
        """The provider may have it."""
        return perhaps(thing.payout, word)

    def refused(self, thing: Read, code: str) -> PayoutObservation:
        """The provider refused the details."""
        return refused(thing.payout, code)

    def conclude(
        self, context: Context, thing: Read, observation: PayoutObservation, source: Source, closing: Closing
    ) -> Read | None:
        """In one statement, unless there is more to do than usual."""
        return shortcuts.conclude(self.store, self.payouts, self.clock, context, thing, observation, source, closing)

    def observe(
        self,
        context: Context,
        resource_id: str,
        connection_id: str,
        observation: PayoutObservation,
        source: Source,
        source_id: str,
        *,
        also: Callable[[Connection], None] | None = None,
    ) -> tuple[Read, Verdict] | None:
        """The one door."""
        found = self.payouts.observe(context, resource_id, connection_id, observation, source, source_id, also=also)
        return (Read(found[0], b""), found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Flows:
    """The steps of a payout, for workers and for the servicer."""

    store: Store
    payouts: Payouts
    beneficiaries: Beneficiaries
    invoker: Invoker
    timing: Timing
    clock: Clock
    router: Router

    @property
    def sending(self) -> Sending[Read]:
        """How payouts are sent and followed."""
        sent = SentPayouts(self.store, self.payouts, self.beneficiaries, self.invoker, self.clock, self.router)
        return Sending(self.store, self.invoker, self.timing, self.clock, sent)

    def dispatch(self, context: Context, job: Job) -> work.Outcome:
        """Send an accepted payout over the connection that routing chooses."""
        return self.sending.dispatch(context, job)

    def follow(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider about a payout that is under way, until it is at an end."""
        return self.sending.follow(context, job)

    def look(self, context: Context, job: Job) -> work.Outcome:
        """Ask the provider about a payout of which a webhook told that something happened, and not what."""
        return look(self.sending, context, job)

    def cancel(self, context: Context, payout: Payout) -> Payout | None:
        """Ask the provider to stop a payout that it has; the payout as it then is, or None if nobody knows."""

        def ask(adapter: Any, call: Call) -> PayoutObservation:
            answer: PayoutObservation = adapter.cancel_payout(call, payout)
            return answer

        over = payout.connection_id
        decided = self.router.follow(context, facts(payout), over, payout.provider, CANCEL)
        ended = self.invoker.invoke(context, over, CANCEL, payout.payout_id, ask, decision=decided.record)
        held.check(ended)
        after = self.sending.take_in(context, Read(payout, b""), ended, Source.RESPONSE)
        return after.payout if after else None
