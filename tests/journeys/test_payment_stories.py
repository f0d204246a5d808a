"""What can happen to a payment, as a shop lives through it over HTTP: each test is one story."""

from collections.abc import Iterator

import httpx
import pytest

from tests.chaos.world import Process, free_port
from tests.journeys.payments_desk import Desk, desk, euros
from tests.server.flows.fixtures import busy
from tests.serving import Running, until

__all__ = ["busy"]


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


def test_authorised_at_the_order_and_captured_in_parts_as_it_is_sent(shop: Desk) -> None:
    payment = shop.authorise(30_00, reference="Order 4711")
    assert ("PAYMENT_STATE_AUTHORISED", "visa") == (payment["state"], payment["card"]["brand"])
    assert payment["scheme_references"]["network_transaction_id"]

    # The first parcel leaves, then the second; the third article is sold out, and the rest is released.
    assert "PAYMENT_ACTION_STATE_SUCCEEDED" == shop.act(payment, "capture", {"amount": euros(12_00)})["state"]
    assert "PAYMENT_STATE_PARTIALLY_CAPTURED" == shop.now(payment)["state"]
    shop.act(payment, "capture", {"amount": euros(10_00), "final": True})

    assert (30_00, 22_00, 0, 0) == shop.amounts(payment)
    assert [(12_00, "EUR"), (10_00, "EUR")] == shop.books("capture")


def test_a_payment_that_is_captured_at_once(shop: Desk) -> None:
    payment = shop.pay(19_99)

    assert ("PAYMENT_STATE_CAPTURED", "1999") == (payment["state"], payment["captured_minor"])
    assert [(19_99, "EUR")] == shop.books("capture")


def test_a_decline_is_an_answer_with_a_reason_that_says_what_to_try_next(shop: Desk) -> None:
    payment = shop.pay(30_00, "tok_declined_funds")

    assert "PAYMENT_STATE_DECLINED" == payment["state"]
    assert ("DECLINED_FUNDS", "51", "RETRY_ADVICE_LATER") == (
        payment["decline"]["reason"], payment["decline"]["response_code"], payment["decline"]["retry_advice"],
    )  # fmt: skip
    assert [] == shop.books("capture")


def challenged(shop: Desk, *, passes: bool) -> dict[str, str]:
    """A payment whose customer has answered the bank's question; it, as the shop then has it."""
    payment = shop.pay(30_00, "tok_step_up", return_url="https://shop.example/back")
    assert "PAYMENT_STATE_REQUIRES_ACTION" == payment["state"]
    page = payment["next_action"]["redirect"]["url"]

    # The customer's browser goes to the bank's page, and comes back to the shop with what the bank gave it.
    back = httpx.post(page, data={"answer": "pass" if passes else "fail"}).next_request
    assert back is not None
    assert back.url.host == "shop.example"
    details = dict(back.url.params)
    found: dict[str, str] = shop.ask("POST", f"/v1/payments/{payment['payment_id']}:continue", {"details": details})
    return found


def test_a_customer_authenticates_and_the_payment_goes_on(shop: Desk) -> None:
    continued = challenged(shop, passes=True)

    assert "PAYMENT_STATE_CAPTURED" == continued["state"]
    assert "next_action" not in continued
    assert [(30_00, "EUR")] == shop.books("capture")


def test_a_customer_fails_to_authenticate(shop: Desk) -> None:
    assert "PAYMENT_STATE_DECLINED" == challenged(shop, passes=False)["state"]
    assert [] == shop.books("capture")


def test_a_part_is_approved_where_the_shop_allows_it(shop: Desk) -> None:
    payment = shop.authorise(40_00, "tok_partial_approval", partial_approval_allowed=True)

    assert ("PAYMENT_STATE_AUTHORISED", 20_00) == (payment["state"], int(payment["authorised_minor"]))
    assert (422, "CAPTURE_ABOVE_AUTHORISED") == shop.refusal(
        f"/v1/payments/{payment['payment_id']}:capture", {"amount": euros(20_01)}
    )
    shop.act(payment, "capture")
    assert [(20_00, "EUR")] == shop.books("capture")


def test_a_part_that_the_shop_does_not_allow_is_a_decline(shop: Desk) -> None:
    assert "PAYMENT_STATE_DECLINED" == shop.authorise(40_00, "tok_partial_approval")["state"]


