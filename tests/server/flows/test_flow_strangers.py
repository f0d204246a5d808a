"""What a company does at its provider without Corridor is told to Corridor too, and makes no work for anyone."""

import httpx
import pytest

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_CONFLICT
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT
from corridor.webhooks.v1.inbound_delivery_pb2 import (
    INBOUND_DELIVERY_STATE_FAILED,
    INBOUND_DELIVERY_STATE_IGNORED,
)
from server.kit import ids
from tests.server import people
from tests.server.flows.stage import Stage, Vendor, stage


def transfer(vendor: Vendor, reference: str, amount: int = 700) -> str:
    """A transfer that somebody else makes at the sandbox; its id."""
    body = {
        "reference": reference, "amount": amount, "currency": "EUR", "rail": "sepa",
        "statement_text": "", "description": "",
        "recipient": {"name": "Somebody", "account": {"type": "iban", "iban": people.IBAN}},
    }  # fmt: skip
    key = vendor.fixtures.credentials["api_key"]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": reference}
    return str(httpx.post(f"{vendor.simulator.url}/v1/transfers", json=body, headers=headers).json()["id"])


def test_a_transfer_under_somebody_elses_reference_is_ignored(flow: Stage) -> None:
    vendor = flow.vendor()

    transfer(vendor, "invoice-7")

    assert [INBOUND_DELIVERY_STATE_IGNORED] * 2 == flow.read(2)
    assert [] == flow.items()
    counted = flow.corridor.parts.metrics.registry.get_sample_value(
        "corridor_inbound_deliveries_total", {"provider": "sandbox", "state": "ignored"}
    )
    assert (counted or 0) >= 2
    assert {"It is about nothing that was made through Corridor."} == {each.detail for each in flow.inbound()}


def test_a_transfer_under_the_id_of_a_payout_that_there_is_not_is_for_a_person(flow: Stage) -> None:
    vendor = flow.vendor(step_seconds=60)
    reference = ids.new("po")
    transfer(vendor, reference)

    vendor.simulator.move(reference, "paid")

    assert [INBOUND_DELIVERY_STATE_FAILED] == flow.read(1)
    assert [WORK_ITEM_KIND_CONFLICT] == [kind for kind, _ in flow.items()]


@pytest.mark.parametrize("word", ["failed", "paid"])
def test_another_companys_provider_cannot_speak_of_a_payout(flow: Stage, bridge: str, word: str) -> None:
    vendor = flow.vendor(step_seconds=60, webhooks=False)
    flow.route(vendor)
    made = flow.reaches(flow.pay(), PAYOUT_STATE_SENT, hurry=False)
    other = stage(flow.corridor, bridge)
    theirs = other.vendor(step_seconds=60)
    transfer(theirs, made.payout_id)

    theirs.simulator.move(made.payout_id, word)

    assert [INBOUND_DELIVERY_STATE_FAILED] == other.read(1)
    assert (made, []) == (flow.now(made), flow.items())
    other.close()
