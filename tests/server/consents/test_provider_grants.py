"""Tokens that providers issued: kept sealed under a consent, and revoked at the provider when it ends."""

import httpx
import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Grants
from adapters.kit.simulator import Fault
from corridor.access.v1 import consent_pb2 as pb
from corridor.access.v1 import consent_service_pb2 as api
from corridor.access.v1.consent_pb2 import Consent, ProviderGrant
from corridor.operations.v1 import work_item_pb2
from server.platform.access.consents import provider_grants
from tests.server import people
from tests.server.consents import given
from tests.server.flows.stage import Stage, Vendor
from tests.serving import Running, until

STOPPED = pb.CONSENT_DEPENDENT_STATE_STOPPED
NOT_STOPPED = pb.CONSENT_DEPENDENT_STATE_NOT_STOPPED


def issued(vendor: Vendor) -> tuple[str, str]:
    """The id and token of a new grant at the vendor."""
    authorization = {"Authorization": f"Bearer {vendor.fixtures.credentials['api_key']}"}
    made = httpx.post(f"{vendor.simulator.url}/v1/grants", headers=authorization).json()
    return made["id"], made["token"]


def status(vendor: Vendor, grant_id: str) -> str:
    """Where a grant stands at the vendor."""
    kept = vendor.simulator.store.get("grant", grant_id)
    assert kept is not None
    return str(kept["grant"]["status"])


def add(flow: Stage, consent: Consent, vendor: Vendor, token: str) -> ProviderGrant:
    """A grant that rests on a consent."""
    request = api.AddProviderGrantRequest(
        consent_id=consent.consent_id, connection_id=vendor.connection_id, token=token
    )
    made: ProviderGrant = flow.client.call(
        "ConsentService/AddProviderGrant", request, key=people.new_key()
    ).provider_grant
    return made


def state(flow: Stage, consent: Consent, grant: ProviderGrant) -> int:
    """What has become of a grant."""
    return given.dependents(flow.client, consent)[grant.provider_grant_id]


def test_a_revoked_consent_revokes_the_token_at_the_provider(flow: Stage, busy: Running) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    grant_id, token = issued(vendor)
    grant = add(flow, consent, vendor, token)

    given.revoke(flow.client, consent)
    until(lambda: state(flow, consent, grant) == STOPPED, seconds=60)

    assert "revoked" == status(vendor, grant_id)
    with people.rows(busy, flow.client) as connection:
        row = connection.execute("SELECT token, end_time IS NOT NULL FROM corridor.provider_grants").fetchone()
    assert (None, True) == row


@pytest.mark.parametrize("kind", ["refuse", "reset", "lost_answer", "error_after", "half_body", "html"])
def test_it_is_asked_again_until_it_has_confirmed(flow: Stage, kind: str) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    grant_id, token = issued(vendor)
    grant = add(flow, consent, vendor, token)
    vendor.simulator.fault(Fault(kind), "revoke_grant")  # type: ignore[arg-type] # one of the kinds

    given.revoke(flow.client, consent)
    flow.soon(lambda: state(flow, consent, grant) == STOPPED)

    assert ("revoked", 2) == (status(vendor, grant_id), len(vendor.calls("revoke_grant")))


def test_a_token_that_the_provider_does_not_know_is_over(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    grant = add(flow, consent, vendor, "a-token-of-nobody")

    given.revoke(flow.client, consent)

    until(lambda: state(flow, consent, grant) == STOPPED, seconds=60)


def test_credentials_that_are_refused_are_for_a_person_and_work_once_they_are_right(flow: Stage) -> None:
    vendor = flow.vendor(credentials={"api_key": "revoked-key"})
    consent = given.grant(flow.client)
    grant = add(flow, consent, vendor, "some-token")

    given.revoke(flow.client, consent)
    until(lambda: state(flow, consent, grant) == NOT_STOPPED)
    items = flow.items(grant.provider_grant_id)
    flow.rotate(vendor)

    assert [work_item_pb2.WORK_ITEM_KIND_MISCONFIGURED] == [kind for kind, _ in items]
    flow.soon(lambda: state(flow, consent, grant) == STOPPED)


def test_a_provider_that_stays_away_is_for_a_person_as_well(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    grant = add(flow, consent, vendor, issued(vendor)[1])
    for _ in range(provider_grants.TRIES_BEFORE_PERSON):
        vendor.simulator.fault(Fault("refuse", status=503), "revoke_grant")

    given.revoke(flow.client, consent)
    flow.soon(lambda: flow.items(grant.provider_grant_id), what="a work item")

    assert [work_item_pb2.WORK_ITEM_KIND_EXHAUSTED] == [kind for kind, _ in flow.items(grant.provider_grant_id)]
    flow.soon(lambda: state(flow, consent, grant) == STOPPED)


def test_the_token_is_stored_and_recorded_nowhere_in_the_clear(flow: Stage, busy: Running) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    grant = add(flow, consent, vendor, "canary-token-of-a-provider")
    with people.rows(busy, flow.client) as connection:
        kept = connection.execute("SELECT token FROM corridor.provider_grants").fetchone()
    given.revoke(flow.client, consent)
    until(lambda: state(flow, consent, grant) == STOPPED, seconds=60)

    with people.rows(busy, flow.client) as connection:
        rows = connection.execute("SELECT to_jsonb(a)::text FROM corridor.attempts a").fetchall()
    assert kept is not None
    assert not [text for text in (kept[0].decode("latin-1"), *(row[0] for row in rows)) if "canary" in text]
    assert rows


def test_a_provider_without_tokens_is_refused(flow: Stage) -> None:
    without = next(name for name, provider in providers().items() if not provider.implements(Grants))
    vendor, consent = flow.vendor(without), given.grant(flow.client)
    request = api.AddProviderGrantRequest(
        consent_id=consent.consent_id, connection_id=vendor.connection_id, token="token"
    )

    refusal = people.refused(flow.client, "ConsentService/AddProviderGrant", request, key=people.new_key())

    assert ("INVALID_ARGUMENT", ["connection_id"]) == (refusal.reason, refusal.fields)


def test_an_ended_consent_takes_no_token(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    given.revoke(flow.client, consent)
    request = api.AddProviderGrantRequest(
        consent_id=consent.consent_id, connection_id=vendor.connection_id, token="token"
    )

    refusal = people.refused(flow.client, "ConsentService/AddProviderGrant", request, key=people.new_key())

    assert "CONSENT_NOT_ACTIVE" == refusal.reason
