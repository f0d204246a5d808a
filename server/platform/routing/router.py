"""Decides where something goes, and gives the record of it: one query, then memory, then the pure decision.

Rule: what comes out rests on the record alone, and whoever sends stores the record together with its attempt.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Protocol

from adapters.kit.manifest import Manifest
from corridor.routing.v1 import route_decision_pb2 as decision
from corridor.routing.v1 import routing_policy_pb2
from corridor.routing.v1.route_decision_pb2 import RouteCandidate, RouteDecision
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from server.kit import clock as machine
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.platform.providers import connections, routing
from server.platform.providers.catalog import Catalog
from server.platform.providers.gates import Destination
from server.platform.routing import basis as bases
from server.platform.routing import deciding, gathering
from server.platform.routing.basis import Basis
from server.platform.routing.choices import Decided, choice_of
from server.platform.routing.compiled import Compiled
from server.platform.routing.gathering import Account, Health, Kept, Served
from server.store.engine import Connection

_KNOWN_AT_MOST = 10_000
_FRESH_SECONDS = 60.0  # a connection's provider never changes, and its address hardly ever


class Rules(Protocol):
    """Versions of rules, ready to be matched."""

    def compiled(self, connection: Connection, who: Caller, routing_policy_id: str) -> Compiled:
        """A version, compiled once per process."""
        ...


class Router:
    """Decides for every domain and company."""

    def __init__(self, catalog: Catalog, rules: Rules, health: Health, clock: Clock, region: str) -> None:
        self._catalog = catalog
        self._rules = rules
        self._health = health
        self._clock = clock
        self._region = region
        self._accounts: OrderedDict[tuple[str, int, str, str], tuple[float, Account]] = OrderedDict()
        self._kept: dict[tuple[str, int], Kept] = {}
        self._served: dict[str, tuple[Manifest, Mapping[str, Served]]] = {}
        self._lock = threading.Lock()

    def decide(
        self, connection: Connection, context: Context, facts: RoutingFacts, operation: str, tries: int
    ) -> Decided:
        """Where to send next, at the given try: the first is 1. Every try before must certainly have done nothing."""
        record = self._begun(facts, operation, tries)
        basis = bases.read(connection, context, record.facts, record.facts.time.ToDatetime(UTC))
        return self.decide_on(connection, context, basis, record)

    def decide_on(self, connection: Connection, context: Context, basis: Basis, record: RouteDecision) -> Decided:
        """What comes out for a record that has its facts, on a basis that was read."""
        record.policy_version, record.routing_policy_id = basis.policy_version, basis.policy_id
        facts = record.facts  # held on to, since each look at it would make it anew
        kept = self._match(connection, context, record, basis)
        if kept is None:
            found = self.gather(connection, context, record, basis)
        else:
            found = self._add(connection, context, record, basis, kept.named)
            if kept.weighed:
                self._weigh(record)
        deciding.decide(record, found)
        choice = choice_of(record)
        if isinstance(choice, routing.Wait) and basis.policy_id:
            compiled = self._rules.compiled(connection, context.who, basis.policy_id)
            choice = replace(choice, again_seconds=compiled.changes_after(facts.time.ToDatetime(UTC)))
        return Decided(choice, record)

    def follow(self, context: Context, facts: RoutingFacts, connection_id: str, provider: str, operation: str,
               tries: int = 1) -> Decided:  # fmt: skip
        """The decision for what belongs to something that a provider has: it goes there, whatever rules say."""
        record = self._begun(facts, operation, tries)
        record.candidates.add(connection_id=connection_id, provider=provider)
        deciding.decide(record)
        return Decided(choice_of(record), record)

    def directed(self, connection: Connection, context: Context, facts: RoutingFacts, connection_id: str,
                 operation: str, tries: int) -> Decided:  # fmt: skip
        """The decision where a person chose the connection: it goes there, if coverage and stage still allow it."""
        record = self._begun(facts, operation, tries)
        record.directed = True
        basis = bases.read(connection, context, record.facts, record.facts.time.ToDatetime(UTC))
        self._add(connection, context, record, basis, (connection_id,))
        deciding.decide(record)
        return Decided(choice_of(record), record)

    def still_holds(self, connection: Connection, context: Context, record: RouteDecision) -> bool:
        """Whether what a decision to send rests on is as it was: in the live environment, until the transaction ends.

        Rules, route, the stage of the provider, and that the connection is not held. Health may have changed.
        """
        if not context.who.live or (record.choice == decision.ROUTE_CHOICE_FOLLOW and not record.directed):
            return True
        routing.keep_still(connection, context)
        now = bases.read(connection, context, record.facts, record.facts.time.ToDatetime(UTC))
        chosen = taken(record)
        if record.directed:  # whoever chose it knew of the hold
            return chosen is not None and chosen.stage == now.standing(chosen.provider, chosen.connection_id).stage
        return (
            now.policy_id == record.routing_policy_id
            and (not record.HasField("route") or now.route == record.route)
            and chosen is not None
            and gathering.Standing(chosen.stage) == now.standing(chosen.provider, chosen.connection_id)
        )

    def gather(
        self, connection: Connection, context: Context, record: RouteDecision, basis: Basis
    ) -> Sequence[RouteCandidate]:
        """Fill in the candidates of a rule or route that sends, with what is known of each; gives them."""
        found = self._add(connection, context, record, basis, gathering.named(record))
        if record.rule.send.preference:
            self._weigh(record)
        return found

    def _begun(self, facts: RoutingFacts, operation: str, tries: int) -> RouteDecision:
        record = RouteDecision(resource_id=facts.resource_id, operation=operation, tries=tries)
        known, now = record.facts, self._clock.now()
        known.CopyFrom(facts)
        known.region = self._region
        # By hand: the usual conversions take a fifth of what a decision takes.
        known.time.seconds, known.time.nanos = int(now.timestamp()), now.microsecond * 1000
        seconds, micros = divmod(int(machine.epoch() * 1e6), 1_000_000)
        record.create_time.seconds, record.create_time.nanos = seconds, micros * 1000
        return record

    def _match(self, connection: Connection, context: Context, record: RouteDecision, basis: Basis) -> Kept | None:
        """Note the rule that holds, of the customers whom it names only the one at hand; or else the route."""
        if basis.policy_id:
            compiled = self._rules.compiled(connection, context.who, basis.policy_id)
            index = compiled.match(record.facts)
            if index is not None:
                kept = self._kept.get((basis.policy_id, index)) or self._keep(basis.policy_id, index, compiled)
                record.rule_number = index + 1
                record.rule.CopyFrom(kept.rule)
                if kept.customers:
                    record.rule.when.customer_ids.append(record.facts.customer_id)
                return kept
        if basis.route is not None:
            record.route.CopyFrom(basis.route)
        return None

    def _keep(self, policy_id: str, index: int, compiled: Compiled) -> Kept:
        if len(self._kept) >= _KNOWN_AT_MOST:
            self._kept.clear()
        kept = self._kept[policy_id, index] = Kept.of(compiled.rules[index])
        return kept

    def _add(
        self, connection: Connection, context: Context, record: RouteDecision, basis: Basis, named: Sequence[str]
    ) -> Sequence[RouteCandidate]:
        """Add connections as candidates, with what is known of each; gives those that it has added."""
        candidates, facts, operation, added = record.candidates, record.facts, record.operation, []
        # Read once for all of them: reading a field of a message takes longer than most of what is asked about it.
        domain, rail, institution_id, amount = facts.domain, facts.rail, facts.institution_id, facts.amount
        currency, minor, who, now = amount.currency_code, amount.amount_minor, context.who, machine.monotonic()
        for connection_id in named:
            found = candidates.add()
            added.append(found)
            known = self._accounts.get((who.company_id, who.environment, connection_id, operation))
            if known is not None and now < known[0]:
                account: Account | None = known[1]
            else:
                account = self._read(connection, context, connection_id, operation)
            if account is None:
                found.connection_id, found.lacks = connection_id, "anything: there is no such connection"
                continue
            found.CopyFrom(account.begun)
            self._health.note(found.health, account.to, institution_id, rail)
            if basis.live:
                found.stage = basis.stage(account.to.provider)
            serves = account.serves.get(domain)
            if lacks := domain if serves is None else serves.lacks(rail, currency, minor):
                found.lacks = lacks
            if connection_id in basis.held:
                found.held = gathering.HELD
        return added

    def _weigh(self, record: RouteDecision) -> None:
        """Add what a rule's preference compares: costs, or when it would arrive."""
        send, candidates = record.rule.send, {each.connection_id: each for each in record.candidates}
        if send.preference == routing_policy_pb2.ROUTING_PREFERENCE_CHEAPEST:
            for named in send.candidates:
                if named.HasField("cost"):
                    candidates[named.connection_id].cost_minor = gathering.cost_minor(named.cost, record.facts)
        elif send.preference == routing_policy_pb2.ROUTING_PREFERENCE_FASTEST:
            for found in candidates.values():
                if found.provider:
                    gathering.note_arrival(found, self._catalog.manifest(found.provider), record.facts)

    def _read(self, connection: Connection, context: Context, connection_id: str, operation: str) -> Account | None:
        """A connection as it is stored, kept for a while."""
        who = context.who
        message = connections.find(connection, context, connection_id)
        if message is None:
            return None
        provider, address = message.provider, message.base_url
        to = Destination(who.company_id, who.environment, connection_id, provider, address, operation)
        begun = RouteCandidate(connection_id=connection_id, provider=provider)
        account = Account(to, self._serves(provider, self._catalog.manifest(provider)), begun)
        with self._lock:
            self._accounts[who.company_id, who.environment, connection_id, operation] = (
                machine.monotonic() + _FRESH_SECONDS,
                account,
            )
            while len(self._accounts) > _KNOWN_AT_MOST:
                self._accounts.popitem(last=False)
        return account

    def _serves(self, provider: str, manifest: Manifest) -> Mapping[str, Served]:
        """What a provider serves in each domain, made ready once for each manifest."""
        known = self._served.get(provider)
        if known is None or known[0] is not manifest:
            serves = {domain: Served.of(covered) for domain, covered in manifest.coverage.items()}
            known = self._served[provider] = (manifest, serves)
        return known[1]


def taken(record: RouteDecision) -> RouteCandidate | None:
    """The candidate over which it goes."""
    return next((each for each in record.candidates if each.connection_id == record.connection_id), None)