def test_refunded_in_parts_and_never_more_than_was_captured(shop: Desk) -> None:
    payment = shop.pay(30_00)

    first = shop.ask("POST", "/v1/refunds", {"payment_id": payment["payment_id"], "amount": euros(10_00),
                                             "reason": "REFUND_REASON_RETURNED_GOODS"})  # fmt: skip
    assert "PAYMENT_ACTION_STATE_SUCCEEDED" == shop.done(f"/v1/refunds/{first['refund_id']}")["state"]
    assert (422, "REFUND_ABOVE_CAPTURED") == shop.refusal(
        "/v1/refunds", {"payment_id": payment["payment_id"], "amount": euros(20_01)}
    )
    rest = shop.ask("POST", "/v1/refunds", {"payment_id": payment["payment_id"]})
    shop.done(f"/v1/refunds/{rest['refund_id']}")

    assert (30_00, 30_00, 0, 30_00) == shop.amounts(payment)
    assert [(10_00, "EUR"), (20_00, "EUR")] == shop.books("refund")
    listed = shop.ask("GET", f"/v1/refunds?payment_id={payment['payment_id']}")["refunds"]
    assert [rest["refund_id"], first["refund_id"]] == [refund["refund_id"] for refund in listed]
    assert "refund.succeeded" == shop.events(first["refund_id"])[-1]


def test_a_capture_that_is_sent_twice_charges_once(shop: Desk) -> None:
    payment = shop.authorise(30_00)
    path, body = f"/v1/payments/{payment['payment_id']}:capture", {"amount": euros(10_00)}

    first, second = shop.send("POST", path, body, key="capture-1"), shop.send("POST", path, body, key="capture-1")
    shop.done(f"/v1/payments/{payment['payment_id']}/actions/{first.json()['payment_action_id']}")

    assert (first.content, "true") == (second.content, second.headers["idempotent-replayed"])
    assert ([(10_00, "EUR")], 1) == (shop.books("capture"), shop.asked("create_capture"))


def test_a_payment_whose_answer_got_lost_is_asked_about_and_charged_once(shop: Desk) -> None:
    payment = shop.pay(30_00, "tok_lost_answer")

    # `wait_seconds` waits on: a lost answer is none.
    assert "PAYMENT_STATE_CAPTURED" == payment["state"]
    assert [(30_00, "EUR")] == shop.books("capture")
    told = [entry["summary"] for entry in
            shop.ask("GET", f"/v1/payments/{payment['payment_id']}/timeline")["entries"]]  # fmt: skip
    assert {"authorise", "payment.captured"} <= set(told)


def test_a_capture_above_what_is_authorised_never_reaches_the_acquirer(shop: Desk) -> None:
    payment = shop.authorise(30_00)

    refused = shop.refusal(f"/v1/payments/{payment['payment_id']}:capture", {"amount": euros(30_01)})

    assert (422, "CAPTURE_ABOVE_AUTHORISED") == refused
    shop.act(payment, "void")  # whatever was on its way has passed it by now
    assert 0 == shop.asked("create_capture")


def test_an_order_that_is_cancelled_is_voided(shop: Desk) -> None:
    payment = shop.authorise(30_00)

    assert "PAYMENT_ACTION_STATE_SUCCEEDED" == shop.act(payment, "void")["state"]

    assert "PAYMENT_STATE_VOIDED" == shop.now(payment)["state"]
    assert [] == shop.books("capture")


def test_a_payment_is_undone_whether_or_not_it_was_captured(shop: Desk) -> None:
    held, taken = shop.authorise(30_00), shop.pay(20_00)

    shop.act(held, "reverse")
    shop.act(taken, "reverse")

    assert "PAYMENT_STATE_VOIDED" == shop.now(held)["state"]
    assert (20_00, 20_00, 0, 20_00) == shop.amounts(taken)
    assert (409, "PAYMENT_NOT_REFUNDABLE") == shop.refusal("/v1/refunds", {"payment_id": taken["payment_id"]})


def test_a_hotel_raises_what_is_authorised(shop: Desk) -> None:
    payment = shop.authorise(100_00)

    shop.act(payment, "increment", {"amount": euros(20_00)})
    shop.act(payment, "capture")

    assert (120_00, 120_00, 0, 0) == shop.amounts(payment)


def test_a_capture_that_fails_days_later_can_be_made_again(shop: Desk) -> None:
    payment = shop.authorise(30_00, "tok_capture_fails")
    shop.ask("POST", f"/v1/payments/{payment['payment_id']}:capture", {})

    until(lambda: shop.events(payment["payment_id"])[-2:] == ["payment.captured", "payment.authorised"])
    assert (30_00, 0, 30_00, 0) == shop.amounts(payment)
