"""Endpoints over gRPC: shown secrets, limits, rotation, and addresses that are refused."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from corridor.webhooks.v1 import endpoint_service_pb2 as api
from corridor.webhooks.v1.endpoint_pb2 import (
    WEBHOOK_ENDPOINT_STATE_DISABLED,
    WEBHOOK_ENDPOINT_STATE_ENABLED,
    WebhookEndpoint,
)
from server.store.embedded import Embedded
from tests.database import fresh_database
from tests.server.webhooks.scene import Scene
from tests.serving import LIVE, SANDBOX, Refused, Running, running

URL = "https://127.0.0.1:9/hooks"


@pytest.fixture(scope="module")
def strict(postgres: Embedded, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server as in production: endpoints have public addresses only."""
    url = fresh_database(postgres, "strict_endpoints", template=migrated)
    with running(url, tmp_path_factory.mktemp("strict"), allow_private_endpoints=False) as found:
        yield found


def rotate(scene: Scene, endpoint: WebhookEndpoint, hours: int, key: str) -> api.RotateWebhookSecretResponse:
    """The answer to a rotation."""
    request = api.RotateWebhookSecretRequest(webhook_endpoint_id=endpoint.webhook_endpoint_id, overlap_hours=hours)
    found: api.RotateWebhookSecretResponse = scene.client.call(
        "WebhookEndpointService/RotateWebhookSecret", request, key=key
    )
    return found


def refusal(call: Any, *arguments: Any, **named: Any) -> Refused:
    """How a call is refused."""
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    return refused.value


def rows(scene: Scene, table: str) -> str:
    """Everything that a table holds of the company, as its owner sees it."""
    with psycopg.connect(scene.corridor.parts.store.url) as connection:
        query = sql.SQL("SELECT * FROM corridor.{} WHERE company_id = %s").format(sql.Identifier(table))
        return str(connection.execute(query, (scene.company_id,)).fetchall())


def test_a_new_endpoint_receives_and_has_one_secret(scene: Scene) -> None:
    endpoint, secret = scene.endpoint(URL, "payout.settled", "payout.failed")

    assert (URL, ["payout.failed", "payout.settled"]) == (endpoint.url, list(endpoint.event_types))
    assert (WEBHOOK_ENDPOINT_STATE_ENABLED, 1, SANDBOX) == (
        endpoint.state, endpoint.active_secrets, endpoint.environment,
    )  # fmt: skip
    assert secret.startswith("whsec_")
    assert endpoint == scene.stored(endpoint)


def test_a_repeated_creation_shows_the_same_secret(scene: Scene) -> None:
    first = scene.endpoint(URL)

    assert first == scene.endpoint(URL)
    assert "true" == scene.client.trailers["idempotent-replayed"]


def test_a_secret_is_stored_nowhere_in_the_clear(scene: Scene) -> None:
    _, secret = scene.endpoint(URL)

    assert not [
        table for table in ("idempotency", "secrets", "webhook_endpoints", "audit") if secret in rows(scene, table)
    ]


def test_a_rotation_keeps_two_secrets_at_most(scene: Scene) -> None:
    endpoint, first = scene.endpoint(URL)

    second, third = rotate(scene, endpoint, 24, "a"), rotate(scene, endpoint, 24, "b")

    assert (2, 2) == (second.webhook_endpoint.active_secrets, third.webhook_endpoint.active_secrets)
    assert 3 == len({first, second.secret, third.secret})


def test_a_rotation_without_overlap_ends_the_old_secret_at_once(scene: Scene) -> None:
    endpoint, _ = scene.endpoint(URL)

    assert 1 == rotate(scene, endpoint, 0, "a").webhook_endpoint.active_secrets


def test_a_repeated_rotation_rotates_once(scene: Scene) -> None:
    endpoint, _ = scene.endpoint(URL)

    assert rotate(scene, endpoint, 24, "a") == rotate(scene, endpoint, 24, "a")
    assert 2 == scene.stored(endpoint).active_secrets


def test_an_unknown_event_type_is_refused(scene: Scene) -> None:
    found = refusal(scene.endpoint, URL, "payout.exploded")

    assert ("INVALID_ARGUMENT", ["event_types"]) == (found.reason, found.fields)


def test_the_twenty_first_endpoint_is_refused(scene: Scene) -> None:
    for number in range(20):
        scene.endpoint(URL, key=f"key-{number}")

    assert "ENDPOINT_LIMIT_REACHED" == refusal(scene.endpoint, URL, key="key-20").reason


def test_a_list_has_pages_and_no_deleted_endpoints(scene: Scene) -> None:
    made = [scene.endpoint(URL, key=f"key-{number}")[0] for number in range(3)]
    gone = api.DeleteWebhookEndpointRequest(webhook_endpoint_id=made[1].webhook_endpoint_id)
    scene.client.call("WebhookEndpointService/DeleteWebhookEndpoint", gone)

    name = "WebhookEndpointService/ListWebhookEndpoints"
    first = scene.client.call(name, api.ListWebhookEndpointsRequest(page_size=1))
    last = scene.client.call(name, api.ListWebhookEndpointsRequest(page_size=1, page_token=first.next_page_token))

    assert [made[2], made[0]] == [*first.webhook_endpoints, *last.webhook_endpoints]
    assert "" == last.next_page_token
    assert "NOT_FOUND" == refusal(scene.stored, made[1]).reason


def test_an_update_replaces_address_types_and_state(scene: Scene) -> None:
    endpoint, _ = scene.endpoint(URL, "payout.settled")
    request = api.UpdateWebhookEndpointRequest(
        webhook_endpoint_id=endpoint.webhook_endpoint_id, url=URL + "/new", state=WEBHOOK_ENDPOINT_STATE_DISABLED
    )

    changed = scene.client.call("WebhookEndpointService/UpdateWebhookEndpoint", request).webhook_endpoint

    assert (URL + "/new", [], WEBHOOK_ENDPOINT_STATE_DISABLED) == (
        changed.url, list(changed.event_types), changed.state,
    )  # fmt: skip


def test_an_endpoint_of_another_company_or_environment_is_not_found(scene: Scene) -> None:
    endpoint, _ = scene.endpoint(URL)
    request = api.GetWebhookEndpointRequest(webhook_endpoint_id=endpoint.webhook_endpoint_id)
    strangers = [scene.corridor.client(), scene.corridor.client(scene.company_id, LIVE)]

    found = [refusal(each.call, "WebhookEndpointService/GetWebhookEndpoint", request).reason for each in strangers]

    assert ["NOT_FOUND", "NOT_FOUND"] == found


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/", "x"]
)
def test_an_address_that_may_not_be_called_is_refused(strict: Running, url: str) -> None:
    request = api.CreateWebhookEndpointRequest(url=url)

    found = refusal(strict.client().call, "WebhookEndpointService/CreateWebhookEndpoint", request, key="k")

    assert ("ENDPOINT_URL_REFUSED", ["url"]) == (found.reason, found.fields)
