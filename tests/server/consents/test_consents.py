"""Consents: given, shown, taken back, given again, renewed; and how they end by themselves."""

from collections.abc import Callable
from typing import Any

import pytest

from corridor.access.v1 import consent_pb2 as pb
from corridor.access.v1 import consent_service_pb2 as api
from corridor.access.v1.consent_pb2 import Consent
from server import parts
from server.platform.access.oauth import grants as oauth_grants
from tests.server import people
from tests.server.consents import given
from tests.serving import SANDBOX, Client, Running, until


@pytest.fixture
def client(corridor: Running) -> Client:
    """A client of a new company."""
    return corridor.client()


def again(consent: Consent, **changes: Any) -> api.RestoreConsentRequest:
    """The request to restore a consent."""
    return api.RestoreConsentRequest(consent_id=consent.consent_id, channel=pb.CONSENT_CHANNEL_PAPER, **changes)


def renewal(consent: Consent, **changes: Any) -> api.RenewConsentRequest:
    """The request to renew a consent."""
    return api.RenewConsentRequest(consent_id=consent.consent_id, channel=pb.CONSENT_CHANNEL_PAPER, **changes)


def looked_after(corridor: Running, there: Callable[[], Any]) -> Any:
    """What a condition gives, once the chore has seen to it."""
    chore = parts.stopping_consents(corridor.parts)

    def seen() -> Any:
        chore.look_after()
        return there()

    return until(seen)


def test_a_consent_says_who_gave_it_how_and_who_recorded_it(corridor: Running, client: Client) -> None:
    consent = given.grant(client)

    assert consent == given.now(client, consent)
    assert (pb.CONSENT_STATE_ACTIVE, pb.RECONSENT_STATE_NOT_NEEDED) == (consent.state, consent.reconsent_state)
    assert (pb.CONSENT_CHANNEL_ONLINE, "document-9") == (
        consent.evidence.channel,
        consent.evidence.evidence_reference,
    )
    assert consent.evidence.caller_id.startswith("key_")
    assert ["consent.granted"] == given.events(client, consent.consent_id)


def test_the_same_key_gives_the_same_consent(client: Client) -> None:
    key = people.new_key()
    first, second = (client.call("ConsentService/GrantConsent", given.request(), key=key) for _ in range(2))

    assert first == second


def test_a_revoked_consent_says_who_revoked_it_and_why(client: Client) -> None:
    consent = given.grant(client)

    ended = given.revoke(client, consent, "account closed")

    assert (pb.CONSENT_STATE_REVOKED, "account closed") == (ended.state, ended.revoke_reason)
    assert ended.revoked_by == consent.evidence.caller_id
    assert ["consent.granted", "consent.revoked"] == given.events(client, consent.consent_id)


def test_revoking_twice_changes_nothing(client: Client) -> None:
    consent = given.grant(client)

    assert given.revoke(client, consent, "first") == given.revoke(client, consent, "second")


def test_granting_it_again_restores_it(client: Client) -> None:
    consent = given.grant(client)
    given.revoke(client, consent)

    restored = given.grant(client)

    assert (consent.consent_id, pb.CONSENT_STATE_ACTIVE) == (restored.consent_id, restored.state)
    assert ("", "", False) == (restored.revoke_reason, restored.revoked_by, restored.HasField("revoke_time"))
    assert "consent.restored" == given.events(client, consent.consent_id)[-1]


def test_granting_something_else_is_another_consent(client: Client) -> None:
    consent = given.grant(client)
    given.revoke(client, consent)

    assert consent.consent_id != given.grant(client, purpose="Something else").consent_id


def test_restoring_needs_an_ended_consent(client: Client) -> None:
    consent = given.grant(client)
    assert "STATE_CONFLICT" == people.refused(client, "ConsentService/RestoreConsent", again(consent)).reason
    given.revoke(client, consent)

    restored = client.call("ConsentService/RestoreConsent", again(consent)).consent

    assert (pb.CONSENT_STATE_ACTIVE, pb.CONSENT_CHANNEL_PAPER) == (restored.state, restored.evidence.channel)


def test_a_consent_is_renewed_until_later(client: Client) -> None:
    consent = given.grant(client, expire_time=given.soon(days=40))
    later = given.soon(days=400)

    renewed = client.call("ConsentService/RenewConsent", renewal(consent, expire_time=later)).consent

    assert later.replace(microsecond=0) == renewed.expire_time.ToDatetime(later.tzinfo).replace(microsecond=0)
    assert "consent.renewed" == given.events(client, consent.consent_id)[-1]


