"""A secret is shown again only to who could have made it: an idempotency key alone shows nobody anything."""

import pytest

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.access.v1 import oauth_client_service_pb2 as clients
from corridor.approvals.v1 import approval_pb2
from tests.server import people
from tests.server.approvals.office import Office, rule
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.oauth import oauth_client as oauth
from tests.serving import Running

__all__ = ["bridge", "busy", "flow"]
CREATE = "ApiKeyService/CreateApiKey"
ROTATE = "ApiKeyService/RotateApiKey"


def test_a_rotated_client_secret_is_not_replayed_to_who_lacks_the_clients_scopes(corridor: Running) -> None:
    company_id = corridor.company()
    strong = corridor.client(company_id)
    client = oauth.make(corridor, strong)
    weak = corridor.client(company_id, scopes=["clients:manage"])
    request = clients.RotateOAuthClientSecretRequest(oauth_client_id=client.client_id, overlap_hours=1)
    made = strong.call("OAuthClientService/RotateOAuthClientSecret", request, key="rotate-1")

    refusal = people.refused(weak, "OAuthClientService/RotateOAuthClientSecret", request, key="rotate-1")

    assert made.secret
    assert "PERMISSION_DENIED" == refusal.reason


def test_who_made_the_secret_is_shown_it_again(corridor: Running) -> None:
    strong = corridor.client()
    client = oauth.make(corridor, strong)
    request = clients.RotateOAuthClientSecretRequest(oauth_client_id=client.client_id, overlap_hours=1)

    first, again = (
        strong.call("OAuthClientService/RotateOAuthClientSecret", request, key="rotate-2").secret for _ in range(2)
    )

    assert first == again


def test_narrowing_a_replaced_key_does_not_show_the_secret_of_its_successor(corridor: Running) -> None:
    company_id = corridor.company()
    strong = corridor.client(company_id)
    made = strong.call(CREATE, keys.CreateApiKeyRequest(title="t", scopes=["payouts:create"]), key=people.new_key())
    old = made.api_key.api_key_id
    request = keys.RotateApiKeyRequest(api_key_id=old, overlap_hours=1)
    strong.call(ROTATE, request, key="rotate-3")
    weak = corridor.client(company_id, scopes=["keys:manage"])
    narrowed = keys.UpdateApiKeyRequest(api_key_id=old, title="t", scopes=["keys:manage"])
    weak.call("ApiKeyService/UpdateApiKey", narrowed)

    assert "PERMISSION_DENIED" == people.refused(weak, ROTATE, request, key="rotate-3").reason


def test_a_key_without_restrictions_is_not_replayed_to_one_with_them(corridor: Running) -> None:
    company_id = corridor.company()
    strong = corridor.client(company_id)
    request = keys.CreateApiKeyRequest(title="t", scopes=["keys:read"])
    strong.call(CREATE, request, key="create-1")
    bound = keys.CreateApiKeyRequest(
        title="bound", scopes=["keys:manage", "keys:read"], allowed_ranges=["127.0.0.0/8", "::1/128"]
    )
    made = strong.call(CREATE, bound, key=people.new_key())
    weak = corridor.client(company_id)
    weak.key = made.secret

    assert "PERMISSION_DENIED" == people.refused(weak, CREATE, request, key="create-1").reason


@pytest.mark.parametrize("ruled", [True, False])
def test_a_key_made_by_approval_is_not_shown_to_a_weaker_key(busy: Running, ruled: bool) -> None:
    office = Office(busy)
    office.put(rule("corridor.access.v1.ApiKeyService.CreateApiKey"))
    request = keys.CreateApiKeyRequest(title="t", scopes=["payouts:create"])
    office.approve(waiting := office.asked(request, CREATE, key="new"))
    office.reaches(waiting, approval_pb2.APPROVAL_STATE_EXECUTED)
    weak = busy.client(office.company_id, scopes=["keys:manage"])
    if not ruled:
        office.put()

    refusal = people.refused(weak, CREATE, request, key="new")

    assert "PERMISSION_DENIED" == refusal.reason
    assert office.maker.call(CREATE, request, key="new").secret
    office.close()
