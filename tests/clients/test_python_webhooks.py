"""Deliveries are verified by Standard Webhooks before anything of them is read, and give typed events."""

import base64
import hmac
import json

import pytest

from corridor_client import webhooks
from corridor_client.payouts.v1 import PayoutSettled, PayoutState
from server.platform.webhooks import signing
from tests import corpora

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
NOW = 1_790_000_000
BODY = json.dumps(
    {
        "event_id": "evt_1",
        "type": "payout.settled",
        "resource_id": "po_1",
        "sequence": "3",
        "environment": "ENVIRONMENT_SANDBOX",
        "create_time": "2026-11-21T10:00:00.123456789Z",
        "data": {
            "@type": "type.googleapis.com/corridor.payouts.v1.PayoutSettled",
            "payout": {"payout_id": "po_1", "state": "PAYOUT_STATE_SETTLED", "field_of_tomorrow": {"a": 1}},
        },
    }
).encode()


def signed(body: bytes = BODY, secret: str = SECRET, at: int = NOW) -> dict[str, str]:
    """The headers that the server sends."""
    return signing.headers("evt_1", at, body, [secret])


def test_a_delivery_gives_its_event_with_typed_data() -> None:
    event = webhooks.verify(BODY, signed(), SECRET, now=NOW)

    assert ("evt_1", "payout.settled", "po_1", 3) == (event.event_id, event.type, event.resource_id, event.sequence)
    assert isinstance(event.data, PayoutSettled)
    assert event.data.payout is not None
    assert PayoutState.SETTLED == event.data.payout.state
    assert event.create_time is not None
    assert "2026-11-21T10:00:00.123456+00:00" == event.create_time.isoformat()


def test_headers_are_found_however_they_are_written() -> None:
    shouted = {name.upper(): value for name, value in signed().items()}

    assert "evt_1" == webhooks.verify(BODY, shouted, SECRET, now=NOW).event_id


def test_one_of_several_secrets_is_enough_while_they_are_rotated() -> None:
    assert webhooks.verify(BODY, signed(secret=OTHER), [SECRET, OTHER], now=NOW)


def test_one_of_several_signatures_is_enough() -> None:
    headers = signing.headers("evt_1", NOW, BODY, [OTHER, SECRET])

    assert webhooks.verify(BODY, headers, SECRET, now=NOW)


def test_an_event_of_a_later_version_is_given_without_its_type() -> None:
    body = BODY.replace(b"payouts.v1.PayoutSettled", b"moons.v9.MoonRisen")

    event = webhooks.verify(body, signed(body), SECRET, now=NOW)

    assert event.data is None
    assert "po_1" == event.body["data"]["payout"]["payout_id"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"webhook-signature": "v1," + base64.b64encode(b"x" * 32).decode()}, "No signature fits"),
        ({"webhook-signature": "v1,???"}, "No signature fits"),
        ({"webhook-signature": "v2,abc"}, "no webhook-id, or no webhook-signature"),
        ({"webhook-signature": ""}, "no webhook-id, or no webhook-signature"),
        ({"webhook-id": ""}, "no webhook-id"),
        ({"webhook-id": "evt_2"}, "No signature fits"),
        ({"webhook-id": "evt_\udcff"}, "no webhook-id"),  # as some servers hand on bytes that are no text
        ({"webhook-timestamp": "yesterday"}, "no Unix time"),
        ({"webhook-timestamp": str(NOW + 1)}, "No signature fits"),
    ],
)
def test_what_was_changed_is_refused(change: dict[str, str], words: str) -> None:
    with pytest.raises(webhooks.SignatureError, match=words):
        webhooks.verify(BODY, signed() | change, SECRET, now=NOW)


@pytest.mark.parametrize("late", [301, -301])
def test_what_is_too_old_or_of_the_future_is_refused(late: int) -> None:
    with pytest.raises(webhooks.SignatureError, match="too old"):
        webhooks.verify(BODY, signed(), SECRET, now=NOW + late)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_???", "secret"])
def test_a_secret_that_would_verify_anything_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhooks.verify(BODY, signed(), secret, now=NOW)


def test_a_signed_body_that_is_no_event_is_refused() -> None:
    with pytest.raises(webhooks.SignatureError, match="no event"):
        webhooks.verify(b"[]", signed(b"[]"), SECRET, now=NOW)


def test_a_body_that_was_parsed_already_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        webhooks.verify(BODY.decode(), signed(), SECRET, now=NOW)  # type: ignore[arg-type] # that is the mistake


def test_the_known_answer_of_the_standard_is_verified() -> None:
    from corridor_client_runtime import hooks

    known = json.loads(corpora.path("standard-webhooks/known-answer.json").read_text())
    at = known["webhook-timestamp"]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = {name: str(known[name]) for name in names}

    hooks.check(known["payload"].encode(), headers, known["secret"], now=at)


def test_all_vectors_of_the_standard_are_judged_right() -> None:
    from corridor_client_runtime import hooks

    found = json.loads(corpora.path("webhook-vectors/dev.json").read_text())["vectors"]
    vectors = [each for each in found if "standard-webhooks" in each["scheme"] and each["secret"].startswith("whsec_")]
    wrong = []
    for each in vectors:
        try:
            hooks.check(each["body"].encode(), each["headers"], each["secret"], now=each["now"])
            verdict = "accept"
        except hooks.SignatureError:
            verdict = "reject"
        if verdict != each["expect"]:
            wrong.append((each["case"], verdict, each["reason"]))

    assert vectors
    assert [] == wrong


def test_the_signature_is_over_the_bytes_that_came() -> None:
    digest = hmac.digest(b"k" * 32, b"evt_1." + str(NOW).encode() + b"." + BODY, "sha256")

    assert signed()["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
