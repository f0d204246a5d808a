"""What webhooks say: which events there are, and which of them tell of a payout.

Only what is signed decides: the id, the time and the body, by Standard Webhooks.
"""

from typing import Any

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import document
from adapters.kit.ports.webhooks import Reading
from adapters.lithic.mapping import is_ours, is_payout, observation

# The body holds the payment itself beside `event_type` (the document, webhooks, read 2026-11). Which of the two it is
# says nothing: the payment's own status does.
PAYMENT_EVENTS = frozenset({"payment_transaction.created", "payment_transaction.updated"})

# About these Corridor has nothing to say here: event_type and webhooks of the document.
OTHER_EVENTS = frozenset(
    (
        "account_holder.created", "account_holder.updated", "account_holder.verification",
        "account_holder_document.updated", "auth_rules.backtest_report.created", "balance.updated",
        "book_transfer_transaction.created", "book_transfer_transaction.updated", "card.converted", "card.created",
        "card.reissued", "card.renewed", "card.shipped", "card.updated", "card_authorization.approval_request",
        "card_authorization.challenge", "card_authorization.challenge_response",
        "card_transaction.enhanced_data.created", "card_transaction.enhanced_data.updated", "card_transaction.updated",
        "claim.created", "claim.updated", "claim_document.accepted", "claim_document.rejected",
        "claim_document.uploaded", "digital_wallet.tokenization_approval_request", "digital_wallet.tokenization_result",
        "digital_wallet.tokenization_two_factor_authentication_code",
        "digital_wallet.tokenization_two_factor_authentication_code_sent", "digital_wallet.tokenization_updated",
        "dispute.updated", "dispute_evidence.upload_failed", "dispute_transaction.created",
        "dispute_transaction.updated", "embed.session_generated", "embed.viewed", "external_bank_account.created",
        "external_bank_account.updated", "external_payment.created", "external_payment.updated",
        "financial_account.created", "financial_account.updated", "funding_event.created",
        "internal_transaction.created", "internal_transaction.updated", "loan_tape.created", "loan_tape.updated",
        "management_operation.created", "management_operation.updated", "network_total.created",
        "network_total.updated", "settlement_report.updated", "statements.created",
        "three_ds_authentication.approval_request", "three_ds_authentication.challenge",
        "three_ds_authentication.created", "three_ds_authentication.updated", "tokenization.approval_request",
        "tokenization.result", "tokenization.two_factor_authentication_code",
        "tokenization.two_factor_authentication_code_sent", "tokenization.updated",
    )
)  # fmt: skip


def reading(body: bytes, event_id: str) -> Reading:
    """What a webhook says. Debits, receipts, other rails and payments that others made are no payouts."""
    return of_message(document(body, "webhook"), event_id)


def of_message(message: Any, event_id: str) -> Reading:
    """What an event says, as it is told or listed."""
    event = message.get("event_type") if isinstance(message, dict) else None
    if not isinstance(event, str):
        raise Unmapped("webhook.event_type", type(message).__name__)
    if event in OTHER_EVENTS:
        return Reading(event_id)
    if event not in PAYMENT_EVENTS:
        raise Unmapped("webhook.event_type", event)
    if not is_payout(message) or not is_ours(message):
        return Reading(event_id)
    return Reading(event_id, (observation(message, event_id),))
