"""Disputes and their documents in the database. A change is written, told and planned for in one transaction.

So no dispute changes without an event, and none waits without somebody who will look after it.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

from google.protobuf.message import Message
from psycopg.rows import TupleRow

from corridor.payments.v1.dispute_event_pb2 import DisputeNeedsResponse, DisputeOpened
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeDocument
from server.domains.payments.disputes import plans
from server.kit.clock import Clock
from server.kit.context import Context
from server.platform.providers.sendable import Timing
from server.store import events, work
from server.store.engine import Connection, Store
from server.store.sealed import DISPUTE, DISPUTE_DOCUMENT

RESPOND = "disputes.respond"
FOLLOW = "disputes.follow"
LOOK = "disputes.look"
REMIND = "disputes.remind"

_SELECT = "SELECT dispute_id, message FROM corridor.disputes"
_MINE = "company_id = %s AND environment = %s"
_GET = f"{_SELECT} WHERE {_MINE} AND dispute_id = %s"
_LOCK = f"{_GET} FOR UPDATE"
_FIND = f"{_SELECT} WHERE {_MINE} AND connection_id = %s AND provider_reference = %s"
_INSERT = "INSERT INTO corridor.disputes VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_UPDATE = f"""
UPDATE corridor.disputes SET state = %s, due_time = %s, provider_time = %s, revision = %s, message = %s,
    update_time = %s WHERE {_MINE} AND dispute_id = %s
