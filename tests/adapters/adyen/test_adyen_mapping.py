"""What Adyen's words mean. Every enumeration is read from the vendor's document, where it is at hand."""

from typing import Any

import pytest

from adapters.adyen import amounts, declines, packages, payments, results, transfers
from adapters.adyen.simulator_scripts import OUTCOMES
from adapters.kit.errors import Rejected, Unmapped
from adapters.kit.mapping import decimals
from corridor.payments.v1.decline_pb2 import Declined
from corridor.payments.v1.dispute_pb2 import DisputeDocumentType
from corridor.payments.v1.payment_observation_pb2 import PaymentStepState
from corridor.type.v1.money_pb2 import Money
from tests.adapters.adyen import samples
from tests.adapters.adyen.documents import CHECKOUT, TRANSFERS

STATES = PaymentStepState


def answer(result: str = "Authorised", **changes: Any) -> dict[str, Any]:
    return {
        "resultCode": result,
        "pspReference": "993617895204576J",
        "merchantReference": samples.PAYMENT_ID,
        **changes,
    }


def test_every_result_code_has_a_meaning() -> None:
    for schema in ("PaymentResponse", "PaymentDetailsResponse"):
        assert set(CHECKOUT.enumeration(schema, "resultCode")) == set(results.RESULTS)


def test_what_we_say_is_among_what_the_vendor_understands() -> None:
    assert set(transfers.PRIORITIES.values()) <= set(TRANSFERS.enumeration("TransferInfo", "priority"))
    reasons = CHECKOUT.enumeration("PaymentRefundRequest", "merchantRefundReason")
    assert set(payments.REFUND_REASONS.values()) <= set(reasons)
    known = CHECKOUT.published["components"]["schemas"]["PaymentCompletionDetails"]["properties"]
    assert set(known) >= results.DETAILS
    assert ["received"] == CHECKOUT.enumeration("PaymentCaptureResponse", "status")


def test_every_refusal_that_the_vendor_can_be_made_to_give_has_a_reason() -> None:
    refused = {each.code for each in OUTCOMES.values() if each.result in ("Refused", "Error", "Cancelled")}

    assert refused == set(declines.REFUSALS)
    assert Declined.DECLINED_UNSPECIFIED not in declines.REFUSALS.values()


@pytest.mark.parametrize("result", ["Refused", "Error", "Cancelled"])
def test_every_end_without_money_is_a_decline(result: str) -> None:
    seen = results.observation(answer(result, refusalReasonCode="12"), samples.payment())

    assert (STATES.PAYMENT_STEP_STATE_DECLINED, Declined.DECLINED_FUNDS) == (seen.state, seen.decline.reason)
    assert "12" == seen.decline.provider_code


@pytest.mark.parametrize(("raw", "code"), [("51 : Insufficient funds", "51"), ("N7 : CVV2", "N7"), ("AUTHORISED", ""),
                                           ("ZZ : odd", ""), ("", "")])  # fmt: skip
def test_the_issuer_s_own_code_is_kept_beside_the_vendor_s(raw: str, code: str) -> None:
    extra = {"refusalReasonRaw": raw, "merchantAdviceCode": "03 : Do not try again"}
    seen = results.observation(answer("Refused", refusalReasonCode="2", additionalData=extra), samples.payment())

    assert (code, "03") == (seen.decline.response_code, seen.decline.advice_code)


@pytest.mark.parametrize("code", ["99", "13", "", None, 2])
def test_an_unknown_refusal_is_loud(code: object) -> None:
    with pytest.raises(Unmapped):
        results.observation(answer("Refused", refusalReasonCode=code), samples.payment())


@pytest.mark.parametrize("result", ["Fine", "", None, "authorised", "AuthenticationFinished", "Success"])
def test_an_unknown_result_is_loud(result: object) -> None:
    with pytest.raises(Unmapped):
        results.observation({**answer(), "resultCode": result}, samples.payment())


@pytest.mark.parametrize("action", [None, {}, {"type": "carrierPigeon"}, "redirect"])
def test_an_unknown_action_is_loud(action: object) -> None:
    with pytest.raises(Unmapped):
        results.observation(answer("RedirectShopper", action=action), samples.payment())


def test_an_action_for_the_vendor_s_own_program_is_passed_on_whole() -> None:
    action = {"type": "threeDS2", "subtype": "challenge", "token": "eyJ0", "authorisationToken": "Ab02"}
    seen = results.observation(answer("ChallengeShopper", action=action), samples.payment())

    assert ("threeDS2", True) == (seen.next_action.sdk.type, '"authorisationToken":"Ab02"' in seen.next_action.sdk.data)


def test_a_redirect_by_post_carries_its_form() -> None:
    action = {"type": "redirect", "method": "POST", "url": "https://acs.example/", "data": {"MD": "1", "PaReq": "2"}}
    redirect = results.observation(answer("RedirectShopper", action=action), samples.payment()).next_action.redirect

    assert ("https://acs.example/", "POST", {"MD": "1", "PaReq": "2"}) == (redirect.url, redirect.method, redirect.form)


def test_a_partial_approval_tells_what_was_approved() -> None:
    extra = {"authorisedAmountValue": "4000", "authorisedAmountCurrency": "EUR"}
    seen = results.observation(answer("PartiallyAuthorised", additionalData=extra), samples.payment())

    assert Money(currency_code="EUR", amount_minor=4_000) == seen.amount


