"""Events: what changed, in order per resource, with a delivery for every endpoint that wants it."""

from typing import Any

from google.protobuf import any_pb2
from google.protobuf.message import Message

from corridor.events.v1.event_pb2 import Event
from server.kit import contract, ids, versions
from server.kit.context import Context
from server.store.engine import Connection
from server.store.sealed import EVENT

_PUBLISH = "SELECT corridor.publish(%s, %s::smallint, %s, %s, %s, %s, %s, %s, %s)"

COLUMNS = "event_id, resource_id, sequence, environment, type, message, correlation_id, create_time"


def publish(connection: Connection, context: Context, resource_id: str, sequence: int, data: Message) -> str:
    """Publish in the caller's transaction that a resource changed. `data` is a message with an event type."""
    event_id = ids.new("evt")
    connection.execute(
        _PUBLISH,
        (
            context.who.company_id,
            context.who.environment,
            event_id,
            resource_id,
            sequence,
            type_of(data),
            EVENT.seal(connection.seals, context.who, data.SerializeToString(deterministic=True), event_id),
            context.correlation_id,
            context.traceparent,
        ),
    )
    return event_id


def event(connection: Connection, context: Context, row: tuple[Any, ...]) -> Event:
    """The event of a row of `COLUMNS` of the caller's company, with its data as it is stored."""
    event_id, resource_id, sequence, environment, name, message, correlation_id, create_time = row
    descriptor = contract.event_types()[name].DESCRIPTOR
    type_url = f"type.googleapis.com/{descriptor.full_name}"
    found = Event(
        event_id=event_id,
        type=name,
        resource_id=resource_id,
        sequence=sequence,
        environment=environment,
        correlation_id=correlation_id,
        data=any_pb2.Any(type_url=type_url, value=EVENT.open(connection.seals, context.who, message, event_id)),
        payload_version=f"v{versions.number(descriptor.file.package)}",
    )
    found.create_time.FromDatetime(create_time)
    return found


def type_of(data: Message) -> str:
    """The event type whose data a message is."""
    return contract.event_type(data.DESCRIPTOR)
