"""Work items: what a person has to look at. A resource has at most one open item of a kind."""

from corridor.operations.v1 import work_item_pb2
from server.kit import ids
from server.kit.context import Context
from server.store.engine import Connection
from server.store.sealed import SUMMARY

_OPEN = """
INSERT INTO corridor.work_items VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s, clock_timestamp(), NULL)
ON CONFLICT (company_id, environment, resource_id, kind) WHERE state = 1 DO NOTHING
"""


def open_item(connection: Connection, context: Context, resource_id: str, kind: int, summary: str) -> None:
    """Ask for a person, unless one was asked for the same reason already. The summary holds no sensitive value."""
    who, work_item_id = context.who, ids.new("wi")
    connection.execute(
        _OPEN,
        (
            who.company_id,
            who.environment,
            work_item_id,
            resource_id,
            kind,
            work_item_pb2.WORK_ITEM_STATE_OPEN,
            SUMMARY.seal_text(connection.seals, who, summary, work_item_id),
            context.correlation_id,
        ),
    )
