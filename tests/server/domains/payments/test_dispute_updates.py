"""Evidence is updated like everything else: a part or all of it, only if nothing changed meanwhile, once for a key."""

import pytest

from corridor.payments.v1 import dispute_service_pb2 as api
from corridor.payments.v1.dispute_pb2 import DisputeEvidence
from tests.server import people, updating
from tests.server.domains.payments.court import Court
from tests.server.updating import Case, Update
from tests.serving import Refused


def evidence(court: Court) -> Update:
    """An opened dispute with evidence of two texts."""
    opened = court.opened()
    texts = DisputeEvidence(customer_name="A", other_text="first")
    request = api.UpdateDisputeEvidenceRequest(dispute_id=opened.dispute_id, evidence=texts)
    return updating.start(court.till.client, "UpdateDisputeEvidence", Case(lambda _: request, "other_text", "second"))


def test_one_text_changes_and_the_others_stay(court: Court) -> None:
    update = evidence(court)
    before = update.now()

    answered = update.patches()

    assert update.changed(before) == updating.plain(answered)
    assert answered == update.now()
    assert DisputeEvidence(customer_name="A", other_text="first") == update.puts().evidence  # type: ignore[attr-defined] # it is a dispute


def test_evidence_changes_only_with_the_etag_of_the_dispute(court: Court) -> None:
    update = evidence(court)
    before = update.now()
    update.patches(if_match=f'"{before.etag}"')  # type: ignore[attr-defined] # it is a dispute
    after = update.now()

    for path in ("", "nonsense"):
        with pytest.raises(Refused) as caught:
            update.patches(path, if_match=f'"{before.etag}"')  # type: ignore[attr-defined] # as above
        assert ("INVALID_ARGUMENT" if path else "ETAG_MISMATCH") == caught.value.reason
    submit = api.SubmitDisputeEvidenceRequest(dispute_id=before.dispute_id)  # type: ignore[attr-defined] # as above
    path = "DisputeService/SubmitDisputeEvidence"
    refused = people.refused(update.client, path, submit, key="k", if_match=f'"{before.etag}"')  # type: ignore[attr-defined] # as above
    assert "ETAG_MISMATCH" == refused.reason
    assert after == update.now()
