"""Erasure: what repeats someone's data is overwritten, money stays, and what was done can be proved."""

import hashlib
import time

import psycopg
import pytest

from corridor.audit.v1 import audit_service_pb2
from corridor.events.v1 import event_service_pb2
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SETTLED, Payout
from corridor.webhooks.v1 import inbound_delivery_service_pb2
from server.kit.context import Caller, Context
from server.platform.vault import erasing
from tests.server import people
from tests.server.flows.stage import Stage
from tests.server.vault.erasure_scene import NAME, PLANTED, REFERENCE, completed, erase, paid, repeated, someone
from tests.serving import SANDBOX, Refused, Running, until


@pytest.fixture
def settled(flow: Stage) -> tuple[Stage, str, Payout]:
    """Someone who was paid once, with all that this leaves behind."""
    stage = flow
    stage.route(stage.vendor())
    beneficiary_id = someone(stage.client)
    payout = stage.reaches(paid(stage, beneficiary_id), PAYOUT_STATE_SETTLED)
    return stage, beneficiary_id, payout


def test_nothing_of_someone_is_left_and_the_money_is(settled: tuple[Stage, str, Payout]) -> None:
    stage, beneficiary_id, payout = settled
    before = repeated(stage.corridor, stage.company_id)
    done = completed(stage, erase(stage.client, beneficiary_id))

    assert {"beneficiaries.message", "payouts.message", "events.message", "idempotency.response"} <= before
    assert set() == repeated(stage.corridor, stage.company_id)
    after = stage.now(payout)
    assert (payout.amount, payout.state, payout.provider_reference, payout.create_time) == (
        after.amount, after.state, after.provider_reference, after.create_time,
    )  # fmt: skip
    assert ("", "", {}) == (after.reference, after.statement_text, dict(after.metadata))
    counts = {each.record: each.count for each in done.counts}
    assert 1 == counts["beneficiaries"] == counts["payouts"]
    assert counts["events"] >= 3


def test_another_beneficiary_keeps_everything(settled: tuple[Stage, str, Payout]) -> None:
    stage, beneficiary_id, _ = settled
    other = someone(stage.client)
    kept = stage.reaches(paid(stage, other), PAYOUT_STATE_SETTLED)
    completed(stage, erase(stage.client, beneficiary_id))

    assert REFERENCE == stage.now(kept).reference
    request = beneficiaries.GetBeneficiaryRequest(beneficiary_id=other)
    found = stage.client.call("BeneficiaryService/GetBeneficiary", request).beneficiary
    assert NAME == found.party.person.family_name


def test_whoever_is_erased_can_be_neither_read_nor_paid(settled: tuple[Stage, str, Payout]) -> None:
    stage, beneficiary_id, _ = settled
    read = beneficiaries.GetBeneficiaryRequest(beneficiary_id=beneficiary_id)
    erase(stage.client, beneficiary_id)

    def refused(name: str, request: object, **how: str) -> str:
        try:
            stage.client.call(name, request, **how)  # type: ignore[arg-type]  # a message
        except Refused as answer:
            return answer.reason
        return ""

    until(lambda: "DATA_ERASED" == refused("BeneficiaryService/GetBeneficiary", read))
    assert "DATA_ERASED" == refused("PayoutService/CreatePayout", people.create(beneficiary_id), key=people.new_key())
    listed = stage.client.call("BeneficiaryService/ListBeneficiaries", beneficiaries.ListBeneficiariesRequest())
    (left,) = [each for each in listed.beneficiaries if each.beneficiary_id == beneficiary_id]
    assert not left.HasField("party")
    assert not left.HasField("bank_account")


def test_another_process_forgets_whom_it_remembers(settled: tuple[Stage, str, Payout]) -> None:
    stage, beneficiary_id, _ = settled
    from server.domains.payouts.beneficiaries import Beneficiaries
    from server.kit.errors import Failure

    elsewhere = Beneficiaries(stage.corridor.parts.store)
    context = Context("req-1", "corr-1", caller=Caller(0, "test", stage.company_id, SANDBOX))
    assert elsewhere.readable(context, beneficiary_id)
    erase(stage.client, beneficiary_id)

    def gone() -> bool:
        try:
            elsewhere.readable(context, beneficiary_id)
        except Failure as failure:
            return failure.name == "DATA_ERASED"
        return False

    began = time.monotonic()
    until(gone)
    assert time.monotonic() - began < erasing.SETTLE_SECONDS  # before anything is overwritten


