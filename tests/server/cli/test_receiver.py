"""The demo's own check of signatures, against the package of those who wrote the specification."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from server.cli.receiver import verifies

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = b'{"event_id": "evt_1"}'


def signed(secret: str = SECRET, *, age: timedelta = timedelta(0)) -> dict[str, str]:
    at = datetime.now(UTC) - age
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", at, BODY.decode()),
    }


def test_a_signature_is_taken() -> None:
    assert verifies(SECRET, signed(), BODY)


def test_one_good_signature_among_several_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"

    assert verifies(SECRET, headers, BODY)


@pytest.mark.parametrize(
    ("secret", "headers", "body"),
    [
        (SECRET, signed("whsec_" + base64.b64encode(b"x" * 32).decode()), BODY),
        (SECRET, signed(), BODY + b" "),
        (SECRET, signed() | {"webhook-id": "evt_2"}, BODY),
        (SECRET, signed(age=timedelta(minutes=6)), BODY),
        (SECRET, {}, BODY),
        ("", signed(), BODY),
    ],
    ids=["forged", "altered", "another id", "stale", "unsigned", "no secret"],
)
def test_a_signature_that_does_not_hold_is_refused(secret: str, headers: dict[str, str], body: bytes) -> None:
    assert not verifies(secret, headers, body)
