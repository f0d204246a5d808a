"""The sandbox's adapter: payouts, payments, refunds, disputes, grants by OAuth, webhooks by Standard Webhooks, a clock.

Every method is encode, send, decode; what words mean stands in `mapping.py` and `payment_mapping.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Unmapped
from adapters.kit.mapping import document, text
from adapters.kit.ports.webhooks import Inbound, Observation, Reading
from adapters.kit.webhooks import verify_standard_webhook
from adapters.sandbox import mapping, payment_mapping
from adapters.sandbox.disputes import Disputes
from adapters.sandbox.payments import Payments
from adapters.sandbox.payouts import Payouts
from adapters.sandbox.wire import send

READERS: Mapping[str, Callable[[Any, str], Observation]] = {
    "transfer.updated":  mapping.observation,
    "payment.updated":   payment_mapping.authorisation,
    "capture.updated":   payment_mapping.step,
    "increment.updated": payment_mapping.step,
    "void.updated":      payment_mapping.step,
    "reversal.updated":  payment_mapping.step,
    "refund.updated":    payment_mapping.step,
    "dispute.opened":    payment_mapping.dispute,
    "dispute.updated":   payment_mapping.dispute,
}  # fmt: skip
"""What each event carries: the object as it was then."""
_OURS = frozenset(kind.partition(".")[0] for kind in READERS)


class Sandbox(Payouts, Payments, Disputes):
    """Implements every port."""

    def revoke_grant(self, call: Call, token: str) -> None:
        """Revoke a token (RFC 7009). One that the sandbox does not know is answered like one that it does."""
        send(call, "POST", "/v1/oauth/revoke", writes=True, form={"token": token})

    def advance_clock(self, call: Call, seconds: int) -> None:
        """Put the account's time forward. The key, where there is one, makes a repetition harmless."""
        send(
            call,
            "POST",
            "/v1/test_clock/advance",
            writes=True,
            json={"seconds": seconds},
            keyed=bool(call.idempotency_key),
        )

    def set_webhook_target(self, call: Call, url: str, secret: str) -> None:
        """Let the account's webhooks go to an address, signed with a secret."""
        send(call, "POST", "/v1/webhooks", writes=True, json={"url": url, "secret": secret})

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Standard Webhooks: id, time and body are signed, five minutes either way."""
        verify_standard_webhook(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """What the event's object says. Events of other kinds say nothing; an unknown one of ours is loud."""
        event = document(inbound.body, "event")
        if not isinstance(event, dict):
            raise Unmapped("event", type(event).__name__)
        event_id, kind = text(event.get("id"), "event.id"), text(event.get("type"), "event.type")
        if kind.partition(".")[0] not in _OURS:
            return Reading(event_id)
        if kind not in READERS:
            raise Unmapped("event.type", kind)
        return Reading(event_id, [READERS[kind](event.get("data"), event_id)])


ADAPTER = Sandbox()