"""
_INSERT_DOCUMENT = "INSERT INTO corridor.dispute_documents VALUES (%s, %s, %s, %s, %s, now())"
_DELETE_DOCUMENT = (
    f"DELETE FROM corridor.dispute_documents WHERE {_MINE} AND dispute_id = %s AND dispute_document_id = %s"
)
_CONTENTS = f"SELECT dispute_document_id, content FROM corridor.dispute_documents WHERE {_MINE} AND dispute_id = %s"
_IS_PLANNED = "SELECT FROM corridor.work WHERE company_id = %s AND environment = %s AND lane = %s"

EventType = Callable[..., Message]


class Disputes:
    """The disputes of every company; the context says whose."""

    def __init__(self, store: Store, timing: Timing, clock: Clock) -> None:
        self._store = store
        self._timing = timing
        self._clock = clock

    def get(self, context: Context, dispute_id: str) -> Dispute | None:
        """The dispute, if the caller's company has it in this environment."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_GET, (who.company_id, who.environment, dispute_id)).fetchone()
        return self._dispute(context, row) if row else None

    def lock(self, connection: Connection, context: Context, dispute_id: str) -> Dispute | None:
        """The dispute, locked until the caller's transaction ends."""
        who = context.who
        row = connection.execute(_LOCK, (who.company_id, who.environment, dispute_id)).fetchone()
        return self._dispute(context, row) if row else None

    def find(self, connection: Connection, context: Context, connection_id: str, reference: str) -> Dispute | None:
        """The dispute that a provider knows by its reference. Not locked."""
        values = (context.who.company_id, context.who.environment, connection_id, reference)
        row = connection.execute(_FIND, values).fetchone()
        return self._dispute(context, row) if row else None

    def page(
        self, context: Context, where: Sequence[tuple[str, object]], after: str | None, size: int
    ) -> list[Dispute]:
        """Disputes, the newest first; `where` is conditions with their values."""
        who = context.who
        conditions: list[str] = [_MINE]
        values: list[object] = [who.company_id, who.environment]
        for condition, value in [*where, *([("dispute_id < %s", after)] if after else [])]:
            conditions.append(condition)
            values.append(value)
        sql = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY dispute_id DESC LIMIT %s"
        with self._store.of(who.company_id, who.environment) as connection:
            rows = connection.execute(sql, (*values, size)).fetchall()
        return [self._dispute(context, row) for row in rows]

    def insert(self, connection: Connection, context: Context, dispute: Dispute) -> None:
        """Make a dispute known, and tell of it. Its id, payment, connection and reference never change."""
        who, now = context.who, self._clock.now()
        dispute.create_time.FromDatetime(now)
        connection.execute(
            _INSERT,
            (
                who.company_id,
                who.environment,
                dispute.dispute_id,
                dispute.state,
                dispute.payment_id,
                dispute.connection_id,
                dispute.provider_reference,
                None,
                None,
                0,
                b"",
                now,
                now,
            ),
        )
        self.tell(connection, context, dispute, DisputeOpened)

    def tell(self, connection: Connection, context: Context, dispute: Dispute, event: EventType) -> None:
        """Write a locked dispute back as a new revision, tell of it, and plan what follows."""
        dispute.revision += 1
        self.save(connection, context, dispute)
        shown = Dispute()
        shown.CopyFrom(dispute)
        shown.ClearField("evidence")  # it is for the issuer's eyes; who needs it reads the dispute
        shown.ClearField("documents")
        events.publish(connection, context, dispute.dispute_id, dispute.revision, event(dispute=shown))
        now = self._clock.now()
        after = plans.look_after(dispute, self._timing, now)
        if after is not None:
            self.schedule(connection, context, FOLLOW, dispute, str(dispute.revision), after)
        begins = event in (DisputeOpened, DisputeNeedsResponse)
        for reminder in plans.reminders(dispute, now, begins=begins):
            self.schedule(connection, context, REMIND, dispute, reminder.name, (reminder.time - now).total_seconds())

    def save(self, connection: Connection, context: Context, dispute: Dispute) -> None:
        """Write a locked dispute back."""
        who = context.who
        dispute.update_time.FromDatetime(self._clock.now())
        message = dispute.SerializeToString(deterministic=True)
        connection.execute(
            _UPDATE,
            (
                dispute.state,
                _time(dispute, "evidence_due_time"),
                _time(dispute, "provider_time"),
                dispute.revision,
                DISPUTE.seal(connection.seals, who, message, dispute.dispute_id),
                _time(dispute, "update_time"),
                who.company_id,
                who.environment,
                dispute.dispute_id,
            ),
        )

    def schedule(
        self, connection: Connection, context: Context, kind: str, dispute: Dispute, name: str, after: float = 0.0
    ) -> None:
        """Plan a piece of work by its name, unless it is planned, in the caller's transaction."""
        who, lane = context.who, f"{kind}/{dispute.dispute_id}/{name}"
        if connection.execute(_IS_PLANNED, (who.company_id, who.environment, lane)).fetchone() is not None:
            return
        work.schedule(
            connection,
            who.company_id,
            who.environment,
            kind=kind,
            lane=lane,
            resource_id=dispute.dispute_id,
            after_seconds=max(0.0, after),
            correlation_id=context.correlation_id,
            traceparent=context.traceparent,
        )

    def add_document(
        self, connection: Connection, context: Context, dispute: Dispute, document: DisputeDocument, content: bytes
    ) -> None:
        """Keep a document of a locked dispute: what it is with the dispute, its content apart."""
        who, document_id = context.who, document.dispute_document_id
        sealed = DISPUTE_DOCUMENT.seal(connection.seals, who, content, document_id)
        values = (who.company_id, who.environment, document_id, dispute.dispute_id, sealed)
        connection.execute(_INSERT_DOCUMENT, values)
        dispute.documents.append(document)
        self.save(connection, context, dispute)

    def remove_document(self, connection: Connection, context: Context, dispute: Dispute, document_id: str) -> bool:
        """Destroy a document of a locked dispute; False if there is none."""
        left = [document for document in dispute.documents if document.dispute_document_id != document_id]
        if len(left) == len(dispute.documents):
            return False
        who = context.who
        connection.execute(_DELETE_DOCUMENT, (who.company_id, who.environment, dispute.dispute_id, document_id))
        del dispute.documents[:]
        dispute.documents.extend(left)
        self.save(connection, context, dispute)
        return True

    def documents(self, context: Context, dispute: Dispute) -> list[DisputeDocument]:
        """The documents of a dispute with their content, the first one first; none that was erased."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            rows = connection.execute(_CONTENTS, (who.company_id, who.environment, dispute.dispute_id)).fetchall()
        contents = {
            document_id: DISPUTE_DOCUMENT.open(self._store.seals, who, content, document_id)
            for document_id, content in rows
        }
        found = []
        for document in dispute.documents:
            if content := contents[document.dispute_document_id]:
                whole = DisputeDocument()
                whole.CopyFrom(document)
                whole.content = content
                found.append(whole)
        return found

    def _dispute(self, context: Context, row: TupleRow) -> Dispute:
        dispute_id, message = row
        return Dispute.FromString(DISPUTE.open(self._store.seals, context.who, message, dispute_id))


def sha256(content: bytes) -> str:
    """The digest by which the same content is known, in hex."""
    return hashlib.sha256(content).hexdigest()


_Times = Literal["evidence_due_time", "provider_time", "update_time"]


def _time(dispute: Dispute, field: _Times) -> datetime | None:
    return getattr(dispute, field).ToDatetime(UTC) if dispute.HasField(field) else None
