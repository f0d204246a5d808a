"""What may be done with a payment, and what is refused before any provider hears of it."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from corridor.payments.v1 import payment_pb2 as states
from corridor.payments.v1 import payment_service_pb2 as api
from server.domains.payments import policy
from server.domains.payments import steps as stepping
from server.domains.payments.lifecycle import STEP_SUCCEEDED
from server.domains.payments.policy import Abilities
from server.kit.errors import Failure
from tests.server import people
from tests.server.domains.payments.till import CAPTURE, FAILED, SUCCEEDED, VOID, Till, euros
from tests.serving import Refused

NO_PARTS = Abilities(frozenset(), frozenset())


def reason(payment: states.Payment, steps: list[stepping.Step], *, minor: int = 0, final: bool = False) -> str:
    """Why a provider that takes no parts cannot capture."""
    with pytest.raises(Failure) as refused:
        policy.capture(payment, steps, NO_PARTS, euros(minor) if minor else None, final=final)
    return refused.value.name


def authorised(minor: int = 30_00) -> states.Payment:
    """An authorised payment, as a message."""
    return states.Payment(
        payment_id="pay_" + "0" * 26, state=states.PAYMENT_STATE_AUTHORISED, amount=euros(minor),
        approved_minor=minor, authorised_minor=minor, capture_method=states.CAPTURE_METHOD_MANUAL, provider="acquirer",
    )  # fmt: skip


def test_captures_in_parts_take_no_more_than_is_authorised(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captured(payment, 20_00)

    assert "CAPTURE_ABOVE_AUTHORISED" == shop.refusal(payment, "CapturePayment", amount=euros(10_01))
    shop.captured(payment, 10_00)
    assert (30_00, 30_00, 0, 0) == shop.amounts(payment)


def test_a_capture_on_its_way_counts_as_taken(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captures(payment, 20_00)

    assert (30_00, 0, 10_00, 0) == shop.amounts(payment)
    assert "CAPTURE_ABOVE_AUTHORISED" == shop.refusal(payment, "CapturePayment", amount=euros(20_00))


def test_a_refused_capture_leaves_nothing_behind(shop: Till) -> None:
    payment = shop.authorised(30_00)

    shop.refusal(payment, "CapturePayment", amount=euros(30_01))

    assert [] == shop.actions(payment)
    with people.rows(shop.corridor, shop.client) as rows:
        query = "SELECT kind FROM corridor.work WHERE company_id = %s AND resource_id LIKE 'act%%'"
        assert [] == rows.execute(query, (shop.company_id,)).fetchall()


def all_at_once(call: Callable[[int], object]) -> list[str]:
    """How ten calls end that are made at the same moment: why each was refused, empty where it was not."""
    together = threading.Barrier(10)

    def ended(number: int) -> str:
        together.wait()
        try:
            call(number)
        except Refused as refused:
            return refused.reason
        return ""

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(ended, range(10)))


def test_ten_captures_at_once_never_exceed_what_is_authorised(shop: Till) -> None:
    payment = shop.authorised(30_00)

    ends = all_at_once(lambda _: shop.captures(payment, 7_00))

    assert {"": 4, "CAPTURE_ABOVE_AUTHORISED": 6} == Counter(ends)
    assert (30_00, 0, 2_00, 0) == shop.amounts(payment)


def test_ten_calls_with_one_key_are_one_capture(shop: Till) -> None:
    payment = shop.authorised(30_00)

    ends = all_at_once(lambda _: shop.captures(payment, 3_00, key="the-same"))

    assert {"", "IDEMPOTENCY_IN_PROGRESS"} >= set(ends)
    assert [3_00] == [each.amount.amount_minor for each in shop.actions(payment)]


def test_ten_refunds_at_once_never_exceed_what_was_captured(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captured(payment)

    ends = all_at_once(lambda _: shop.refunds(payment, 7_00))

    assert {"": 4, "REFUND_ABOVE_CAPTURED": 6} == Counter(ends)
    assert 28_00 == shop.now(payment).refunded_minor


def test_the_last_capture_releases_the_rest(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captured(payment, 20_00, final=True)

    now = shop.now(payment)
    assert (states.PAYMENT_STATE_CAPTURED, 20_00, 0) == (now.state, now.captured_minor, now.capturable_minor)
    assert "PAYMENT_NOT_CAPTURABLE" == shop.refusal(payment, "CapturePayment", amount=euros(1))


def test_a_capture_without_an_amount_takes_all_that_is_left(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.captured(payment, 20_00)

    last = shop.captures(payment)

    assert (10_00, True) == (last.amount.amount_minor, last.final_capture)


def test_a_payment_that_is_captured_by_itself_is_not_captured_again(shop: Till) -> None:
    assert "PAYMENT_NOT_CAPTURABLE" == shop.refusal(shop.authorised(manual=False), "CapturePayment")


def test_what_is_not_authorised_is_not_captured(shop: Till) -> None:
    assert "PAYMENT_NOT_CAPTURABLE" == shop.refusal(shop.create(), "CapturePayment")
    assert "PAYMENT_NOT_CAPTURABLE" == shop.refusal(shop.sent(), "CapturePayment")


def test_a_capture_is_in_the_currency_of_the_payment(shop: Till) -> None:
    dollars = euros(1)
    dollars.currency_code = "USD"

    assert "CURRENCY_NOT_SUPPORTED" == shop.refusal(shop.authorised(), "CapturePayment", amount=dollars)


def test_a_provider_that_captures_once_is_not_asked_for_a_part() -> None:
    first = stepping.new(stepping.CAPTURE, authorised())
    first.amount.CopyFrom(euros(10_00))

    assert "PAYMENT_OPERATION_NOT_SUPPORTED" == reason(authorised(), [], minor=10_00)
    assert "PAYMENT_OPERATION_NOT_SUPPORTED" == reason(authorised(), [first])
    assert policy.capture(authorised(), [], NO_PARTS, euros(10_00), final=True).final


def test_a_provider_without_increments_or_reversals_is_not_asked_for_them() -> None:
    for check in (
        lambda: policy.check_increment(authorised(), [], NO_PARTS, euros(1)),
        lambda: policy.check_reversal(authorised(), [], NO_PARTS, disputed_minor=0),
    ):
        with pytest.raises(Failure) as refused:
            check()
        assert "PAYMENT_OPERATION_NOT_SUPPORTED" == refused.value.name


def test_a_provider_that_refunds_whole_payments_is_not_asked_for_a_part() -> None:
    payment = authorised()
    payment.state = states.PAYMENT_STATE_CAPTURED
    done = stepping.new(stepping.CAPTURE, payment)
    done.state, done.amount.amount_minor = STEP_SUCCEEDED, 30_00

    with pytest.raises(Failure) as refused:
        policy.refund(payment, [done], NO_PARTS, euros(10_00), disputed_minor=0)
    assert "PAYMENT_OPERATION_NOT_SUPPORTED" == refused.value.name
    assert 30_00 == policy.refund(payment, [done], NO_PARTS, None, disputed_minor=0)


def test_an_increment_is_asked_for_one_at_a_time_and_before_captures(shop: Till) -> None:
    payment = shop.authorised(30_00)
    shop.act(payment, "Increment", amount=euros(5_00))

    assert "PAYMENT_NOT_INCREMENTABLE" == shop.refusal(payment, "IncrementPayment", amount=euros(1_00))
    assert "PAYMENT_NOT_VOIDABLE" == shop.refusal(payment, "VoidPayment")
    captured = shop.authorised(30_00)
    shop.captured(captured, 1_00)
    assert "PAYMENT_NOT_INCREMENTABLE" == shop.refusal(captured, "IncrementPayment", amount=euros(1_00))


def test_a_payment_that_no_provider_has_is_voided_at_once(shop: Till) -> None:
    payment = shop.create()

    shop.act(payment, "Void")

    assert states.PAYMENT_STATE_VOIDED == shop.now(payment).state
    assert ["payment.accepted", "payment.voided"] == shop.events(payment.payment_id)
    assert "PAYMENT_NOT_VOIDABLE" == shop.refusal(payment, "VoidPayment")


def test_there_is_one_void_at_a_time_and_nothing_beside_it(shop: Till) -> None:
    payment = shop.authorised()
    shop.act(payment, "Void")

    assert "PAYMENT_NOT_VOIDABLE" == shop.refusal(payment, "VoidPayment")
    assert "PAYMENT_NOT_CAPTURABLE" == shop.refusal(payment, "CapturePayment")
    assert "PAYMENT_NOT_REVERSIBLE" == shop.refusal(payment, "ReversePayment")
    assert 0 == shop.now(payment).capturable_minor


def test_a_void_that_failed_gives_back_what_can_be_captured(shop: Till) -> None:
    payment = shop.authorised(30_00)
    void = shop.act(payment, "Void")

    shop.says(payment, VOID, FAILED, step_id=void.payment_action_id)

    assert 30_00 == shop.now(payment).capturable_minor


def test_nothing_is_voided_while_a_capture_is_on_its_way_or_after_it(shop: Till) -> None:
    payment = shop.authorised(30_00)
    capture = shop.captures(payment, 10_00)
    assert "PAYMENT_NOT_VOIDABLE" == shop.refusal(payment, "VoidPayment")

    shop.says(payment, CAPTURE, SUCCEEDED, 10_00, step_id=capture.payment_action_id)

    assert "PAYMENT_NOT_VOIDABLE" == shop.refusal(payment, "VoidPayment")


def test_nothing_is_refunded_that_was_not_captured(shop: Till) -> None:
    payment = shop.authorised(30_00)
    assert "PAYMENT_NOT_REFUNDABLE" == shop.refusal(payment, "CreateRefund")

    shop.captured(payment, 10_00)

    assert "REFUND_ABOVE_CAPTURED" == shop.refusal(payment, "CreateRefund", amount=euros(10_01))
    assert 10_00 == shop.refunds(payment).amount.amount_minor
    assert "REFUND_ABOVE_CAPTURED" == shop.refusal(payment, "CreateRefund")


def test_a_refunded_payment_is_not_reversed_and_a_reversed_one_not_refunded(shop: Till) -> None:
    refunded = shop.authorised(manual=False)
    shop.refunds(refunded, 1_00)
    assert "PAYMENT_NOT_REVERSIBLE" == shop.refusal(refunded, "ReversePayment")

    reversed_ = shop.authorised(manual=False)
    shop.act(reversed_, "Reverse")
    assert "PAYMENT_NOT_REFUNDABLE" == shop.refusal(reversed_, "CreateRefund")


def test_only_a_payment_that_waits_for_its_customer_is_continued(shop: Till) -> None:
    request = api.ContinuePaymentRequest(payment_id=shop.authorised().payment_id, details={"result": "ok"})

    refused = people.refused(shop.client, "PaymentService/ContinuePayment", request)

    assert "PAYMENT_NOT_CONTINUABLE" == refused.reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("return_url", "http://shop.example/back"),
        ("return_url", "https://user@shop.example/"),
        ("return_url", "javascript:alert(1)"),
        ("statement_text", "x" * 23),
        ("reference", "a\nb"),
    ],
)
def test_what_cannot_be_right_is_refused_by_its_field(shop: Till, field: str, value: str) -> None:
    request = api.CreatePaymentRequest(amount=euros(1), **{field: value})
    request.payment_method.token = "tok_visa"

    refused = people.refused(shop.client, "PaymentService/CreatePayment", request, key=people.new_key())

    assert ("INVALID_ARGUMENT", [field]) == (refused.reason, refused.fields)


@pytest.mark.parametrize("number", ["4111111111111111", "4111-1111-1111-1111", "378282246310005"])
def test_a_card_number_is_no_token(shop: Till, number: str) -> None:
    request = api.CreatePaymentRequest(amount=euros(1))
    request.payment_method.token = number

    refused = people.refused(shop.client, "PaymentService/CreatePayment", request, key=people.new_key())

    assert ["payment_method.token"] == refused.fields
    assert number not in str(refused.status)
