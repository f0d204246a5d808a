"""The sandbox's adapter: payouts, payments, refunds, disputes, grants by OAuth, webhooks, events, a clock.

Every method is encode, send, decode; what words mean stands in `mapping.py` and `payment_mapping.py`.
"""

from collections.abc import Sequence
from datetime import datetime

from adapters.kit.call import Call
from adapters.kit.mapping import document
from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import verify_standard_webhook
from adapters.sandbox import events
from adapters.sandbox.disputes import Disputes
from adapters.sandbox.institutions import Institutions
from adapters.sandbox.listings import Listings
from adapters.sandbox.payments import Payments
from adapters.sandbox.payouts import Payouts
from adapters.sandbox.wire import send


class Sandbox(Payouts, Payments, Disputes, Institutions, Listings):
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
        return events.reading(document(inbound.body, "event"))


ADAPTER = Sandbox()
