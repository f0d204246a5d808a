"""A payment and its modifications in the vendor's words, and what its answers say of them.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from adapters.adyen import amounts
from adapters.adyen.declines import of_answer
from adapters.kit.errors import FieldProblem, Rejected, Unmapped
from adapters.kit.mapping import text, translate
from corridor.payments.v1.payment_facts_pb2 import CardFacts, NextAction, RedirectAction, SchemeReferences, SdkAction
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep, PaymentStepState
from corridor.payments.v1.payment_pb2 import CaptureMethod, Payment
from corridor.type.v1.money_pb2 import Money

SENT, ACTION = PaymentStepState.PAYMENT_STEP_STATE_SENT, PaymentStepState.PAYMENT_STEP_STATE_REQUIRES_ACTION
SUCCEEDED = PaymentStepState.PAYMENT_STEP_STATE_SUCCEEDED
DECLINED = PaymentStepState.PAYMENT_STEP_STATE_DECLINED

# resultCode of /payments and /payments/details. CheckoutService-v71; docs.adyen.com/online-payments/
# build-your-integration/payment-result-codes, read 2026-11. A webhook tells of all three ends without money only that
# the payment was not authorised (`success` false), so all three are declines here, each with its reason.
RESULTS: Mapping[str, "PaymentStepState.ValueType | None"] = {
    "Authorised":          SUCCEEDED,
    "PartiallyAuthorised": SUCCEEDED,
    "Refused":             DECLINED,
    "Error":               DECLINED,
    "Cancelled":           DECLINED,
    "Received":            SENT,
    "Pending":             SENT,
    "RedirectShopper":     ACTION,
    "IdentifyShopper":     ACTION,
    "ChallengeShopper":    ACTION,
    "PresentToShopper":    ACTION,
    # Of authentication without payment, and of sessions: never asked for here.
    "AuthenticationFinished":    None,
    "AuthenticationNotRequired": None,
    "Success":                   None,
}  # fmt: skip

# action.type: whether it is a redirect; everything else is for the vendor's own program in the customer's browser.
ACTIONS: Mapping[str, bool] = {
    "redirect": True,
    **dict.fromkeys(
        ("threeDS2", "await", "bankTransfer", "delegatedAuthentication", "nativeRedirect", "qrCode", "sdk", "voucher",
         "wechatpaySDK"), False),
}  # fmt: skip

# What a customer's browser may bring back: PaymentCompletionDetails, CheckoutService-v71. Of a card these count.
DETAILS = frozenset(
    {"MD", "PaRes", "payload", "redirectResult", "returnUrlQueryString", "threeDSResult", "threeds2.challengeResult",
     "threeds2.fingerprint"}
)  # fmt: skip

FUNDING: Mapping[str, str] = {
    "CHARGE": "credit", "CREDIT": "credit", "DEFFERED_DEBIT": "credit", "DEBIT": "debit", "PREPAID": "prepaid",
    "PREPAID_RELOADABLE": "prepaid", "PREPAID_NONRELOADABLE": "prepaid",
}  # fmt: skip
# The vendor's names of schemes, where they are not ours.
BRANDS: Mapping[str, str] = {"mc": "mastercard"}

AUTOMATIC = "auto"
"""Stands in the reference of a payment that is captured at once: `pay_…-auto`. The vendor takes several references in
one, set apart by hyphens, and signs them; so a webhook tells how a payment is captured by what is signed."""
PARTIAL = "partial"
"""Stands in the reference of a payment that may be approved in part. Whether a webhook then tells the amount that was
asked for or the one that was approved is documented nowhere, so the answer alone tells how much was approved."""

_STATEMENT = re.compile(r"[^A-Za-z0-9 .,'_\-?+*/]")
_ENCRYPTED = frozenset(
    ("encryptedCardNumber", "encryptedExpiryMonth", "encryptedExpiryYear", "encryptedSecurityCode", "type", "brand")
)
_NOT_OURS = "The token is neither a stored payment method's nor what the provider's form encrypted."


def payment(wanted: Payment, merchant_account: str) -> dict[str, Any]:
    """The body of a request to authorise. Empty values are left out."""
    manual = wanted.capture_method == CaptureMethod.CAPTURE_METHOD_MANUAL
    if not wanted.return_url:
        problem = FieldProblem("return_url", "The provider needs to know where the customer comes back to.")
        raise Rejected("a payment without a return URL is refused", problems=[problem])
    # A pre-authorisation can be raised later; docs.adyen.com/online-payments/adjust-authorisation, read 2026-11.
    extra = {"manualCapture": "true", "authorisationType": "PreAuth"} if manual else {}
    if wanted.partial_approval_allowed:
        extra["allowPartialAuth"] = "true"
    body: dict[str, Any] = {
        "merchantAccount": merchant_account,
        "reference": reference(wanted),
        "amount": amounts.amount(wanted.amount),
        "returnUrl": wanted.return_url,
        "channel": "Web",
        "merchantOrderReference": wanted.reference[:80],
        "shopperStatement": _STATEMENT.sub(" ", wanted.statement_text)[:22].strip(),
        "shopperReference": wanted.payment_method.customer_reference,
        **_method(wanted),
        "additionalData": extra,
    }
    body = {name: value for name, value in body.items() if value}
    return body if manual else {**body, "captureDelayHours": 0}


def reference(wanted: Payment) -> str:
    """The reference under which the vendor knows a payment."""
    words = [wanted.payment_id]
    if wanted.capture_method != CaptureMethod.CAPTURE_METHOD_MANUAL:
        words.append(AUTOMATIC)
    if wanted.partial_approval_allowed:
        words.append(PARTIAL)
    return "-".join(words)


def _method(wanted: Payment) -> dict[str, Any]:
    """The payment method: a stored one, or what the vendor's form has encrypted. Never a card's number."""
    method = wanted.payment_method
    holder = {"holderName": method.holder_name} if method.holder_name else {}
    if method.token.startswith("eyJ"):  # a JWE, RFC 7516
        return {"paymentMethod": {"type": "scheme", "encryptedCard": method.token, **holder},
                "shopperInteraction": "Ecommerce"}  # fmt: skip
    if method.token.startswith("{"):
        fields = _encrypted(method.token)
        return {"paymentMethod": {**fields, "type": "scheme", **holder}, "shopperInteraction": "Ecommerce"}
    if len(method.token) > 64:
        raise _token_refused(_NOT_OURS)
    if not method.customer_reference:
        problem = FieldProblem("payment_method.customer_reference", "A stored payment method is its customer's.")
        raise Rejected("a stored payment method without its customer is refused", problems=[problem])
    return {
        "paymentMethod": {"type": "scheme", "storedPaymentMethodId": method.token, **holder},
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": "CardOnFile",
    }


def _encrypted(token: str) -> dict[str, str]:
    try:
        fields = json.loads(token)
    except (ValueError, RecursionError):
        raise _token_refused(_NOT_OURS) from None
    if not isinstance(fields, dict) or not fields.keys() <= _ENCRYPTED:
        raise _token_refused(_NOT_OURS)
    return {name: str(value) for name, value in fields.items()}


def _token_refused(why: str) -> Rejected:
    return Rejected("the token is not one of the provider's", problems=[FieldProblem("payment_method.token", why)])


def details(brought: Mapping[str, str]) -> dict[str, Any]:
    """The body of a request to go on. What a browser brings besides, such as a page's own parameters, is left out."""
    known = {name: value for name, value in brought.items() if name in DETAILS}
    if not known:
        raise Rejected("nothing of what the browser brought is the provider's", problems=[
            FieldProblem("details", f"The provider knows {', '.join(sorted(DETAILS))}.")])  # fmt: skip
    return {"details": known}


