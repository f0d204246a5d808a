"""What tests of stages have in common: certifying, moving a provider, and a live connection to its simulator.

The simulated provider has no live environment, so that a live connection to it is laid into the database.
"""

import uuid
from collections.abc import Iterator
from typing import Any

from corridor.options.v1 import method_pb2
from corridor.providers.v1 import certification_pb2
from corridor.providers.v1 import connection_pb2 as connection_messages
from corridor.providers.v1 import provider_service_pb2 as api
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.providers.v1.certification_pb2 import Certification, CertificationVerdict
from corridor.providers.v1.provider_pb2 import Provider
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON, Route
from server.kit import clock, ids
from server.kit.context import Caller, Context
from server.platform.providers import certifications, connections, stages
from server.store import secrets
from tests.adapters.sandbox.fixtures import FIXTURES
from tests.server import people
from tests.serving import LIVE, Client, Refused, Running

NAME = "sandbox"
VERIFIED, TODO, DISPROVED = (
    certification_pb2.VERDICT_KIND_VERIFIED,
    certification_pb2.VERDICT_KIND_TODO,
    certification_pb2.VERDICT_KIND_DISPROVED,
)
WAYS = {
    stages.INTAKE: (),
    stages.CERTIFIED: (stages.CERTIFIED,),
    stages.SHADOW: (stages.CERTIFIED, stages.SHADOW),
    stages.PARTIAL: (stages.CERTIFIED, stages.PARTIAL),
    stages.LIVE: (stages.CERTIFIED, stages.LIVE),
    stages.RETIRING: (stages.CERTIFIED, stages.LIVE, stages.RETIRING),
    stages.RETIRED: (stages.CERTIFIED, stages.RETIRED),
}
"""How a company gets a provider to each stage."""


def provider(client: Client, name: str = NAME) -> Provider:
    """A provider as the client's company sees it."""
    found: Provider = client.call("ProviderService/GetProvider", api.GetProviderRequest(name=name)).provider
    return found


def verdicts(**changes: int) -> Iterator[CertificationVerdict]:
    """A verdict on every rule that a run has to say something of; those that are named differ, 0 leaves one out."""
    others = {name.replace("_", "-"): kind for name, kind in changes.items()}
    for rule in certifications.NEEDED:
        if kind := others.get(rule, VERIFIED):
            yield CertificationVerdict(rule=rule, kind=kind)  # type: ignore[arg-type] # a kind


def certify(client: Client, name: str = NAME, key: str = "", **changes: Any) -> Certification:
    """Record a run that passes, unless what is changed lets it not."""
    values = {"adapter_digest": provider(client, name).adapter_digest, "tests_passed": True, "test_count": 60}
    request = api.RecordCertificationRequest(name=name, **{"verdicts": verdicts(), **values, **changes})
    made = client.call("ProviderService/RecordCertification", request, key=key or people.new_key())
    found: Certification = made.certification
    return found


def move(client: Client, stage: int, name: str = NAME, **changes: Any) -> Provider:
    """Set a provider's stage."""
    key = changes.pop("key", "")
    request = api.SetProviderStageRequest(name=name, stage=stage, **changes)  # type: ignore[arg-type] # a stage
    found: Provider = client.call("ProviderService/SetProviderStage", request, key=key).provider
    return found


def bring_to(client: Client, stage: int, name: str = NAME) -> None:
    """Certify the provider of a new company, and bring it to a stage."""
    certify(client, name)
    for each in WAYS[stage]:  # type: ignore[index] # a stage
        move(client, each, name)


def refusal(client: Client, stage: int, name: str = NAME) -> Refused:
    """How a move is refused."""
    request = api.SetProviderStageRequest(name=name, stage=stage)  # type: ignore[arg-type] # a stage
    return people.refused(client, "ProviderService/SetProviderStage", request)


def live_connection(
    corridor: Running, company_id: str, base_url: str = "https://simulated.example", name: str = NAME
) -> str:
    """A live connection of the company to a simulator, or by name to where another provider would be; its id."""
    caller = Caller(method_pb2.CALLER_KIND_API_KEY, "key", company_id, LIVE)
    context = Context(request_id=str(uuid.uuid4()), correlation_id="", caller=caller)
    message = connection_messages.Connection(
        connection_id=ids.new("conn"), provider=name, title="Live", environment=LIVE, base_url=base_url
    )
    message.create_time.FromDatetime(clock.SystemClock().now())
    message.update_time.CopyFrom(message.create_time)
    with corridor.parts.store.transaction(company_id, LIVE) as connection:
        connections.create(connection, context, message)
        for name, value in FIXTURES.credentials.items():
            secrets.put(connection, context, corridor.parts.keyring, message.connection_id, name, value)
    return message.connection_id


def route(client: Client, primary: str, standby: str = "", mode: int = ROUTE_MODE_ON) -> Route:
    """Set the route of payouts."""
    found: Route = client.call("RouteService/SetRoute", route_request(primary, standby, mode)).route
    return found


def route_request(primary: str, standby: str = "", mode: int = ROUTE_MODE_ON) -> routes.SetRouteRequest:
    """The request for the route of payouts."""
    return routes.SetRouteRequest(
        domain="payouts",
        mode=mode,  # type: ignore[arg-type] # a mode
        primary_connection_id=primary,
        standby_connection_id=standby,
    )
