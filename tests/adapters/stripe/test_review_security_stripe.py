"""Events that others than the company can cause: those of connected accounts say nothing of our payments."""

import json

import pytest

from adapters.kit.ports.webhooks import Inbound
from adapters.stripe import wire
from adapters.stripe.adapter import ADAPTER
from tests.adapters.stripe import samples


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "charge.expired", "refund.updated",
                                  "charge.dispute.created", "payout.paid"])  # fmt: skip
def test_an_event_of_a_connected_account_is_not_about_our_payments(kind: str) -> None:
    # Whoever owns a connected account chooses the metadata of its objects: also an id of a payment of ours.
    name = "dispute" if ".dispute." in kind else kind.partition(".")[0]
    metadata = {wire.PAYMENT_ID: "pay_1", wire.PAYOUT_ID: "po_1"}
    of = samples.published(name, metadata=metadata, **({"payment_intent": "pi_1"} if name != "payment_intent" else {}))
    event = json.loads(samples.event(kind, of))

    theirs = ADAPTER.read_webhook(Inbound({}, json.dumps({**event, "account": "acct_theirs"}).encode()))

    assert (event["id"], ()) == (theirs.event_id, tuple(theirs.observations))