def observation(answer: Any, wanted: Payment) -> PaymentObservation:
    """What an answer to a payment says of its authorisation."""
    if not isinstance(answer, dict):
        raise Unmapped("payment", type(answer).__name__)
    result = text(answer.get("resultCode"), "payment.resultCode")
    state = translate(RESULTS, result, "payment.resultCode")
    if state is None:
        raise Unmapped("payment.resultCode of a payment", result)
    extra = answer.get("additionalData")
    extra = extra if isinstance(extra, dict) else {}
    seen = PaymentObservation(
        payment_id=str(answer.get("merchantReference") or "").partition("-")[0],
        # "For payment methods that require a redirect or additional action, you will get this value in the
        # `/payments/details` response": PaymentResponse.pspReference, CheckoutService-v71.
        provider_reference="" if state == ACTION else str(answer.get("pspReference") or ""),
        step=PaymentStep.PAYMENT_STEP_AUTHORISATION,
        state=state,
        amount=_approved(result, answer, extra, wanted),
        captured=state == SUCCEEDED and wanted.capture_method != CaptureMethod.CAPTURE_METHOD_MANUAL,
        provider_state=result,
        scheme_references=SchemeReferences(
            network_transaction_id=str(extra.get("networkTxReference", "")),
            approval_code=str(extra.get("authCode", "")),
        ),
        card=_card(answer, extra),
    )
    if state == DECLINED:
        seen.decline.CopyFrom(of_answer(answer))
    if state == ACTION:
        seen.next_action.CopyFrom(next_action(answer.get("action")))
    return seen


