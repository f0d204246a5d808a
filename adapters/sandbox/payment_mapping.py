"""Payments, what is done with them, and disputes: from our messages to the sandbox's JSON and back. No I/O."""

from typing import Any

from adapters.kit.declines import decline
from adapters.kit.errors import Unmapped
from adapters.kit.mapping import money, text, timestamp, translate, translate_optional
from adapters.sandbox import payment_words as words
from adapters.sandbox.mapping import scenario
from corridor.payments.v1.decline_pb2 import Decline
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import Dispute, DisputeReason
from corridor.payments.v1.payment_facts_pb2 import (
    CardFacts,
    Fee,
    ForeignExchange,
    NextAction,
    RedirectAction,
    SchemeReferences,
)
from corridor.payments.v1.payment_observation_pb2 import PaymentObservation, PaymentStep
from corridor.payments.v1.payment_pb2 import CaptureMethod, Payment
from corridor.payments.v1.refund_pb2 import Refund, RefundReason
from corridor.type.v1.money_pb2 import Money

_REASON_CODES = frozenset({"failed", "scheme_refused", "account_closed"})
"""The codes with which an action fails after it was taken. They have no meaning of their own here."""


def payment(payment: Payment) -> dict[str, Any]:
    """The request for a payment. Our id is the sandbox's reference, by which it is found again."""
    manual = payment.capture_method == CaptureMethod.CAPTURE_METHOD_MANUAL
    return {
        "reference": payment.payment_id,
        "amount": payment.amount.amount_minor,
        "currency": payment.amount.currency_code,
        "token": payment.payment_method.token,
        "holder_name": payment.payment_method.holder_name,
        "capture": "manual" if manual else "automatic",
        "partial_approval": payment.partial_approval_allowed,
        "statement_text": payment.statement_text,
        "description": payment.reference,
        "return_url": payment.return_url,
    } | scenario(payment.sandbox_scenario)


def refund(refund: Refund, payment_reference: str) -> dict[str, Any]:
    """The request for a refund."""
    return {
        "payment": payment_reference,
        "reference": refund.refund_id,
        "amount": refund.amount.amount_minor,
        "reason": words.REFUND_REASONS[refund.reason or RefundReason.REFUND_REASON_REQUESTED_BY_CUSTOMER],
        "description": refund.reference,
    } | scenario(refund.sandbox_scenario)


def evidence(dispute: Dispute, documents: list[str]) -> dict[str, Any]:
    """The request that submits evidence: every text that is given, and the documents that were sent before."""
    texts = {field.name: value for field, value in dispute.evidence.ListFields()}
    return texts | {"documents": documents} | scenario(dispute.sandbox_scenario)


def authorisation(made: Any, event_id: str = "") -> PaymentObservation:
    """What a payment says of its authorisation. Raises `Unmapped` for words that have no meaning here."""
    made = _object(made, "payment")
    state = translate(words.AUTHORISATIONS, made.get("status"), "payment.status")
    approved = made["status"] == "authorised"
    return PaymentObservation(
        payment_id=text(made.get("reference"), "payment.reference"),
        provider_reference=text(made.get("id"), "payment.id"),
        step=PaymentStep.PAYMENT_STEP_AUTHORISATION,
        state=state,
        amount=money(made.get("approved" if approved else "amount"), made.get("currency")),
        captured=approved and made.get("captured_at_once") is True,
        decline=_decline(made.get("decline")),
        next_action=_next_action(made.get("next_action")),
        scheme_references=_scheme(made.get("scheme")),
        card=_card(made.get("card")),
        fees=_fees(made.get("fees")),
        foreign_exchange=_exchange(made.get("exchange")),
        authorisation_expire_time=timestamp(made.get("expires_at"), "payment.expires_at"),
        provider_state=made["status"],
        provider_event_id=event_id,
        provider_time=timestamp(made.get("updated_at"), "payment.updated_at"),
    )


