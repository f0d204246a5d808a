"""Asks a provider about a resource because it told that something happened, and not what.

Some webhooks name a resource and no more; what became of it is then asked, whatever state it is in here.
"""

from typing import TypeVar

from corridor.operations.v1 import work_item_pb2
from server.kit.context import Context
from server.platform.providers.following import asked_in_vain
from server.platform.providers.sending import SLOWEST_SECONDS, Sending, why
from server.store import work
from server.store.attempts import Outcome
from server.store.observations import Source
from server.store.work import Again, Done, Job

T = TypeVar("T")


def look(sending: Sending[T], context: Context, job: Job) -> work.Outcome:
    """Ask once, and take in the answer; again after a while, if there was none."""
    domain = sending.domain
    thing = domain.get(context, job.resource_id)
    if thing is None or not domain.sent_over(thing):
        return Done()
    if asked_in_vain(job):
        summary = "The provider told that something happened to it, and has not said what since."
        sending.ask_person(context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, summary)
    found, over = thing, domain.sent_over(thing)
    ended = sending.invoker.invoke(
        context, over, domain.look_up, job.resource_id, lambda adapter, call: domain.ask(adapter, call, found)
    )
    if ended.held_back:
        return Again(ended.retry_after_seconds or 0.0, why(ended), counts=False)
    sending.take_in(context, thing, ended, Source.POLL)
    if ended.outcome == Outcome.UNMAPPED:  # it is recorded, and a person told
        return Done()
    if ended.outcome == Outcome.ANSWERED:
        if ended.value is None and not domain.under_way(thing):
            summary = "The provider tells of it by a webhook, and knows nothing of it when it is asked."
            sending.ask_person(context, job.resource_id, work_item_pb2.WORK_ITEM_KIND_CONFLICT, summary)
        return Done()
    pause = work.backoff_seconds(job.tries, first=sending.timing.unknown_seconds, most=SLOWEST_SECONDS)
    return Again(max(pause, ended.retry_after_seconds or 0.0), why(ended))