def test_an_erasure_waits_for_no_payout_that_is_open_but_is_refused(flow: Stage) -> None:
    beneficiary_id = someone(flow.client)
    people.hold_above(flow.client, 1)
    people.payout(flow.client, beneficiary_id)

    with pytest.raises(Refused) as refused:
        erase(flow.client, beneficiary_id)
    assert "STATE_CONFLICT" == refused.value.reason


def test_two_erasures_of_one_do_not_run_together(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = someone(client)
    erase(client, beneficiary_id)

    with pytest.raises(Refused) as refused:
        erase(client, beneficiary_id)
    assert "STATE_CONFLICT" == refused.value.reason


def test_another_companys_beneficiary_is_not_found(corridor: Running) -> None:
    beneficiary_id = someone(corridor.client())

    with pytest.raises(Refused) as refused:
        erase(corridor.client(), beneficiary_id)
    assert "NOT_FOUND" == refused.value.reason


def test_erasing_needs_its_own_scope(corridor: Running) -> None:
    company = corridor.company()
    beneficiary_id = someone(corridor.client(company))

    with pytest.raises(Refused) as refused:
        erase(corridor.client(company, scopes=["vault:detokenize", "beneficiaries:create"]), beneficiary_id)
    assert "PERMISSION_DENIED" == refused.value.reason


def test_a_replay_shows_nothing_of_what_was_erased(settled: tuple[Stage, str, Payout]) -> None:
    stage, _, _ = settled
    key = people.new_key()
    beneficiary_id = someone(stage.client, key)
    completed(stage, erase(stage.client, beneficiary_id))

    assert beneficiary_id == someone(stage.client, key)  # the request is the caller's own; the answer is
    assert "idempotent-replayed" in stage.client.trailers


def test_the_tombstone_says_who_why_and_what_and_the_audit_has_its_digest(settled: tuple[Stage, str, Payout]) -> None:
    stage, beneficiary_id, _ = settled
    done = completed(stage, erase(stage.client, beneficiary_id))
    with psycopg.connect(stage.corridor.parts.settings.owner_database_url) as connection:
        query = """SELECT record, key, field, encode(old_digest, 'hex'), encode(new_digest, 'hex')
            FROM corridor.erased_values WHERE erasure_id = %s ORDER BY number"""
        values = connection.execute(query, (done.erasure_id,)).fetchall()
    written = "".join(f"{record} {' '.join(key)} {field} {old} {new}\n" for record, key, field, old, new in values)
    wanted = audit_service_pb2.ListAuditEntriesRequest(resource_id=done.erasure_id)
    entries = stage.client.call("AuditService/ListAuditEntries", wanted).audit_entries

    assert hashlib.sha256(written.encode()).hexdigest() == done.digest
    assert ("Asked for", "GDPR art. 17") == (done.reason, done.legal_reference)
    assert done.requested_by.startswith("key_")
    assert 2 == sum(entry.action == "erasure.create" for entry in entries)
    assert len(values) == sum(each.count for each in done.counts)


def test_what_is_left_can_still_be_read_everywhere(settled: tuple[Stage, str, Payout]) -> None:
    stage, beneficiary_id, payout = settled
    completed(stage, erase(stage.client, beneficiary_id))

    wanted = payouts.GetPayoutTimelineRequest(payout_id=payout.payout_id)
    timeline = stage.client.call("PayoutService/GetPayoutTimeline", wanted).entries
    events = stage.client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest()).events
    inbound = stage.client.call(
        "InboundDeliveryService/ListInboundDeliveries", inbound_delivery_service_pb2.ListInboundDeliveriesRequest()
    ).inbound_deliveries

    assert {"payout.create", "create_payout"} <= {entry.summary for entry in timeline}
    assert "erasure.completed" in {event.type for event in events}
    assert inbound
    shown = b"".join(each.SerializeToString() for each in (*timeline, *events, *inbound))
    assert not any(value.encode() in shown for value in PLANTED)
