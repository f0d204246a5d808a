"""What push notifications say: which there are, and which of them tell of a payout.

Only what is signed decides: the body. A notification has no id, so it is known by a digest of itself.
"""

import hashlib
from typing import Any

from adapters.currencycloud.mapping import observation
from adapters.kit.errors import Unmapped
from adapters.kit.mapping import document, text
from adapters.kit.ports.webhooks import Reading
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED, PAYOUT_STATE_RETURNED
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_REGULATORY

# header.message_type, and the notification types of each. The vendor's guide "Push Notifications / Webhooks"
# (developer.currencycloud.com/guides/getting-started/push-notifications), versions 2021-02-01 and 2021-01-01, and the
# document's POST /payments/{id}/notifications/retry; read 2026-11. The type decides no state: the status does.
COMPLIANCE_FAILED = "payment_compliance_failed_notification"
PAYMENTS = frozenset(
    {
        "payment_ready_to_send_notification",
        "payment_released_notification",
        "payment_failed_notification",
        COMPLIANCE_FAILED,
    }
)

# Messages about which Corridor has nothing to say here: conversions, money between the company's own accounts, money
# that comes in, and the vendor's own onboarding.
OTHERS = frozenset(
    {
        "bank_account_verified",
        "cash_manager_transaction",
        "conversion",
        "end_client_application_decisioned",
        "end_client_application_submitted",
        "onboarding",
        "transfer",
    }
)


def reading(body: bytes) -> Reading:
    """What a notification says."""
    message: Any = document(body, "notification")
    header = message.get("header") if isinstance(message, dict) else None
    if not isinstance(header, dict):
        raise Unmapped("notification.header", type(header).__name__)
    event_id = hashlib.sha256(body).hexdigest()
    kind = text(header.get("message_type"), "header.message_type")
    if kind in OTHERS:
        return Reading(event_id)
    if kind != "payment":
        raise Unmapped("header.message_type", kind)
    notification = text(header.get("notification_type"), "header.notification_type")
    if notification not in PAYMENTS:
        raise Unmapped("header.notification_type", notification)
    seen = observation(message.get("body"), event_id)
    if notification == COMPLIANCE_FAILED and seen.state in (PAYOUT_STATE_FAILED, PAYOUT_STATE_RETURNED):
        seen.reason = PAYOUT_REASON_REGULATORY  # a notification does not carry the review's status
    return Reading(event_id, (seen,))
