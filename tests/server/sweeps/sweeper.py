"""How tests have a connection swept, and wait for its end."""

from datetime import datetime

from corridor.providers.v1 import sweep_service_pb2 as api
from corridor.providers.v1.sweep_pb2 import SWEEP_STATE_RUNNING, Sweep
from tests.server.flows.stage import Stage
from tests.serving import until


def begin(flow: Stage, connection_id: str, since: datetime | None = None) -> Sweep:
    """A sweep that was asked for."""
    request = api.SweepConnectionRequest(connection_id=connection_id)
    if since is not None:
        request.since_time.FromDatetime(since)
    made: Sweep = flow.client.call("SweepService/SweepConnection", request).sweep
    return made


def read(flow: Stage, sweep_id: str) -> Sweep:
    """A sweep as it is now."""
    found: Sweep = flow.client.call("SweepService/GetSweep", api.GetSweepRequest(sweep_id=sweep_id)).sweep
    return found


def ended(flow: Stage, sweep_id: str, seconds: float = 30.0) -> Sweep:
    """A sweep once it is at its end."""

    def there() -> Sweep | None:
        found = read(flow, sweep_id)
        return found if found.state != SWEEP_STATE_RUNNING else None

    found: Sweep = until(there, seconds=seconds, what=f"{sweep_id} at its end")
    return found


def swept(flow: Stage, connection_id: str, since: datetime | None = None, seconds: float = 30.0) -> Sweep:
    """A whole sweep of a connection."""
    return ended(flow, begin(flow, connection_id, since).sweep_id, seconds)
