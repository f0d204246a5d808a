"""What a company may do with a dispute: gather evidence while it waits, and respond once."""

import pytest

from corridor.payments.v1 import dispute_pb2 as states
from corridor.payments.v1 import dispute_service_pb2 as api
from corridor.payments.v1.dispute_pb2 import DisputeEvidence
from tests.server import people
from tests.server.domains.payments.court import (
    ACCEPTING,
    LOST,
    NEEDS_RESPONSE,
    PDF,
    SUBMITTING,
    UNDER_REVIEW,
    WON,
    Court,
)
from tests.serving import LIVE, Refused

PNG = b"\x89PNG\r\n\x1a\n...."
JPEG = b"\xff\xd8\xff\xe0...."


def test_evidence_is_kept_as_it_was_written_last(court: Court) -> None:
    dispute = court.opened()
    court.gather(dispute, customer_name="A", other_text="first")

    court.gather(dispute, other_text="second")

    assert DisputeEvidence(other_text="second") == court.now(dispute).evidence


def test_a_document_is_kept_without_being_shown(court: Court) -> None:
    dispute = court.opened()

    made = court.adds(dispute)

    (shown,) = court.now(dispute).documents
    assert (made, b"") == (shown, shown.content)
    assert (len(PDF), "receipt.pdf", "application/pdf") == (made.size_bytes, made.file_name, made.content_type)


def test_a_documents_content_is_stored_sealed(court: Court) -> None:
    dispute = court.opened()
    court.adds(dispute, PDF + b"CANARY-content", file_name="CANARY-name.pdf")

    with people.rows(court.till.corridor, court.till.client) as rows:
        found = rows.execute(
            "SELECT content FROM corridor.dispute_documents UNION ALL SELECT message FROM corridor.disputes"
        ).fetchall()

    assert 2 == len(found)
    assert not [stored for (stored,) in found if b"CANARY" in stored]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(PNG, "application/pdf"), (PDF, "image/png"), (PDF, "image/jpeg"), (b"<html>", "application/pdf")],
)
def test_a_document_must_be_what_it_says(court: Court, content: bytes, content_type: str) -> None:
    dispute = court.opened()
    request = court.document(dispute, content, content_type=content_type)

    refused = people.refused(court.till.client, "DisputeService/AddDisputeDocument", request)

    assert ("EVIDENCE_DOCUMENT_INVALID", ["content"]) == (refused.reason, refused.fields)


