"""Observations: what providers said of a resource, each with what it meant at the time. Rows are only ever added."""

from enum import IntEnum

from google.protobuf.message import Message

from server.kit import ids
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.store.engine import Connection
from server.store.sealed import OBSERVATION


class Source(IntEnum):
    """How an observation came in. The numbers are stored."""

    RESPONSE = 1
    WEBHOOK = 2
    POLL = 3
    SWEEP = 4


# What tells of something that has happened, and not of how it is at the moment of asking.
OF_THE_PAST = frozenset({Source.WEBHOOK, Source.SWEEP})

_APPEND = "INSERT INTO corridor.observations VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())"


def append(
    connection: Connection,
    context: Context,
    resource_id: str,
    source: Source,
    source_id: str,
    verdict: Verdict,
    observation: Message,
) -> None:
    """Keep an observation in the caller's transaction."""
    who, observation_id = context.who, ids.new("obs")
    message = OBSERVATION.seal(connection.seals, who, observation.SerializeToString(deterministic=True), observation_id)
    connection.execute(
        _APPEND,
        (
            who.company_id,
            who.environment,
            observation_id,
            resource_id,
            source,
            source_id,
            verdict,
            message,
            context.correlation_id,
        ),
    )
