"""One page of a provider's list, taken in: each observation by the same door as a webhook's.

Rule: what cannot be taken in is shown to a person and stops nothing; what nobody here made is left alone.
"""

from dataclasses import dataclass

from adapters.kit.ports import Listing, Observation
from corridor.operations.v1 import work_item_pb2
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.providers.v1.sweep_pb2 import Sweep, SweepCounts
from corridor.webhooks.v1.inbound_delivery_pb2 import INBOUND_DELIVERY_STATE_PROCESSED
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.platform.sweeps import repository
from server.platform.sweeps.taking import TakeIn
from server.platform.webhooks.read import Unmatched
from server.store import work_items
from server.store.engine import Store
from server.store.observations import Source

_WORDS_AT_MOST = 5  # in the summary of a work item


@dataclass(frozen=True, slots=True)
class PageTaking:
    """Takes pages in."""

    store: Store
    take_in: TakeIn

    def take(self, context: Context, sweep: Sweep, listing: Listing) -> SweepCounts:
        """What a page has found, everything in it taken in."""
        counts = SweepCounts(pages=1, unknown=len(listing.unread))
        known = self._known(context, sweep, listing)
        for observation in listing.observations:
            if observation.provider_event_id in known:
                counts.repeated += 1
            else:
                self._one(context, sweep, observation, counts)
        if listing.unread:
            words = dict.fromkeys(str(each) for each in listing.unread)
            summary = f"What {sweep.provider} lists cannot be read: {'; '.join(list(words)[:_WORDS_AT_MOST])}."
            self._tell(context, sweep.sweep_id, work_item_pb2.WORK_ITEM_KIND_UNMAPPED, summary)
        counts.seen = counts.advanced + counts.repeated + counts.conflicted + counts.missing + counts.unknown
        return counts

    def _known(self, context: Context, sweep: Sweep, listing: Listing) -> frozenset[str]:
        """The events that came by webhook and were taken in then."""
        told = [each.provider_event_id for each in listing.observations if each.provider_event_id]
        with self.store.of(context.who.company_id, context.who.environment) as connection:
            return repository.known(connection, context, sweep.connection_id, INBOUND_DELIVERY_STATE_PROCESSED, told)

    def _one(self, context: Context, sweep: Sweep, observation: Observation, counts: SweepCounts) -> None:
        found = self.take_in(context, sweep.connection_id, observation, Source.SWEEP, sweep.sweep_id)
        match found:
            case Unmatched.STRANGER:
                counts.others += 1
            case Unmatched.MISSING:
                counts.missing += 1
                why = "The provider lists something under an id of ours that there is not."
                self._tell(context, _named(observation), work_item_pb2.WORK_ITEM_KIND_CONFLICT, why)
            case _ if found.verdict == Verdict.ADVANCES:
                counts.advanced += 1
            case _ if found.verdict == Verdict.CONFLICTS:
                counts.conflicted += 1
            case _:
                counts.repeated += 1

    def _tell(self, context: Context, resource_id: str, kind: int, summary: str) -> None:
        with self.store.of(context.who.company_id, context.who.environment) as connection:
            work_items.open_item(connection, context, resource_id, kind, summary)


def _named(observation: Observation) -> str:
    """The id of ours that an observation names."""
    if isinstance(observation, PayoutObservation):
        return observation.payout_id
    return observation.payment_id or getattr(observation, "step_id", "")
