"""What an entry of a replay would change, found out without changing anything.

Rule: it is read, checked and held against the resource as the real thing would be. What was shown has a digest, by
which it is seen at the run whether the same would come of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from adapters.kit.discovery import Provider
from adapters.kit.errors import Unmapped
from adapters.kit.ports import Reading
from corridor.operations.v1 import replay_pb2 as proto
from corridor.operations.v1.replay_pb2 import ReplayChange, ReplayEffect, ReplayEntry
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_RECEIVED
from server.kit import ids
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.operations.retrying import Retrying
from server.platform.webhooks import inbound
from server.platform.webhooks.foreseen import Foresee, Foreseen
from server.platform.webhooks.inbound import Kept
from server.platform.webhooks.read import Unmatched
from server.platform.webhooks.rereading import Rereading
from server.store import work_items
from server.store.engine import Store

_log = structlog.get_logger("corridor.operations")

_VERDICTS: "Mapping[Verdict, ReplayEffect.ValueType]" = {
    Verdict.ADVANCES: proto.REPLAY_EFFECT_ADVANCES,
    Verdict.REPEATS: proto.REPLAY_EFFECT_REPEATS,
    Verdict.STALE: proto.REPLAY_EFFECT_STALE,
    Verdict.CONFLICTS: proto.REPLAY_EFFECT_CONFLICTS,
}
# Of several changes the one that matters most comes first.
_RANKS = (
    proto.REPLAY_EFFECT_CONFLICTS,
    proto.REPLAY_EFFECT_OPENS,
    proto.REPLAY_EFFECT_ADVANCES,
    proto.REPLAY_EFFECT_STALE,
    proto.REPLAY_EFFECT_REPEATS,
    proto.REPLAY_EFFECT_IGNORED,
)
# Of these nothing can be made: there is nothing to run.
IDLE = frozenset({proto.REPLAY_EFFECT_UNREADABLE, proto.REPLAY_EFFECT_REFUSED, proto.REPLAY_EFFECT_NOTHING})


@dataclass(frozen=True, slots=True)
class Compared:
    """What an entry would change. `standing`: how what it is about stands now; `outcome`: what it would come to."""

    entry: ReplayEntry
    resource_id: str = ""
    standing: bytes = b""
    outcome: bytes = b""


@dataclass(frozen=True, slots=True)
class Comparing:
    """Finds out what entries would change."""

    store: Store
    providers: Mapping[str, Provider]
    rereading: Rereading
    foresee: Foresee
    retrying: Retrying

    def compare(self, context: Context, subject_id: str) -> Compared:
        """What would come of a delivery or work item, if it were taken up now."""
        entry = ReplayEntry(subject_id=subject_id)
        if ids.is_id(subject_id, "in"):
            return self._delivery(context, entry)
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            item = work_items.get(connection, context, subject_id)
            if item is None or item.state != WORK_ITEM_STATE_OPEN:
                return _nothing(entry, "The work item was resolved.")
        genuine = True
        if ids.is_id(item.resource_id, "in"):
            kept = self.rereading.load(context, item.resource_id)
            genuine = kept is not None and not self.rereading.refusal(context, kept)
        with self.store.transaction(who.company_id, who.environment) as connection:
            plan = self.retrying.plan(connection, context, item, genuine=genuine)
        entry.effect, entry.why = plan.effect, plan.what
        entry.changes.add(resource_id=item.resource_id, effect=plan.effect, before=plan.state, why=plan.what)
        outcome = _digest(str(plan.effect), plan.directed_to)
        return Compared(entry, item.resource_id, _digest(plan.state, str(plan.revision)), outcome)

    def _delivery(self, context: Context, entry: ReplayEntry) -> Compared:
        kept = self.rereading.load(context, entry.subject_id)
        if kept is None:
            return _nothing(entry, "The delivery is past its retention.")
        delivery = kept.delivery
        if delivery.state == INBOUND_DELIVERY_STATE_RECEIVED:
            return _nothing(entry, "The delivery waits to be read anyway.")
        if refusal := self.rereading.refusal(context, kept):
            return _ended(entry, proto.REPLAY_EFFECT_REFUSED, f"Its signature does not hold: {refusal}.")
        if inbound.seen_before(self.store, context, delivery) is not None:
            return _ended(entry, proto.REPLAY_EFFECT_DUPLICATE, "The same body was processed.")
        try:
            reading = self.providers[delivery.provider].adapter.read_webhook(kept.inbound)
        except Unmapped as unmapped:  # the word itself stays with the delivery, which is erased with its customer
            return _ended(entry, proto.REPLAY_EFFECT_UNREADABLE, f"The adapter lacks a word of {unmapped.table}.")
        except Exception:
            _log.exception("webhook_unreadable", provider=delivery.provider,
                           inbound_delivery_id=delivery.inbound_delivery_id)  # fmt: skip
            return _ended(entry, proto.REPLAY_EFFECT_UNREADABLE, "The adapter could not read it; see the log.")
        return self._read(context, entry, kept, reading)

    def _read(self, context: Context, entry: ReplayEntry, kept: Kept, reading: Reading) -> Compared:
        delivery = kept.delivery
        if reading.event_id and inbound.seen_before(self.store, context, delivery, reading.event_id) is not None:
            return _ended(entry, proto.REPLAY_EFFECT_DUPLICATE, "The same event was processed.")
        found = [self.foresee(context, delivery.connection_id, each) for each in reading.observations]
        known = [each for each in found if isinstance(each, Foreseen)]
        if Unmatched.MISSING in found:
            why = "It names a resource that there is not."
            entry.changes.add(effect=proto.REPLAY_EFFECT_CONFLICTS, why=why)
        elif not known:
            return _ended(entry, proto.REPLAY_EFFECT_IGNORED, "It is about nothing that was made through Corridor.")
        entry.changes.extend(_change(each) for each in known)
        entry.effect = min((change.effect for change in entry.changes), key=_RANKS.index)
        standing = _digest(*(f"{each.resource_id}/{each.revision}/{each.before}" for each in known))
        outcome = _digest(*(f"{each.resource_id}/{each.effect}/{each.after}" for each in entry.changes))
        return Compared(entry, known[0].resource_id if known else "", standing, outcome)


def _change(foreseen: Foreseen) -> ReplayChange:
    opens = not foreseen.before
    return ReplayChange(
        resource_id=foreseen.resource_id,
        effect=proto.REPLAY_EFFECT_OPENS if opens else _VERDICTS[foreseen.verdict],
        before=foreseen.before,
        after=foreseen.after,
        why=foreseen.why,
    )


def _nothing(entry: ReplayEntry, why: str) -> Compared:
    return _ended(entry, proto.REPLAY_EFFECT_NOTHING, why)


def _ended(entry: ReplayEntry, effect: "ReplayEffect.ValueType", why: str) -> Compared:
    entry.effect, entry.why = effect, why
    return Compared(entry, "", b"", _digest(str(effect)))


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x00".join(parts).encode()).digest()