def test_an_ended_consent_is_not_renewed(client: Client) -> None:
    consent = given.grant(client)
    given.revoke(client, consent)

    assert "CONSENT_NOT_ACTIVE" == people.refused(client, "ConsentService/RenewConsent", renewal(consent)).reason


def test_an_expiry_in_the_past_is_refused(client: Client) -> None:
    wanted = given.request(expire_time=given.soon(seconds=-1))

    refusal = people.refused(client, "ConsentService/GrantConsent", wanted, key=people.new_key())

    assert ("INVALID_ARGUMENT", ["expire_time"]) == (refusal.reason, refusal.fields)


def test_a_consent_expires_by_itself(corridor: Running, client: Client) -> None:
    consent = given.grant(client, expire_time=given.soon(seconds=0.5))

    looked_after(corridor, lambda: given.now(client, consent).state == pb.CONSENT_STATE_EXPIRED)

    assert pb.RECONSENT_STATE_OVERDUE == given.now(client, consent).reconsent_state
    assert "consent.expired" == given.events(client, consent.consent_id)[-1]


def test_its_subject_is_asked_again_before_it_expires(corridor: Running, client: Client) -> None:
    consent = given.grant(client, expire_time=given.soon(seconds=3), reconsent_days=1)

    looked_after(corridor, lambda: given.now(client, consent).reconsent_state == pb.RECONSENT_STATE_DUE)
    renewed = client.call("ConsentService/RenewConsent", renewal(consent, expire_time=given.soon(days=9))).consent

    assert ["consent.granted", "consent.reconsent_due", "consent.renewed"] == given.events(client, consent.consent_id)
    assert pb.RECONSENT_STATE_NOT_NEEDED == renewed.reconsent_state


def test_consents_are_found_by_subject_and_state(client: Client) -> None:
    other = pb.ConsentSubject(kind=pb.CONSENT_SUBJECT_KIND_BUSINESS, subject_id="customer-17")
    first, second = given.grant(client), given.grant(client, purpose="Another purpose")
    given.grant(client, subject=other)
    given.revoke(client, first)

    def found(**where: Any) -> set[str]:
        listed = client.call("ConsentService/ListConsents", api.ListConsentsRequest(**where)).consents
        return {consent.consent_id for consent in listed}

    assert {first.consent_id, second.consent_id} == found(subject=given.PERSON)
    assert {second.consent_id} == found(subject=given.PERSON, state=pb.CONSENT_STATE_ACTIVE)
    assert 3 == len(found())


def test_another_companys_consent_is_not_there(corridor: Running, client: Client) -> None:
    consent, stranger = given.grant(client), corridor.client()
    named = {"consent_id": consent.consent_id}

    for name, request in {
        "GetConsent": api.GetConsentRequest(**named),
        "RevokeConsent": api.RevokeConsentRequest(**named),
        "RestoreConsent": again(consent),
        "RenewConsent": renewal(consent),
        "ListConsentDependents": api.ListConsentDependentsRequest(**named),
    }.items():
        assert "NOT_FOUND" == people.refused(stranger, f"ConsentService/{name}", request).reason, name
    assert pb.CONSENT_STATE_ACTIVE == given.now(client, consent).state


def test_what_a_person_let_a_client_do_ends_with_their_consent(corridor: Running, client: Client) -> None:
    consent, company_id = given.grant(client), people.company_of(corridor, client)
    with people.rows(corridor, client) as connection:
        end = given.soon(days=1)
        grant_id = oauth_grants.create(
            connection, company_id, SANDBOX, "oc_1", "person", consent.consent_id, ["payouts:create"], "", end
        )

    given.revoke(client, consent)

    with people.rows(corridor, client) as connection:
        grant = oauth_grants.get(connection, company_id, SANDBOX, grant_id)
    assert grant is not None
    assert grant.over
    assert {grant_id: pb.CONSENT_DEPENDENT_STATE_STOPPED} == given.dependents(client, consent)


def test_nothing_about_a_person_is_stored_in_the_clear(corridor: Running, client: Client) -> None:
    consent = given.grant(client, purpose="canary purpose", evidence_reference="canary reference")
    given.revoke(client, consent, "canary reason")

    with people.rows(corridor, client) as connection:
        stored = connection.execute("SELECT subject_digest, same_digest, message FROM corridor.consents").fetchall()

    assert not [word for word in (b"canary", b"customer-17") if any(word in part for row in stored for part in row)]
