"""The work of an erasure: overwrites what repeats someone's data, record by record, and can be killed at any point.

Each batch is one transaction: the values, the record of them, and the place reached.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from google.protobuf.message import Message

from corridor.approvals.v1.approval_pb2 import Approval
from corridor.operations.v1 import work_item_pb2
from corridor.options.v1 import method_pb2
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute
from corridor.payments.v1.payment_action_pb2 import PaymentAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation
from corridor.payments.v1.payment_pb2 import Payment
from corridor.payments.v1.refund_pb2 import Refund
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.routing.v1.route_decision_pb2 import RouteDecision
from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.vault.v1.erasure_pb2 import ErasureCompleted
from server.kit import clock, contract
from server.kit.context import Caller, Context
from server.platform.vault import clearing, erasures
from server.store import audit, events, sealed, work, work_items
from server.store.engine import Connection, Store
from server.store.sealed import Sealed
from server.store.work import Again, Done, Job

KIND = "vault.erase"
SETTLE_SECONDS = 3.0  # until no process takes a new payout to whoever is erased any more
_OPEN_SECONDS = 30.0
_TRIES_BEFORE_PERSON = 120  # an hour
_BATCH = 100
_CREATE = "/corridor.vault.v1.ErasureService/CreateErasure"

Row = Mapping[str, bytes | str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of record that repeats someone's data, with the columns to overwrite and what becomes of each."""

    table: str
    key: tuple[str, ...]
    subject: str  # in SQL: whose row of `t` it is, an id as corridor.erasable_ids gives it
    columns: tuple[Sealed, ...]
    message: Callable[[Row], type[Message] | None]  # of what is in the column, by the row
    facts: tuple[str, ...] = ()  # further columns that `message` reads


def _always(kind: type[Message]) -> Callable[[Row], type[Message] | None]:
    return lambda _: kind


def _text(_: Row) -> None:
    return None


def _step(row: Row) -> type[Message]:
    return Refund if str(row["payment_action_id"]).startswith("ref_") else PaymentAction


def _observation(row: Row) -> type[Message]:
    prefix = str(row["resource_id"]).partition("_")[0]
    kinds: Mapping[str, type[Message]] = {"po": PayoutObservation, "dsp": DisputeObservation}
    return kinds.get(prefix, PaymentObservation)


_DELIVERY = """(SELECT d.resource_id FROM corridor.deliveries d WHERE d.company_id = t.company_id
    AND d.environment = t.environment AND d.delivery_id = t.delivery_id)"""
_INBOUND, _BY_RESOURCE = ("inbound_delivery_id",), "t.resource_id"

# The beneficiary goes first: it is what is asked for. New kinds of records are added at the end, lest an erasure that
# is running passes over one.
PLACES = (
    Place("beneficiaries", ("beneficiary_id",), "t.beneficiary_id", (sealed.BENEFICIARY,), _always(Beneficiary)),
    Place("payouts", ("payout_id",), "t.payout_id", (sealed.PAYOUT,), _always(Payout)),
    Place("events", ("event_id",), _BY_RESOURCE, (sealed.EVENT,),
          lambda row: contract.event_types().get(str(row["type"])), ("type",)),
    Place("observations", ("observation_id",), _BY_RESOURCE, (sealed.OBSERVATION,), _observation, ("resource_id",)),
    Place("attempts", ("attempt_id",), _BY_RESOURCE, (sealed.EXCHANGES, sealed.ATTEMPT_DETAIL), _text),
    Place("inbound_deliveries", _INBOUND, _BY_RESOURCE, (sealed.INBOUND_REQUEST,), _always(RawRequest)),
    Place("inbound_deliveries", _INBOUND, _BY_RESOURCE, (sealed.INBOUND_DETAIL,), _text),
    Place("work_items", ("work_item_id",), _BY_RESOURCE, (sealed.SUMMARY, sealed.RESOLUTION), _text),
    Place("idempotency", ("method", "key"), _BY_RESOURCE, (sealed.ANSWER,),
          lambda row: contract.methods()[str(row["method"])].response, ("method",)),
    Place("approvals", ("approval_id",), "t.approval_id", (sealed.APPROVAL_REQUEST,),
          lambda row: contract.methods()[str(row["method"])].request, ("method",)),
    Place("delivery_tries", ("delivery_id", "try_number"), _DELIVERY, (sealed.EXCERPT,), _text),
    Place("approvals", ("approval_id",), "t.approval_id", (sealed.APPROVAL,), _always(Approval)),
    Place("payments", ("payment_id",), "t.payment_id", (sealed.PAYMENT,), _always(Payment)),
    Place("payment_actions", ("payment_action_id",), "t.payment_id", (sealed.PAYMENT_ACTION,), _step),
    Place("disputes", ("dispute_id",), "t.payment_id", (sealed.DISPUTE,), _always(Dispute)),
    Place("dispute_documents", ("dispute_document_id",), "t.dispute_id", (sealed.DISPUTE_DOCUMENT,), _text),
    Place("route_decisions", ("route_decision_id",), _BY_RESOURCE, (sealed.ROUTE_DECISION,), _always(RouteDecision)),
    Place("shadow_comparisons", ("shadow_comparison_id",), _BY_RESOURCE, (sealed.SHADOW_COMPARISON,),
          _always(ShadowComparison)),
)  # fmt: skip

_EMPTY = {"exchanges": "[]"}  # of texts with a form
_ERASE = "SELECT corridor.erase_value(%s, %s, %s, %s, %s, %s, %s)"


