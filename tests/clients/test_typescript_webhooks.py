"""The TypeScript client believes the deliveries that Corridor signs, and no others."""

import json
from typing import Any

import pytest

from adapters.kit.webhooks import standard_signature
from tests.clients.typescript import built, node

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx"
AT = 1_790_000_000
EVENT = json.dumps({"event_id": "evt_1", "type": "payout.settled", "data": {"note": "größer"}}, ensure_ascii=False)
PROGRAM = """
import { verifyWebhook } from "corridor-client";
const found = [];
for (const each of JSON.parse(process.env.DELIVERIES)) {
  try { found.push((await verifyWebhook(each)).type); } catch (thrown) { found.push(thrown.name); }
}
console.log(JSON.stringify(found));
"""


def delivery(body: str = EVENT, secret: Any = SECRET, now: int = AT, signed_by: str = SECRET, **headers: str) -> Any:
    """A delivery as `verifyWebhook` takes it."""
    signature = standard_signature("evt_1", AT, EVENT.encode(), signed_by)
    told = {"webhook-id": "evt_1", "webhook-timestamp": str(AT), "webhook-signature": signature}
    return {"body": body, "secret": secret, "now": now, "headers": told | headers}


CASES = {
    "as it was signed": ("payout.settled", delivery()),
    "by any letter case": ("payout.settled", {**delivery(), "headers": {
        name.title(): value for name, value in delivery()["headers"].items()}}),
    "by one of two secrets": ("payout.settled", delivery(secret=[OTHER, SECRET])),
    "beside another signature": ("payout.settled", delivery(**{
        "webhook-signature": "v1,AAAA " + delivery()["headers"]["webhook-signature"]})),
    "at the edge of time": ("payout.settled", delivery(now=AT + 300)),
    "by another secret": ("WebhookRefused", delivery(signed_by=OTHER)),
    "with another body": ("WebhookRefused", delivery(body=EVENT.replace("settled", "failed"))),
    "with another id": ("WebhookRefused", delivery(**{"webhook-id": "evt_2"})),
    "with another time": ("WebhookRefused", delivery(**{"webhook-timestamp": str(AT + 1)})),
    "too old": ("WebhookRefused", delivery(now=AT + 301)),
    "of the future": ("WebhookRefused", delivery(now=AT - 301)),
    "without a signature": ("WebhookRefused", delivery(**{"webhook-signature": ""})),
    "with a broken signature": ("WebhookRefused", delivery(**{"webhook-signature": "v1,%%%"})),
    "with a signature of another version": ("WebhookRefused", delivery(**{
        "webhook-signature": delivery()["headers"]["webhook-signature"].replace("v1,", "v2,")})),
    "with a time that is none": ("WebhookRefused", delivery(**{"webhook-timestamp": "soon"})),
    "without a secret": ("TypeError", delivery(secret="")),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What the client made of each."""
    built()
    done = node(PROGRAM, {"DELIVERIES": json.dumps([each for _, each in CASES.values()])}, module=True)
    assert 0 == done.returncode, done.stderr
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_delivery(found: dict[str, str], case: str) -> None:
    assert CASES[case][0] == found[case]
