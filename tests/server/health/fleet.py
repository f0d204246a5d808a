"""Companies with vendors, round a server and a worker, as tests of flows have them; and what the service says."""

from typing import Any

from corridor.providers.v1 import health_service_pb2 as api
from corridor.providers.v1.operation_health_pb2 import OperationHealth
from tests.server import people
from tests.serving import Client


def operations(client: Client, **filters: Any) -> dict[str, OperationHealth]:
    """How it is with what the company calls, by operation."""
    listed = client.call("HealthService/ListProviderHealth", api.ListProviderHealthRequest(**filters))
    return {each.operation: each for each in listed.operations}


def incidents(client: Client, **filters: Any) -> Any:
    """The company's incidents, the newest first."""
    request = api.ListProviderIncidentsRequest(**filters)
    return client.call("HealthService/ListProviderIncidents", request).provider_incidents


def say(client: Client, connection_id: str, institution_id: str, level: int, **more: Any) -> Any:
    """Set the status of a bank or rail."""
    request = api.SetInstitutionStatusRequest(
        connection_id=connection_id, institution_id=institution_id, level=level, **more
    )
    return client.call("HealthService/SetInstitutionStatus", request, key=people.new_key()).institution_status