class Erasing:
    """Does the work of erasures."""

    def __init__(self, store: Store, *, batch: int = _BATCH, lease_seconds: float = 60.0) -> None:
        self._store = store
        self._batch = batch
        self._seconds = lease_seconds / 3  # another worker takes over after a lease; nothing is lost by it

    def run(self, context: Context, job: Job) -> work.Outcome:
        """Overwrite until everything is, or the lease wears out; then come back."""
        until = clock.monotonic() + self._seconds
        erasure_id = job.resource_id
        with self._store.of(job.company_id, job.environment) as connection:
            erasure = erasures.get(connection, context, erasure_id)
            assert erasure is not None  # erasures are never deleted
            if erasures.still_open(connection, context, erasure.resource_id):
                if job.tries >= _TRIES_BEFORE_PERSON:
                    why = "An erasure cannot begin: a payout to whoever is erased, or the payment, is open for long."
                    work_items.open_item(connection, context, erasure_id, work_item_pb2.WORK_ITEM_KIND_OVERDUE, why)
                return Again(_OPEN_SECONDS, "it is open, or a payout that was made meanwhile is")
        while clock.monotonic() < until:
            with self._store.transaction(job.company_id, job.environment) as connection:
                place = erasures.place(connection, context, erasure_id)
                if place is None:
                    return Done()  # by another worker
                step, after = place
                if step == len(PLACES):
                    _complete(connection, context, erasure_id)
                    return Done()
                following = _batch(connection, context, erasure_id, erasure.resource_id, step, after, self._batch)
                erasures.move(connection, context, erasure_id, *following)
        return Again(0.0, "")


def _batch(
    connection: Connection, context: Context, erasure_id: str, subject: str, step: int, after: str, size: int
) -> tuple[int, str]:
    """Overwrite some records of one kind; the place reached."""
    place = PLACES[step]
    rows = connection.execute(_query(place, bool(after)), _values(context, subject, after, size)).fetchall()
    names = [*place.key, *(column.column for column in place.columns), *place.facts]
    done = [
        _overwrite(connection, context, erasure_id, place, column, dict(zip(names, row, strict=True)))
        for row in rows
        for column in place.columns
    ]
    if not all(done):
        return step, after  # some have another value by now, such as by a rotation of keys: they are read again
    if len(rows) < size:
        return step + 1, ""
    return step, json.dumps([str(part) for part in rows[-1][: len(place.key)]])


def _query(place: Place, goes_on: bool) -> str:
    """Constants of this file alone make it; values are bound."""
    keys = ", ".join(f"t.{name}::text" for name in place.key)
    columns = ", ".join([keys, *(f"t.{column.column}" for column in place.columns), *(f"t.{n}" for n in place.facts)])
    later = f"AND ({keys}) > ({', '.join(['%s'] * len(place.key))})" if goes_on else ""
    return f"""
        SELECT {columns} FROM corridor.{place.table} t
        WHERE t.company_id = %s AND t.environment = %s AND {place.subject} IN (
            SELECT i COLLATE "C" FROM corridor.erasable_ids(%s, %s, %s) i) {later}
        ORDER BY {keys} LIMIT %s"""


def _values(context: Context, subject: str, after: str, size: int) -> list[object]:
    who = context.who
    tenant = (who.company_id, who.environment)
    return [*tenant, *tenant, subject, *(json.loads(after) if after else ()), size]


def _overwrite(
    connection: Connection, context: Context, erasure_id: str, place: Place, column: Sealed, row: dict[str, bytes | str]
) -> bool:
    """Overwrite one value, if there is anything in it; False if it is not what was read any more."""
    stored = row[column.column]
    if not stored:
        return True
    key = [str(row[name]) for name in place.key]
    bound = key[: len(column.key)]
    who, seals = context.who, connection.seals
    if isinstance(stored, str):
        if stored == (empty := _EMPTY.get(column.column, "")):
            return True
        old = hashlib.sha256(stored.encode()).digest()
        return _erase(connection, erasure_id, place.table, key, column.column, old, None, empty)
    kind = place.message(row)
    before = column.open(seals, who, stored, *bound)
    cleared = clearing.cleared(kind.FromString(before)).SerializeToString(deterministic=True) if kind else b""
    if cleared == before:
        return True
    new = column.seal(seals, who, cleared, *bound)
    old = hashlib.sha256(stored).digest()
    return _erase(connection, erasure_id, place.table, key, column.column, old, new, None)


def _erase(connection: Connection, *values: object) -> bool:
    row = connection.execute(_ERASE, values).fetchone()
    return bool(row and row[0])


def _complete(connection: Connection, context: Context, erasure_id: str) -> None:
    digest = erasures.complete(connection, context, erasure_id)
    erasure = erasures.get(connection, context, erasure_id)
    assert erasure is not None
    counts = " ".join(f"{each.record}={each.count}" for each in erasure.counts)
    audit.record(connection, _operator(context), erasure_id, f"complete sha256={digest} {counts}")
    events.publish(connection, context, erasure_id, 1, ErasureCompleted(erasure=erasure))


def _operator(context: Context) -> Context:
    """The worker's call as the audit trail names it: after the method that asked for it."""
    who = context.who
    return Context(
        request_id=context.request_id,
        correlation_id=context.correlation_id,
        method=contract.methods()[_CREATE],
        caller=Caller(method_pb2.CALLER_KIND_UNSPECIFIED, who.caller_id, who.company_id, who.environment),
    )
