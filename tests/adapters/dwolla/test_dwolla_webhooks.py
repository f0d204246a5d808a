"""Which webhooks are Dwolla's own, and what a whole story of them comes to."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import pytest

from adapters.dwolla.adapter import ADAPTER
from adapters.dwolla.simulator import DwollaSimulator
from adapters.kit.call import Call, Http
from adapters.kit.errors import Forged
from adapters.kit.ports.webhooks import Inbound
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_SETTLED,
    PAYOUT_STATE_UNSPECIFIED,
)
from tests import corpora
from tests.adapters.dwolla import samples

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SECRET = "hook-example"
BODY = b'{"topic":"transfer_completed"}'
HEADER = "x-request-signature-sha-256"


def signed(body: bytes = BODY, secret: str = SECRET) -> Inbound:
    return Inbound({HEADER: hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}, body)


def test_the_verdicts_are_those_of_the_vectors() -> None:
    vectors = json.loads(corpora.path("webhook-vectors/dev.json").read_text())["vectors"]
    ours = [vector for vector in vectors if vector["vendor"] == "dwolla"]

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
        (Inbound({HEADER: "zz"}, BODY), [SECRET], "malformed_signature"),
        (Inbound(signed().headers, BODY + b" "), [SECRET], "wrong_signature"),
        (Inbound({HEADER: signed().headers[HEADER][:-2]}, BODY), [SECRET], "malformed_signature"),
        # The older SHA-1 header does not stand in for the newer one.
        (Inbound({"x-request-signature": signed().headers[HEADER]}, BODY), [SECRET], "missing_signature"),
    ],
)
def test_what_was_not_signed_by_an_active_secret_is_forged(inbound: Inbound, secrets: list[str], reason: str) -> None:
    with pytest.raises(Forged) as forged:
        ADAPTER.verify_webhook(inbound, secrets, NOW)

    assert reason == forged.value.reason


def test_the_topic_of_the_body_decides_and_not_the_header_s() -> None:
    inbound = Inbound({"x-dwolla-topic": "transfer_cancelled"}, samples.event("transfer_completed"))

    (seen,) = ADAPTER.read_webhook(inbound).observations

    assert PAYOUT_STATE_SETTLED == seen.state


def told(amount_minor: int, events: int) -> list[tuple[str, int]]:
    """Topic and state of so many of the simulator's webhooks about one payout, in order."""
    http = Http()
    with DwollaSimulator(step_seconds=0.002) as simulator:
        call = Call(
            http=http, base_url=simulator.url, credentials=samples.CREDENTIALS, environment="sandbox",
            idempotency_key="key-1", deadline_seconds=10, correlation_id="", request_id="", traceparent="",
            operation="create_payout",
        )  # fmt: skip
        ADAPTER.create_payout(call, samples.payout(amount_minor=amount_minor), samples.beneficiary())
        deadline = time.monotonic() + 30
        while len(simulator.outbox.events) < events:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        seen = []
        for event in list(simulator.outbox.events):
            headers = simulator.sign(event.event_id, event.body, 0, SECRET)
            inbound = Inbound({name.lower(): value for name, value in headers.items()}, event.body)
            ADAPTER.verify_webhook(inbound, [SECRET], NOW)
            reading = ADAPTER.read_webhook(inbound)
            assert event.event_id == reading.event_id
            seen += [(observation.provider_state, int(observation.state)) for observation in reading.observations]
    http.close()
    return seen


def test_a_payout_is_told_of_for_who_pays_and_for_who_receives() -> None:
    assert [
        ("transfer_created", PAYOUT_STATE_PENDING),
        ("customer_transfer_created", PAYOUT_STATE_PENDING),
        ("transfer_completed", PAYOUT_STATE_SETTLED),
        ("customer_transfer_completed", PAYOUT_STATE_SETTLED),
    ] == told(12_345, 4)


def test_a_transfer_can_fail_after_it_was_completed() -> None:
    assert ("customer_transfer_failed", PAYOUT_STATE_UNSPECIFIED) == told(99_004, 6)[-1]
