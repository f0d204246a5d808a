"""A second version of payouts, as a distribution would bring it: contract, translations, a servicer for what is new.

It is not shipped. The names that callers asked for come first; everything is done by the first version.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1 import payout_pb2 as first
from corridor.payouts.v1 import payout_service_pb2 as api
from server.kit import contract, versions
from server.kit.context import current
from server.kit.errors import fail
from server.kit.versions import Translation, Version

PACKAGE = "corridor.payouts.v2"
IMAGE = Path(__file__).with_name("image.binpb")  # compiled when the distribution is built

_WAITING, _HELD, _UNDER_WAY, _ENDED = 1, 2, 3, 4
_PHASES = {
    first.PAYOUT_STATE_ACCEPTED: _WAITING,
    first.PAYOUT_STATE_HELD: _HELD,
    first.PAYOUT_STATE_SENT: _UNDER_WAY,
    first.PAYOUT_STATE_PENDING: _UNDER_WAY,
    first.PAYOUT_STATE_SETTLED: _ENDED,
    first.PAYOUT_STATE_FAILED: _ENDED,
    first.PAYOUT_STATE_RETURNED: _ENDED,
    first.PAYOUT_STATE_CANCELLED: _ENDED,
}
_OUTCOMES = {
    first.PAYOUT_STATE_SETTLED: 1,
    first.PAYOUT_STATE_FAILED: 2,
    first.PAYOUT_STATE_RETURNED: 3,
    first.PAYOUT_STATE_CANCELLED: 4,
}
_SAME = ("payout_id", "beneficiary_id", "rail", "environment", "revision")
_EVENTS = ("accepted", "held", "sent", "pending", "settled", "failed", "returned", "cancelled")


def _new(name: str, **fields: Any) -> Message:
    """A message of the second version."""
    return contract.message_types()[f"{PACKAGE}.{name}"](**fields)


def _payout(payout: first.Payout) -> Message:
    return _new(
        "Payout",
        phase=_PHASES[payout.state],
        outcome=_OUTCOMES.get(payout.state, 0),
        arriving_amount=payout.amount,
        statement=_new("Statement", asked=payout.reference, carried=payout.statement_text),
        create_time=payout.create_time,
        update_time=payout.update_time,
        labels=payout.metadata,
        **{name: getattr(payout, name) for name in _SAME},
    )


def _create(request: Any) -> Message:
    return api.CreatePayoutRequest(
        beneficiary_id=request.beneficiary_id,
        amount=request.arriving_amount,
        reference=request.statement_text,
        rail=request.rail,
        metadata=request.labels,
    )


def _list(request: Any) -> Message:
    states = [state for state, phase in _PHASES.items() if phase in request.phases]
    return api.ListPayoutsRequest(page_size=request.page_size, page_token=request.page_token, states=states)


def _listed(answer: api.ListPayoutsResponse) -> Message:
    payouts = [_payout(payout) for payout in answer.payouts]
    return _new("ListPayoutsResponse", payouts=payouts, next_page_token=answer.next_page_token)


def _answered(name: str) -> Callable[[Any], Message]:
    return lambda answer: _new(name, payout=_payout(answer.payout))


class Receipts:
    """What the first version has no equal of: served here, over the same payouts."""

    def __init__(self, parts: Any) -> None:
        self._payouts = parts.payouts

    def GetPayoutReceipt(self, request: Any, _: grpc.ServicerContext) -> Message:
        """One line for people."""
        payout = self._payouts.get(current(), request.payout_id)
        if payout is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, f"There is no payout {request.payout_id}.")
        amount = payout.amount
        return _new(
            "GetPayoutReceiptResponse", line=f"{amount.amount_minor} {amount.currency_code}: {payout.reference}"
        )


def _files() -> Sequence[FileDescriptor]:
    return versions.load(IMAGE.read_bytes())


def _servicers(parts: Any) -> Mapping[str, object]:
    return {f"{PACKAGE}.PayoutService": Receipts(parts)}


def _event(name: str) -> Callable[[Any], Message]:
    return lambda data: _new(f"Payout{name.title()}", payout=_payout(data.payout))


_HERE, _THERE = f"/{PACKAGE}.PayoutService", "/corridor.payouts.v1.PayoutService"

VERSION = Version(
    package=PACKAGE,
    files=_files,
    servicers=_servicers,
    methods={
        f"{_HERE}/CreatePayout": Translation(
            does=f"{_THERE}/CreatePayout",
            request=_create,
            response=_answered("CreatePayoutResponse"),
            fields={"amount": "arriving_amount", "reference": "statement_text", "metadata": "labels"},
        ),
        f"{_HERE}/GetPayout": Translation(
            does=f"{_THERE}/GetPayout",
            request=lambda request: api.GetPayoutRequest(payout_id=request.payout_id),
            response=_answered("GetPayoutResponse"),
        ),
        f"{_HERE}/ListPayouts": Translation(
            does=f"{_THERE}/ListPayouts", request=_list, response=_listed, fields={"states": "phases"}
        ),
        f"{_HERE}/StopPayout": Translation(
            does=f"{_THERE}/CancelPayout",
            request=lambda request: api.CancelPayoutRequest(payout_id=request.payout_id),
            response=_answered("StopPayoutResponse"),
        ),
    },
    events={f"payout.{name}": _event(name) for name in _EVENTS},
)
