"""What a payout is in Adyen's words, and what transfers, transactions and refusals say of it."""

from typing import Any

import pytest

from adapters.adyen import refusals, transfer_words, transfers
from adapters.kit.errors import Misconfigured, Unknown, Unmapped
from corridor.payments.v1.payment_observation_pb2 import PaymentStepState
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_PENDING, PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED
from corridor.type.v1 import rail_pb2
from tests.adapters.adyen import samples
from tests.adapters.adyen.documents import TRANSFER_WEBHOOKS, TRANSFERS

STATES = PaymentStepState


def transaction(**changes: Any) -> dict[str, Any]:
    return {
        "amount": {"currency": "EUR", "value": -12_345},
        "createdAt": "2026-11-20T10:00:00Z",
        "reference": samples.PAYOUT_ID,
        "status": "booked",
        "transferId": "1W1UG35U8A9J5ZLG",
        "type": "bankTransfer",
        **changes,
    }


def test_every_status_of_a_transfer_has_a_meaning() -> None:
    assert set(TRANSFERS.enumeration("Transfer", "status")) == set(transfer_words.STATES)
    assert set(TRANSFER_WEBHOOKS.enumeration("TransferData", "status")) == set(transfer_words.STATES)


def test_every_reason_of_a_transfer_has_a_meaning() -> None:
    assert set(TRANSFERS.enumeration("Transfer", "reason")) == set(transfer_words.REASONS)
    assert set(TRANSFER_WEBHOOKS.enumeration("TransferData", "reason")) == set(transfer_words.REASONS)


def test_every_category_and_direction_of_a_transfer_has_a_meaning() -> None:
    assert set(TRANSFER_WEBHOOKS.enumeration("TransferData", "category")) == set(transfer_words.IS_TO_BANK)
    assert set(TRANSFER_WEBHOOKS.enumeration("TransferData", "direction")) == set(transfer_words.IS_OUTGOING)


def test_every_status_and_type_of_a_transaction_has_a_meaning() -> None:
    assert set(TRANSFERS.enumeration("Transaction", "status")) == set(transfer_words.TRANSACTION_STATES)
    assert set(TRANSFERS.enumeration("Transaction", "type")) <= set(transfer_words.IS_PAYOUT)
    assert set(TRANSFER_WEBHOOKS.enumeration("TransferData", "type")) <= set(transfer_words.IS_PAYOUT)


def test_money_that_left_is_settled_and_money_that_came_back_is_returned() -> None:
    back = transaction(amount={"currency": "EUR", "value": 12_345})

    for rows, state in (
        ([transaction(status="pending")], PAYOUT_STATE_PENDING),
        ([transaction()], PAYOUT_STATE_SETTLED),
        ([transaction(), back], PAYOUT_STATE_RETURNED),
        ([back, transaction(), transaction(type="fee")], PAYOUT_STATE_RETURNED),
    ):
        seen = transfers.of_transactions(rows)
        assert seen is not None
        assert (state, 12_345, "1W1UG35U8A9J5ZLG") == (seen.state, seen.amount.amount_minor, seen.provider_reference)


@pytest.mark.parametrize("rows", [
    [transaction(), transaction()],
    [transaction(amount={"currency": "EUR", "value": 12_345})],
    [transaction(), transaction(transferId="ANOTHER")],
    [transaction(status="teleported")],
    [transaction(type="teleportation")],
])  # fmt: skip
def test_transactions_that_tell_no_story_are_loud(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(Unmapped):
        transfers.of_transactions(rows)


@pytest.mark.parametrize("status", ["teleported", "", None, "chargeback", "captured", "undefined"])
def test_a_status_that_is_no_payout_s_is_loud(status: object) -> None:
    data = {"id": "1", "status": status, "reference": samples.PAYOUT_ID, "amount": {"currency": "EUR", "value": 1}}

    with pytest.raises(Unmapped):
        transfers.observation(data)


def test_a_rail_that_the_vendor_does_not_have_is_the_route_s_fault() -> None:
    wanted = samples.payout()
    wanted.rail = rail_pb2.RAIL_FEDNOW

    with pytest.raises(Misconfigured):
        transfers.transfer(wanted, samples.beneficiary(), "BA1")


@pytest.mark.parametrize("rail", [rail_pb2.RAIL_SEPA, rail_pb2.RAIL_ACH])
def test_the_beneficiary_s_reference_holds_what_the_vendor_allows(rail: "rail_pb2.Rail.ValueType") -> None:
    wanted = samples.payout(rail)
    wanted.statement_text = "Invoice 2026-117 for lamps, chairs and tables (Zürich)"
    body = transfers.transfer(wanted, samples.beneficiary(rail), "BA1")

    assert (35 if rail == rail_pb2.RAIL_SEPA else 15) == len(body["referenceForBeneficiary"])
    assert body["referenceForBeneficiary"].isalnum()
    assert "Invoice 2026-117 for lamps, chairs and tables (Z rich)" == body["description"]


def test_no_line_of_an_address_is_lost() -> None:
    holder = transfers.account_holder(samples.PERSON)

    assert ("1 Example Street", "Floor 2, Door 3") == (holder["address"]["line1"], holder["address"]["line2"])


@pytest.mark.parametrize("code", ["703", "704"])
def test_a_key_that_is_in_use_may_have_acted(code: str) -> None:
    for read in (refusals.refusal, refusals.transfer_refusal):
        assert isinstance(read(422, {"errorCode": code}), Unknown)


@pytest.mark.parametrize("names", [["balanceAccountId"], ["counterparty.bankAccount", "category"], []])
def test_a_refused_field_that_is_not_the_customer_s_is_ours(names: list[str]) -> None:
    fields = [{"name": name, "value": "", "message": ""} for name in names]

    assert refusals.transfer_refusal(422, {"errorCode": "30_1", "invalidFields": fields}) is None