def next_action(action: Any) -> NextAction:
    """What the customer has to do."""
    if not isinstance(action, dict):
        raise Unmapped("payment.action", type(action).__name__)
    if not translate(ACTIONS, action.get("type"), "payment.action.type"):
        data = json.dumps(action, ensure_ascii=False, separators=(",", ":"), default=str)
        return NextAction(sdk=SdkAction(type=str(action["type"]), data=data))
    form = action.get("data")
    return NextAction(
        redirect=RedirectAction(
            url=str(action.get("url", "")),
            method=str(action.get("method") or "GET").upper(),
            form={name: str(value) for name, value in form.items()} if isinstance(form, dict) else {},
        )
    )


def modification(answer: Any, step: "PaymentStep.ValueType", step_id: str, asked: Money | None) -> PaymentObservation:
    """What an answer to a modification says: that the vendor has it. Its end is told by a webhook.

    `asked` is our amount of the step, which an answer does not always repeat, and which it gives as a total for an
    increment.
    """
    if not isinstance(answer, dict) or answer.get("status") != "received":
        raise Unmapped("modification.status", answer.get("status") if isinstance(answer, dict) else answer)
    seen = PaymentObservation(
        provider_reference=str(answer.get("paymentPspReference") or ""),  # a technical cancellation does not know it
        step=step,
        step_id=step_id,
        step_reference=text(answer.get("pspReference"), "modification.pspReference"),
        state=SENT,
        provider_state="received",
    )
    if asked is not None:
        seen.amount.CopyFrom(asked)
    return seen


def _approved(result: str, answer: Mapping[str, Any], extra: Mapping[str, Any], wanted: Payment) -> Money:
    if result == "PartiallyAuthorised" and "authorisedAmountValue" in extra:
        value, currency = str(extra["authorisedAmountValue"]), extra.get("authorisedAmountCurrency")
        units = int(value) if value.isascii() and value.isdigit() else None
        return amounts.read_parts(units, currency or wanted.amount.currency_code, "payment.authorisedAmountValue")
    if answer.get("amount") is None:
        if result == "PartiallyAuthorised":
            raise Unmapped("payment.amount", None)
        return wanted.amount  # the vendor repeats it only in some answers
    return amounts.read(answer["amount"], "payment.amount")


def _card(answer: Mapping[str, Any], extra: Mapping[str, Any]) -> CardFacts:
    method = answer.get("paymentMethod")
    brand = str(method.get("brand", "")) if isinstance(method, dict) else str(extra.get("paymentMethod", ""))
    month, _, year = str(extra.get("expiryDate", "")).partition("/")
    return CardFacts(
        brand=BRANDS.get(brand, brand),
        last_four=str(extra.get("cardSummary", ""))[-4:],
        funding=FUNDING.get(str(extra.get("fundingSource", "")), ""),
        country_code=str(extra.get("cardIssuingCountry") or extra.get("issuerCountry") or "")[:2],
        expiry=f"{year}-{month:0>2}" if month.isdigit() and len(year) == 4 else "",
    )