@pytest.mark.parametrize(("content", "content_type"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_pictures_are_documents_too(court: Court, content: bytes, content_type: str) -> None:
    assert content_type == court.adds(court.opened(), content, content_type=content_type).content_type


def test_a_document_of_2_mib_is_taken_and_a_larger_one_is_not(court: Court) -> None:
    dispute, most = court.opened(), 2 << 20

    assert most == court.adds(dispute, PDF.ljust(most, b" ")).size_bytes
    with pytest.raises(Refused) as refused:
        court.adds(dispute, PDF.ljust(most + 1, b" "))
    assert "INVALID_ARGUMENT" == refused.value.reason


def test_a_dispute_has_ten_documents_at_most_and_none_twice(court: Court) -> None:
    dispute = court.opened()
    court.adds(dispute)

    again = people.refused(court.till.client, "DisputeService/AddDisputeDocument", court.document(dispute))
    for number in range(9):
        court.adds(dispute, PDF + str(number).encode())
    eleventh = court.document(dispute, PDF + b"more")
    one_too_many = people.refused(court.till.client, "DisputeService/AddDisputeDocument", eleventh)

    assert "EVIDENCE_DOCUMENT_INVALID" == again.reason == one_too_many.reason
    assert 10 == len(court.now(dispute).documents)


def test_a_document_that_is_removed_is_destroyed(court: Court) -> None:
    dispute = court.opened()
    document = court.adds(dispute)
    request = api.RemoveDisputeDocumentRequest(
        dispute_id=dispute.dispute_id, dispute_document_id=document.dispute_document_id
    )

    court.till.client.call("DisputeService/RemoveDisputeDocument", request)

    again = people.refused(court.till.client, "DisputeService/RemoveDisputeDocument", request)
    assert ("NOT_FOUND", 0) == (again.reason, len(court.now(dispute).documents))
    with people.rows(court.till.corridor, court.till.client) as rows:
        assert [] == rows.execute("SELECT FROM corridor.dispute_documents").fetchall()


def test_nothing_is_no_evidence(court: Court) -> None:
    dispute = court.opened()
    court.gather(dispute, defence_reason_code="4853")  # a code alone says nothing

    assert "EVIDENCE_EMPTY" == court.refusal(dispute, "SubmitDisputeEvidence")


def test_evidence_is_too_late_after_the_due_time(court: Court) -> None:
    dispute = court.opened(due_days=-0.001)
    court.gather(dispute, other_text="It was sent.")

    assert "EVIDENCE_TOO_LATE" == court.refusal(dispute, "SubmitDisputeEvidence")


def test_a_submission_is_on_its_way_at_once(court: Court) -> None:
    dispute = court.opened()
    court.gather(dispute, other_text="It was sent.")

    made = court.submits(dispute)

    assert (SUBMITTING, 1) == (made.state, made.response_count)
    assert ["dispute.opened", "dispute.submitting"] == court.events(dispute)
    assert "disputes.respond" in court.work(dispute)


def test_the_same_key_submits_once(court: Court) -> None:
    dispute = court.opened()
    court.gather(dispute, other_text="It was sent.")

    assert court.submits(dispute, key="k") == court.submits(dispute, key="k")
    assert 1 == court.now(dispute).response_count


@pytest.mark.parametrize(
    "name", ["SubmitDisputeEvidence", "AcceptDispute", "UpdateDisputeEvidence", "RemoveDisputeDocument"]
)
@pytest.mark.parametrize("state", [UNDER_REVIEW, WON, LOST])
def test_only_a_dispute_that_waits_can_be_answered(court: Court, name: str, state: int) -> None:
    dispute = court.says(state, 1)
    more = {
        "UpdateDisputeEvidence": {"evidence": DisputeEvidence(other_text="more")},
        "RemoveDisputeDocument": {"dispute_document_id": "doc_" + "0" * 26},
    }.get(name, {})

    assert "DISPUTE_NOT_OPEN" == court.refusal(dispute, name, **more)


def test_a_dispute_is_not_accepted_while_evidence_is_on_its_way(court: Court) -> None:
    dispute = court.opened()
    court.gather(dispute, other_text="It was sent.")
    court.submits(dispute)

    assert "DISPUTE_NOT_OPEN" == court.refusal(dispute, "AcceptDispute")


def test_a_dispute_is_accepted_once(court: Court) -> None:
    dispute = court.opened()

    assert ACCEPTING == court.accepts(dispute).state
    assert "DISPUTE_NOT_OPEN" == court.refusal(dispute, "AcceptDispute")
    assert ["dispute.opened", "dispute.accepting"] == court.events(dispute)


def test_what_was_said_before_the_response_arrived_changes_nothing(court: Court) -> None:
    dispute = court.opened()
    court.accepts(dispute)

    court.says(NEEDS_RESPONSE, 2)

    assert ACCEPTING == court.now(dispute).state


def test_that_an_accepted_dispute_is_lost_means_that_the_acceptance_has_arrived(court: Court) -> None:
    dispute = court.opened()
    court.accepts(dispute)

    court.says(LOST, 2)

    assert states.DISPUTE_STATE_ACCEPTED == court.now(dispute).state


def test_disputes_are_listed_by_state_payment_and_due_time(court: Court) -> None:
    soon = court.opened(due_days=1)
    late = court.opened(provider_reference="dp_2", due_days=20)
    won = court.says(WON, 1, provider_reference="dp_3")

    assert [won, late, soon] == court.listed(payment_id=court.payment.payment_id)
    assert [won] == court.listed(states=[WON])
    assert [soon] == court.listed(due_before=late.evidence_due_time)
    assert [] == court.listed(payment_id="pay_" + "0" * 26)


def test_a_list_goes_on_where_its_page_ended(court: Court) -> None:
    for number in range(3):
        court.says(NEEDS_RESPONSE, 1, provider_reference=f"dp_{number}")
    first = court.till.client.call("DisputeService/ListDisputes", api.ListDisputesRequest(page_size=2))
    rest = court.listed(page_size=2, page_token=first.next_page_token)

    assert ["dp_2", "dp_1", "dp_0"] == [each.provider_reference for each in [*first.disputes, *rest]]


@pytest.mark.parametrize(
    "name",
    ["GetDispute", "GetDisputeTimeline", "SubmitDisputeEvidence", "AcceptDispute", "UpdateDisputeEvidence"],
)
def test_a_dispute_of_others_does_not_exist(court: Court, name: str) -> None:
    dispute = court.opened()
    request = getattr(api, f"{name}Request")(dispute_id=dispute.dispute_id)
    if name == "UpdateDisputeEvidence":
        request.evidence.other_text = "mine"

    live = court.till.corridor.client(court.till.company_id, LIVE)
    for client in (court.till.corridor.client(), live):
        refused = people.refused(client, f"DisputeService/{name}", request, key=people.new_key())
        assert "NOT_FOUND" == refused.reason


def test_scopes_divide_reading_answering_and_giving_up(court: Court) -> None:
    dispute = court.opened()
    reader = court.till.corridor.client(court.till.company_id, scopes=["disputes:read"])
    manager = court.till.corridor.client(court.till.company_id, scopes=["disputes:manage"])
    accept = api.AcceptDisputeRequest(dispute_id=dispute.dispute_id)
    evidence = api.UpdateDisputeEvidenceRequest(dispute_id=dispute.dispute_id, evidence=DisputeEvidence(other_text="x"))

    manager.call("DisputeService/UpdateDisputeEvidence", evidence)
    reader.call("DisputeService/GetDispute", api.GetDisputeRequest(dispute_id=dispute.dispute_id))

    assert "PERMISSION_DENIED" == people.refused(reader, "DisputeService/UpdateDisputeEvidence", evidence).reason
    assert "PERMISSION_DENIED" == people.refused(manager, "DisputeService/AcceptDispute", accept, key="k").reason
