"""Characters that no client sends are refused like any other wrong value: nothing breaks, and no stack is logged."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from corridor.access.v1 import sign_in_service_pb2 as pages
from corridor.access.v1 import test_provider_service_pb2 as provider
from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.oauth import oauth_client as oauth
from tests.serving import Client, Running, running

BACK = "https://client.example/bye"


@pytest.fixture(scope="module")
def trying(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the test provider."""
    url = fresh_database(postgres, f"odd_{worker()}", template=migrated)
    with running(url, tmp_path_factory.mktemp("odd"), test_provider=True) as found:
        yield found


def test_a_secret_of_other_letters_is_a_wrong_one(trying: Running) -> None:
    basic = base64.b64encode(b"co_x:%C3%A9").decode()
    raw = RawRequest(headers=[RawHeader(name="authorization", value=f"Basic {basic}".encode())], body=b"code=x")

    answered = Client(trying.address, "").call(
        "TestProviderService/RedeemTestProviderCode", provider.RedeemTestProviderCodeRequest(request=raw)
    )

    assert (400, {"error": "invalid_client"}) == (answered.response.status, json.loads(answered.response.body))


def test_a_wish_for_the_way_back_that_is_no_text_is_none(trying: Running) -> None:
    client = oauth.make(trying, post_logout_redirect_uris=[BACK])
    wish = {"client_id": client.client_id, "post_logout_redirect_uri": BACK, "state": "\ud800"}
    note = base64.urlsafe_b64encode(json.dumps(wish).encode()).decode()
    request = pages.SignOutRequest(request=RawRequest(query=urlencode({"state": note})))

    answered = Client(trying.address, "").call("SignInService/SignOut", request)

    assert {"location": BACK} == {h.name: h.value.decode() for h in answered.response.headers if h.name == "location"}