def test_a_partial_approval_that_does_not_tell_how_much_is_loud() -> None:
    with pytest.raises(Unmapped):
        results.observation(answer("PartiallyAuthorised"), samples.payment())


def test_what_is_told_of_card_and_scheme_is_kept() -> None:
    extra = {"networkTxReference": "MCC1", "authCode": "065696", "cardSummary": "1142", "expiryDate": "3/2030",
             "fundingSource": "PREPAID_RELOADABLE", "cardIssuingCountry": "NL", "paymentMethod": "mc"}  # fmt: skip
    seen = results.observation(answer(additionalData=extra), samples.payment())

    assert ("MCC1", "065696") == (
        seen.scheme_references.network_transaction_id, seen.scheme_references.approval_code)  # fmt: skip
    card = seen.card
    assert ("mastercard", "1142", "2030-03", "prepaid", "NL") == (
        card.brand, card.last_four, card.expiry, card.funding, card.country_code)  # fmt: skip


@pytest.mark.parametrize(
    "token", ["x" * 65, '{"number":"4111"}', '{"encryptedCardNumber":"a","cvc":"1"}', "{", "[]" * 40]
)
def test_a_token_that_is_not_the_vendor_s_is_refused_before_it_is_sent(token: str) -> None:
    wanted = samples.payment()
    wanted.payment_method.token = token

    with pytest.raises(Rejected) as refused:
        results.payment(wanted, "CorridorECOM")

    assert ["payment_method.token"] == [problem.field for problem in refused.value.problems]


def test_a_stored_payment_method_goes_with_its_customer() -> None:
    wanted = samples.payment()
    wanted.payment_method.token = samples.STORED
    with pytest.raises(Rejected):
        results.payment(wanted, "CorridorECOM")

    wanted.payment_method.customer_reference = "customer-117"
    body = results.payment(wanted, "CorridorECOM")

    assert ("ContAuth", "CardOnFile", "customer-117") == (
        body["shopperInteraction"], body["recurringProcessingModel"], body["shopperReference"])  # fmt: skip


def test_an_automatic_capture_is_asked_for_and_stands_in_the_reference() -> None:
    by_hand = results.payment(samples.payment(), "M")
    at_once = results.payment(samples.payment(automatic=True), "M")

    assert ("true", samples.PAYMENT_ID) == (by_hand["additionalData"]["manualCapture"], by_hand["reference"])
    assert (0, f"{samples.PAYMENT_ID}-auto") == (at_once["captureDelayHours"], at_once["reference"])
    assert "additionalData" not in at_once


@pytest.mark.parametrize(("currency", "minor", "units"), [
    ("EUR", 1050, 1050), ("JPY", 1050, 1050), ("KWD", 1050, 1050), ("CLP", 1050, 105_000), ("ISK", 1050, 105_000),
    ("CVE", 1000, 10), ("IDR", 1000, 10),
])  # fmt: skip
def test_the_vendor_s_own_decimals_are_used(currency: str, minor: int, units: int) -> None:
    value = Money(currency_code=currency, amount_minor=minor)

    assert {"value": units, "currency": currency} == amounts.amount(value)
    assert value == amounts.read(amounts.amount(value), "amount")


@pytest.mark.parametrize("currency", ["CVE", "IDR"])
def test_a_fraction_that_the_vendor_cannot_count_is_refused(currency: str) -> None:
    with pytest.raises(Rejected):
        amounts.amount(Money(currency_code=currency, amount_minor=1050))


@pytest.mark.parametrize("value", [
    {"value": 1050, "currency": "CLP"}, {"value": 1050, "currency": "ISK"}, {"value": "1", "currency": "EUR"},
    {"value": True, "currency": "EUR"}, {"value": 1, "currency": "XAU"}, {"value": 1}, None, [],
])  # fmt: skip
def test_an_amount_that_cannot_be_is_loud(value: object) -> None:
    with pytest.raises(Unmapped):
        amounts.read(value, "amount")


def test_the_odd_currencies_are_those_whose_decimals_differ() -> None:
    assert all(decimals(currency) != own for currency, own in amounts.DECIMALS.items())


def test_texts_of_the_evidence_become_a_document() -> None:
    content = packages.pdf(["A line (with brackets) \\ and Zürich", *[f"line {number}" for number in range(130)]])

    assert content.startswith(b"%PDF-1.4")
    assert content.endswith(b"%%EOF\n")
    assert rb"A line \(with brackets\) \\ and Z\374rich".replace(rb"\374", b"\xfc") in content
    assert b"/Count 3" in content


def test_a_defence_that_has_to_be_chosen_is_asked_for() -> None:
    offered = {"defenseReasons": [{"defenseReasonCode": "A"}, {"defenseReasonCode": "B"}]}

    with pytest.raises(Rejected) as refused:
        packages.chosen(offered, samples.dispute("D"))

    assert "evidence.defence_reason_code" == refused.value.problems[0].field
    assert "B" == packages.chosen(offered, samples.dispute("D", defence_reason_code="B"))["defenseReasonCode"]


def test_each_document_has_a_code_of_its_own() -> None:
    kinds = [{"defenseDocumentTypeCode": code} for code in ("TIDorInvoice", "DefenseMaterial", "Other")]
    papers = [samples.paper(DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_SHIPPING), samples.paper(), samples.paper()]
    made = packages.documents({"defenseReasonCode": "A", "defenseDocumentTypes": kinds}, samples.dispute("D"), papers)

    assert ["DefenseMaterial", "TIDorInvoice", "Other"] == [each["defenseDocumentTypeCode"] for each in made]
