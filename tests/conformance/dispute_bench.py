"""Disputes on the bench: how they are opened, answered, accepted and found again, and what webhooks said of them.

Rule: a dispute here is what the server would know of it, so that adapters are told no more than in earnest.
"""

import base64
from typing import Any

import pytest

from adapters.kit.errors import Unavailable
from corridor.payments.v1.dispute_observation_pb2 import DisputeObservation
from corridor.payments.v1.dispute_pb2 import (
    Dispute,
    DisputeDocument,
    DisputeDocumentType,
    DisputeEvidence,
    DisputeState,
)
from corridor.payments.v1.payment_pb2 import Payment
from tests.conformance.bench import Bench
from tests.conformance.fixtures import DisputeFixtures
from tests.conformance.payment_bench import captured, new_id, observations

S = DisputeState

EVIDENCE = DisputeEvidence(
    product_description="Canary-Lamp",
    customer_name="Zebedee-Quillfeather",
    customer_email="zebedee@canary.example",
    shipping_carrier="Canary-Freight",
    shipping_tracking_number="CANARY-998877",
    shipping_date="2026-11-02",
    other_text="Left-with-the-canary",
)
DOCUMENT = b"%PDF-1.4 canary-receipt"
CANARIES = ("Canary-Lamp", "Zebedee-Quillfeather", "zebedee@canary.example", "Left-with-the-canary", "canary-receipt",
            base64.b64encode(DOCUMENT).decode())  # fmt: skip


def fixtures_of(bench: Bench) -> DisputeFixtures:
    """The provider's fixtures for disputes."""
    assert bench.fixtures.disputes is not None, f"{bench.provider.name} gives no fixtures for disputes"
    return bench.fixtures.disputes


def of_payment(bench: Bench, of: Payment) -> list[DisputeObservation]:
    """What genuine webhooks said of a payment's disputes, in the order of their arrival."""
    return [
        seen
        for seen in observations(bench)
        if isinstance(seen, DisputeObservation)
        and (seen.payment_id == of.payment_id or seen.payment_reference == of.provider_reference)
    ]


def opened(bench: Bench, reason: str = "") -> tuple[Payment, DisputeObservation]:
    """A payment that is disputed, and what the webhook said of it."""
    taken = captured(bench)
    fixtures = fixtures_of(bench)
    fixtures.open(bench.simulator, taken.payment_id, reason or next(iter(fixtures.reasons)))
    bench.wait_until(lambda: bool(of_payment(bench, taken)), 10.0)
    return taken, of_payment(bench, taken)[-1]


def dispute(bench: Bench) -> Dispute:
    """A dispute as the server hands it to an adapter."""
    taken, seen = opened(bench)
    return Dispute(
        dispute_id=new_id("dsp"),
        payment_id=taken.payment_id,
        state=seen.state,
        stage=seen.stage,
        amount=seen.amount,
        reason=seen.reason,
        network_reason_code=seen.network_reason_code,
        provider_reason_code=seen.provider_reason_code,
        provider_reference=seen.provider_reference,
        evidence_due_time=seen.evidence_due_time,
        evidence=EVIDENCE,
    )


def document() -> DisputeDocument:
    """A document of the evidence, with its content."""
    return DisputeDocument(
        dispute_document_id=new_id("doc"),
        type=DisputeDocumentType.DISPUTE_DOCUMENT_TYPE_RECEIPT,
        file_name="receipt.pdf",
        content_type="application/pdf",
        size_bytes=len(DOCUMENT),
        content=DOCUMENT,
    )


def submit(bench: Bench, wanted: Dispute, documents: "list[DisputeDocument] | None" = None, **changes: Any) -> Any:
    """Send the evidence, always under the dispute's one key for it."""
    call = bench.call(f"key-{wanted.dispute_id}-1", operation="submit_evidence", **changes)
    return bench.adapter.submit_evidence(call, wanted, documents or [])


def accept(bench: Bench, wanted: Dispute, **changes: Any) -> Any:
    """Accept it."""
    call = bench.call(f"key-{wanted.dispute_id}-2", operation="accept_dispute", **changes)
    return bench.adapter.accept_dispute(call, wanted)


def look_up(bench: Bench, wanted: Dispute, **changes: Any) -> Any:
    """What the provider knows of it."""
    return bench.adapter.look_up_dispute(bench.call("", operation="look_up_dispute", **changes), wanted)


def stands(bench: Bench, wanted: Dispute, *states: "DisputeState.ValueType") -> bool:
    """Whether the provider says that a dispute is in one of the states: asked, or by webhook if it cannot be asked."""
    if fixtures_of(bench).look_up:
        return look_up(bench, wanted).state in states
    bench.wait_until(lambda: told_of(bench, wanted)[-1].state in states, 10.0)
    return True


def can_be_asked(bench: Bench) -> None:
    """Skip where the provider cannot be asked about a dispute; it says so."""
    if not fixtures_of(bench).look_up:
        with pytest.raises(Unavailable):
            look_up(bench, dispute(bench))
        pytest.skip(f"{bench.provider.name} cannot be asked about a dispute")


def told_of(bench: Bench, wanted: Dispute) -> list[DisputeObservation]:
    """What genuine webhooks said of a dispute, in the order of their arrival."""
    return [
        seen
        for seen in observations(bench)
        if isinstance(seen, DisputeObservation) and seen.provider_reference == wanted.provider_reference
    ]
