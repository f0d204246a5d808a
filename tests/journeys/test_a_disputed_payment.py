"""A customer disputes a payment, as the shop lives through it over HTTP: it defends itself, gives in, or forgets."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.chaos.world import Process, free_port
from tests.journeys.payments_desk import Desk, desk
from tests.server.flows.fixtures import busy
from tests.serving import Running, until

__all__ = ["busy"]

RECEIPT = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n".ljust(2 << 20)  # as large as a document may be
EIGHT_DAYS = 8 * 86_400


@pytest.fixture(scope="module")
def gateway(busy: Running) -> Iterator[str]:
    """A gateway in front of a server and a worker."""
    process = Process("gateway", "--port", str(port := free_port()), "--upstream", busy.address)
    yield f"http://127.0.0.1:{port}"
    process.stop()


@pytest.fixture
def shop(busy: Running, gateway: str) -> Iterator[Desk]:
    """A new shop with an acquirer."""
    with desk(busy, gateway) as made:
        yield made


def disputed(shop: Desk, token: str = "tok_dispute_not_received") -> Any:
    """A payment, and the dispute of it that comes by itself."""
    payment = shop.pay(49_00, token)
    assert "PAYMENT_STATE_CAPTURED" == payment["state"]
    listed = f"/v1/disputes?payment_id={payment['payment_id']}"
    return until(lambda: next(iter(shop.ask("GET", listed).get("disputes", [])), None), what="a dispute")


def reaches(shop: Desk, dispute: Any, state: str) -> Any:
    """The dispute once it is in a state."""

    def there() -> Any:
        found = shop.ask("GET", f"/v1/disputes/{dispute['dispute_id']}")
        return found if found["state"] == f"DISPUTE_STATE_{state}" else None

    return until(there, what=state)


def test_a_dispute_is_defended_with_evidence_and_won(shop: Desk) -> None:
    # The customer says that the parcel never came. The acquirer wants to hear of it within a week.
    dispute = disputed(shop)
    here = f"/v1/disputes/{dispute['dispute_id']}"
    assert ("DISPUTE_STATE_NEEDS_RESPONSE", "DISPUTE_REASON_NOT_RECEIVED", "DISPUTE_STAGE_CHARGEBACK", "4900") == (
        dispute["state"], dispute["reason"], dispute["stage"], dispute["amount"]["amount_minor"],
    )  # fmt: skip
    assert [{"amount": {"currency_code": "EUR", "amount_minor": "1500"}, "type": "dispute"}] == dispute["fees"]
    assert "evidence_due_time" in dispute

    # Without evidence there is nothing to submit.
    assert (422, "EVIDENCE_EMPTY") == shop.refusal(f"{here}:submit-evidence", {})

    # The shop gathers what it has: the tracking number, a word to the issuer, the signed receipt.
    evidence = {"shipping_carrier": "DHL", "shipping_tracking_number": "JD0146", "other_text": "Delivered. sandbox:win"}
    assert 200 == shop.send("PUT", f"{here}/evidence", evidence).status_code
    document = {
        "type": "DISPUTE_DOCUMENT_TYPE_SHIPPING",
        "file_name": "delivery.pdf",
        "content_type": "application/pdf",
        "content": base64.b64encode(RECEIPT).decode(),
    }
    assert len(RECEIPT) == int(shop.ask("POST", f"{here}/documents", document)["size_bytes"])
    wrong = {**document, "content": base64.b64encode(b"<html>").decode()}
    assert (422, "EVIDENCE_DOCUMENT_INVALID") == shop.refusal(f"{here}/documents", wrong)

    # It submits, twice by mistake. The same key has one effect.
    submitted = [shop.ask("POST", f"{here}:submit-evidence", {}, key="defend-1") for _ in range(2)]
    assert submitted[0] == submitted[1]
    assert "DISPUTE_STATE_SUBMITTING" == submitted[0]["state"]

    # The scheme decides for the shop, and every step was told in order.
    won = reaches(shop, dispute, "WON")
    assert 1 == shop.asked("submit_evidence")
    assert ("delivery.pdf", "JD0146") == (
        won["documents"][0]["file_name"], won["evidence"]["shipping_tracking_number"],
    )  # fmt: skip
    assert ["dispute.opened", "dispute.submitting", "dispute.under_review", "dispute.won"] == shop.events(
        dispute["dispute_id"]
    )
    told = shop.send("GET", f"/v1/events?resource_id={dispute['dispute_id']}").text
    assert "JD0146" not in told
    assert "delivery.pdf" not in told


def test_a_dispute_is_accepted(shop: Desk) -> None:
    dispute = disputed(shop, "tok_dispute_duplicate")
    here = f"/v1/disputes/{dispute['dispute_id']}"

    # The shop really has charged twice, and gives in.
    shop.ask("POST", f"{here}:accept", {})

    reaches(shop, dispute, "ACCEPTED")
    assert ["dispute.opened", "dispute.accepting", "dispute.accepted"] == shop.events(dispute["dispute_id"])
    assert (409, "DISPUTE_NOT_OPEN") == shop.refusal(f"{here}:submit-evidence", {})
    assert 0 == shop.asked("submit_evidence")


def test_a_dispute_that_nobody_answers_is_lost_when_its_time_is_over(shop: Desk) -> None:
    dispute = disputed(shop, "tok_dispute_fraudulent")

    # Eight days pass at the acquirer.
    httpx.post(
        f"{shop.acquirer.url}/v1/test_clock/advance",
        headers={"Authorization": "Bearer sk_shop"},
        json={"seconds": EIGHT_DAYS},
    ).raise_for_status()

    lost = reaches(shop, dispute, "LOST")
    assert "evidence_due_time" not in lost
    assert ["dispute.opened", "dispute.lost"] == shop.events(dispute["dispute_id"])
    kinds = [entry["kind"] for entry in shop.ask("GET", f"/v1/disputes/{dispute['dispute_id']}/timeline")["entries"]]
    assert {"TIMELINE_KIND_INBOUND_DELIVERY", "TIMELINE_KIND_OBSERVATION", "TIMELINE_KIND_EVENT"} <= set(kinds)
