"""Which push notifications are Currencycloud's own, and what a whole story of them comes to."""

import hashlib
import hmac
import time
from datetime import UTC, datetime

import pytest

from adapters.currencycloud.adapter import ADAPTER
from adapters.currencycloud.simulator import CurrencycloudSimulator
from adapters.kit.call import Call, Http
from adapters.kit.errors import Forged
from adapters.kit.ports.webhooks import Inbound
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from tests.adapters.currencycloud import samples

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRET = "hmac-example"
BODY = b'{"header":{},"body":{}}'
HEADER = "x-hmac-digest-sha-512"


def signed(body: bytes = BODY, secret: str = SECRET, digest: str = "sha512") -> Inbound:
    return Inbound({HEADER: hmac.new(secret.encode(), body, getattr(hashlib, digest)).hexdigest()}, body)


def test_any_active_secret_may_have_signed() -> None:
    ADAPTER.verify_webhook(signed(), ["old", SECRET], NOW)


def test_a_known_answer_is_accepted() -> None:
    # HMAC-SHA512, RFC 4231 test case 2: the key and the data are text.
    digest = (
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
        "caeab1a34d4a6b4b636e070a38bce737"
    )

    ADAPTER.verify_webhook(Inbound({HEADER: digest}, b"what do ya want for nothing?"), ["Jefe"], NOW)


@pytest.mark.parametrize(
    ("inbound", "secrets", "reason"),
    [
        (signed(), [], "no_secret"),
        (signed(secret=""), [""], "no_secret"),
        (signed(), ["other"], "wrong_signature"),
        (signed(digest="sha256"), [SECRET], "malformed_signature"),
        (Inbound({}, BODY), [SECRET], "missing_signature"),
        (Inbound({HEADER: "zz"}, BODY), [SECRET], "malformed_signature"),
        (Inbound(signed().headers, BODY + b" "), [SECRET], "wrong_signature"),
        (Inbound(signed().headers, BODY + b"\n"), [SECRET], "wrong_signature"),
        (Inbound({HEADER: signed().headers[HEADER][:-2]}, BODY), [SECRET], "malformed_signature"),
    ],
)
def test_what_was_not_signed_by_an_active_secret_is_forged(inbound: Inbound, secrets: list[str], reason: str) -> None:
    with pytest.raises(Forged) as forged:
        ADAPTER.verify_webhook(inbound, secrets, NOW)

    assert reason == forged.value.reason


def told(amount_minor: int, notifications: int) -> list[int]:
    """The states that so many of the simulator's notifications tell of one payout, in order."""
    http, payout = Http(), samples.payout(amount_minor=amount_minor)
    with CurrencycloudSimulator(step_seconds=0.002) as simulator:
        call = Call(
            http=http, base_url=simulator.url, credentials=samples.CREDENTIALS, environment="sandbox",
            idempotency_key=payout.payout_id, deadline_seconds=10, correlation_id="", request_id="", traceparent="",
            operation="create_payout",
        )  # fmt: skip
        ADAPTER.create_payout(call, payout, samples.beneficiary())
        deadline = time.monotonic() + 30
        while len(simulator.outbox.events) < notifications:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        seen = []
        for event in list(simulator.outbox.events):
            headers = simulator.sign(event.event_id, event.body, 0, SECRET)
            inbound = Inbound({name.lower(): value for name, value in headers.items()}, event.body)
            ADAPTER.verify_webhook(inbound, [SECRET], NOW)
            seen += [int(observation.state) for observation in ADAPTER.read_webhook(inbound).observations]
    http.close()
    return seen


def test_a_payout_is_pending_and_settled() -> None:
    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED] == told(12_345, 2)


def test_a_payment_can_come_back_after_it_was_sent() -> None:
    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED, PAYOUT_STATE_RETURNED] == told(99_005, 3)


def test_a_payment_that_the_review_rejects_has_failed() -> None:
    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_FAILED] == told(99_004, 2)
