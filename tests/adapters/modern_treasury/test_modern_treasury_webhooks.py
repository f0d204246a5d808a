"""Which webhooks are Modern Treasury's own, and what a whole story of them comes to."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapters.kit.call import Call, Http
from adapters.kit.errors import Forged
from adapters.kit.ports.webhooks import Inbound
from adapters.modern_treasury.adapter import ADAPTER
from adapters.modern_treasury.simulator import ModernTreasurySimulator
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
)
from tests import corpora
from tests.adapters.modern_treasury import samples

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRET = "whk_example"
BODY = b'{"event":"completed","data":{}}'


def signed(body: bytes = BODY, secret: str = SECRET) -> Inbound:
    return Inbound({"x-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}, body)


def test_the_verdicts_are_those_of_the_vectors() -> None:
    vectors = json.loads(corpora.path("webhook-vectors/dev.json").read_text())["vectors"]
    ours = [vector for vector in vectors if vector["vendor"] == "modern-treasury"]

    def verdict(headers: dict[str, str], body: str, secret: str, now: int) -> str:
        inbound = Inbound({name.lower(): value for name, value in headers.items()}, body.encode())
        try:
            ADAPTER.verify_webhook(inbound, [secret], datetime.fromtimestamp(now, UTC))
        except Forged:
            return "reject"
        return "accept"

    assert len(ours) >= 10
    for vector in ours:
        given = verdict(vector["headers"], vector["body"], vector["secret"], vector["now"])
        assert vector["expect"] == given, vector["case"]


def test_any_active_secret_may_have_signed() -> None:
    ADAPTER.verify_webhook(signed(), ["old", SECRET], NOW)


@pytest.mark.parametrize(
    ("inbound", "secrets", "reason"),
    [
        (signed(), [], "no_secret"),
        (signed(secret=""), [""], "no_secret"),
        (signed(), ["other"], "wrong_signature"),
        (Inbound({}, BODY), [SECRET], "missing_signature"),
        (Inbound({"x-signature": "zz"}, BODY), [SECRET], "malformed_signature"),
        (Inbound(signed().headers, BODY + b" "), [SECRET], "wrong_signature"),
        (Inbound({"x-signature": signed().headers["x-signature"][:-2]}, BODY), [SECRET], "malformed_signature"),
    ],
)
def test_what_was_not_signed_by_an_active_secret_is_forged(inbound: Inbound, secrets: list[str], reason: str) -> None:
    with pytest.raises(Forged) as forged:
        ADAPTER.verify_webhook(inbound, secrets, NOW)

    assert reason == forged.value.reason


def told(amount_minor: int, account_number: str, until: Callable[[list[PayoutObservation]], bool]) -> list[int]:
    """The states that the simulator's webhooks tell of one payout, in order, each once."""
    payout, beneficiary = samples.payout(amount_minor=amount_minor), samples.beneficiary()
    beneficiary.bank_account.us.account_number = account_number
    http = Http()
    with ModernTreasurySimulator(step_seconds=0.002) as simulator:
        call = Call(
            http=http,
            base_url=simulator.url,
            credentials={
                "organization_id": "org",
                "api_key": "k",
                "originating_account_id": samples.ORIGINATING_ACCOUNT,
            },
            environment="sandbox",
            idempotency_key="key-1",
            deadline_seconds=10,
            correlation_id="",
            request_id="",
            traceparent="",
            operation="create_payout",
        )
        ADAPTER.create_payout(call, payout, beneficiary)
        deadline = time.monotonic() + 30
        seen: list[PayoutObservation] = []
        while not until(seen) and time.monotonic() < deadline:
            seen = []
            for event in list(simulator.outbox.events):
                headers = simulator.sign(event.event_id, event.body, 0, SECRET)
                inbound = Inbound({name.lower(): value for name, value in headers.items()}, event.body)
                ADAPTER.verify_webhook(inbound, [SECRET], NOW)
                reading = ADAPTER.read_webhook(inbound)
                assert event.event_id == reading.event_id
                seen.extend(reading.observations)
    http.close()
    assert all(payout.amount == observation.amount for observation in seen)
    return list(dict.fromkeys(observation.state for observation in seen))


def is_told(state: int) -> Callable[[list[PayoutObservation]], bool]:
    return lambda seen: bool(seen) and seen[-1].state == state


def test_a_payout_is_pending_and_settled() -> None:
    states = told(12_345, "123456789", is_told(PAYOUT_STATE_SETTLED))

    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED] == states


def test_an_ach_credit_can_come_back_after_it_has_settled() -> None:
    states = told(12_345, "10003", is_told(PAYOUT_STATE_RETURNED))

    assert [PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED, PAYOUT_STATE_RETURNED] == states