def step(made: Any, event_id: str = "") -> PaymentObservation:
    """What an action or a refund says of its step."""
    made = _object(made, "action")
    reason = _optional(made, "reason")
    if reason and reason not in _REASON_CODES:
        raise Unmapped("action.reason", reason)
    return PaymentObservation(
        payment_id=text(made.get("payment_reference"), "action.payment_reference"),
        provider_reference=text(made.get("payment"), "action.payment"),
        step=translate(words.STEPS, made.get("type"), "action.type"),
        step_id=_optional(made, "reference"),
        step_reference=text(made.get("id"), "action.id"),
        state=translate(words.ACTIONS, made.get("status"), "action.status"),
        amount=money(made.get("amount"), made.get("currency")),
        decline=_decline(made.get("decline")),
        scheme_references=SchemeReferences(acquirer_reference_number=_optional(made, "acquirer_reference")),
        fees=_fees(made.get("fees")),
        foreign_exchange=_exchange(made.get("exchange")),
        provider_reason_code=reason,
        provider_state=made["status"],
        provider_event_id=event_id,
        provider_time=timestamp(made.get("updated_at"), "action.updated_at"),
    )


def dispute(made: Any, event_id: str = "") -> DisputeObservation:
    """What a dispute says."""
    made = _object(made, "dispute")
    return DisputeObservation(
        provider_reference=text(made.get("id"), "dispute.id"),
        payment_id=text(made.get("payment_reference"), "dispute.payment_reference"),
        payment_reference=text(made.get("payment"), "dispute.payment"),
        state=translate(words.DISPUTES, made.get("status"), "dispute.status"),
        stage=translate(words.DISPUTE_STAGES, made.get("stage"), "dispute.stage"),
        amount=money(made.get("amount"), made.get("currency")),
        reason=translate_optional(
            words.DISPUTE_REASONS, made.get("reason"), "dispute.reason", DisputeReason.DISPUTE_REASON_UNSPECIFIED
        ),
        network_reason_code=_optional(made, "scheme_reason"),
        provider_reason_code=_optional(made, "reason"),
        evidence_due_time=timestamp(made.get("due_at"), "dispute.due_at"),
        open_time=timestamp(made.get("opened_at"), "dispute.opened_at"),
        fees=_fees(made.get("fees")),
        provider_state=made["status"],
        provider_event_id=event_id,
        provider_time=timestamp(made.get("updated_at"), "dispute.updated_at"),
    )


def _decline(told: Any) -> Decline | None:
    if told is None:
        return None
    told = _object(told, "decline")
    return decline(
        translate(words.DECLINES, told.get("code"), "decline.code"),
        provider_code=told["code"],
        response_code=_optional(told, "response_code"),
        advice_code=_optional(told, "advice"),
    )


def _next_action(told: Any) -> NextAction | None:
    if told is None:
        return None
    told = _object(told, "next_action")
    return NextAction(
        redirect=RedirectAction(url=text(told.get("url"), "next_action.url"), method="GET"),
        expire_time=timestamp(told.get("expires_at"), "next_action.expires_at"),
    )


def _scheme(told: Any) -> SchemeReferences | None:
    if told is None:
        return None
    told = _object(told, "scheme")
    return SchemeReferences(
        network_transaction_id=_optional(told, "transaction_id"),
        approval_code=_optional(told, "approval_code"),
        retrieval_reference_number=_optional(told, "retrieval_reference"),
    )


def _card(told: Any) -> CardFacts | None:
    if told is None:
        return None
    told = _object(told, "card")
    return CardFacts(
        brand=_optional(told, "brand"),
        last_four=_optional(told, "last_four"),
        funding=_optional(told, "funding"),
        country_code=_optional(told, "country"),
        expiry=_optional(told, "expiry"),
    )


def _fees(told: Any) -> list[Fee]:
    if told is None:
        return []
    if not isinstance(told, list):
        raise Unmapped("fees", type(told).__name__)
    return [Fee(type=_optional(_object(each, "fee"), "type"), amount=_money(each, "fee")) for each in told]


def _exchange(told: Any) -> ForeignExchange | None:
    if told is None:
        return None
    told = _object(told, "exchange")
    source, target = _money(told.get("from"), "exchange.from"), _money(told.get("to"), "exchange.to")
    return ForeignExchange(source=source, target=target, rate=text(told.get("rate"), "exchange.rate"))


def _money(told: Any, name: str) -> Money:
    told = _object(told, name)
    return money(told.get("amount"), told.get("currency"))


def _optional(told: dict[str, Any], name: str) -> str:
    """A text that may be missing; what is there and no text is loud."""
    value = told.get(name)
    return "" if value is None or value == "" else text(value, name)


def _object(told: Any, name: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise Unmapped(name, type(told).__name__)
    return told
