"""Fixtures for webhooks: a receiver, a company with a client, and a connection to which is delivered."""

from collections.abc import Iterator

import pytest

from corridor.providers.v1 import connection_service_pb2
from tests.server.webhooks.inbox import SECRET, Inbox
from tests.server.webhooks.receiver import Receiver, receiver
from tests.server.webhooks.scene import Scene
from tests.serving import Client, Running


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """An endpoint of the company."""
    with receiver() as found:
        yield found


@pytest.fixture
def scene(corridor: Running) -> Iterator[Scene]:
    """A new company."""
    company_id = corridor.company()
    client = corridor.client(company_id)
    yield Scene(corridor, company_id, client)
    client.close()


@pytest.fixture
def inbox(scene: Scene, corridor: Running) -> Iterator[Inbox]:
    """A connection to the sandbox, and somebody without a key who delivers to it."""
    request = connection_service_pb2.CreateConnectionRequest(
        provider="sandbox", title="Main", credentials={"api_key": "key", "webhook_secret": SECRET}
    )
    made = scene.client.call("ConnectionService/CreateConnection", request, key="connection").connection
    provider = Client(corridor.address, "")
    yield Inbox(scene, made.connection_id, provider)
    provider.close()
