"""Taking a provider into use over HTTP: looked at, certified, live, stepped back from, and at the end retired."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from server.platform.providers import certifications
from tests.chaos.world import Process, free_port
from tests.server.catalogue.standing import NAME, live_connection
from tests.server.flows.fixtures import busy
from tests.serving import LIVE, Running

__all__ = ["busy"]


@pytest.fixture(scope="module")
def gateway(busy: Running) -> Iterator[str]:
    """A gateway in front of a server and a worker."""
    process = Process("gateway", "--port", str(port := free_port()), "--upstream", busy.address)
    yield f"http://127.0.0.1:{port}"
    process.stop()


def test_a_provider_goes_from_intake_to_retirement(busy: Running, gateway: str) -> None:
    company_id = busy.company(environment=LIVE)
    key = busy.client(company_id, LIVE).key

    def send(method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        there = {"Authorization": f"Bearer {key}", **headers}
        return httpx.request(method, gateway + path, json=body, headers=there, timeout=10.0)

    def stage(word: str, **more: str) -> httpx.Response:
        body = {"stage": f"PROVIDER_STAGE_{word}", **more}
        return send("POST", f"/v1/providers/{NAME}:set-stage", body)

    # The catalogue tells what the provider can do, who answers for it, where data goes, and how far it is used.
    listed: list[dict[str, Any]] = send("GET", "/v1/providers").json()["providers"]
    (found,) = [each for each in listed if each["name"] == NAME]
    assert ("PROVIDER_STAGE_INTAKE", "PROVIDER_STAGE_CERTIFIED") == (found["stage"], found["claimed_stage"])
    assert found["contract_owner"]
    assert found["technical_owner"]
    assert found["data_flows"]
    (payouts,) = [each for each in found["coverage"] if each["domain"] == "payouts"]
    assert "create_payout" in payouts["operations"]
    assert {"fx_lock", "reversibility", "idempotency", "gaps"} <= payouts.keys()

    # Nobody goes on without a certification of the adapter that is running.
    refused = stage("CERTIFIED")
    assert (409, "PROVIDER_NOT_CERTIFIED") == (refused.status_code, refused.json()["reason"])
    run = {
        "adapter_digest": found["adapter_digest"],
        "verdicts": [{"rule": rule, "kind": "VERDICT_KIND_VERIFIED"} for rule in certifications.NEEDED],
        "tests_passed": True,
        "test_count": 60,
    }
    path = f"/v1/providers/{NAME}/certifications"
    other = send("POST", path, {**run, "adapter_digest": "0" * 64}, **{"Idempotency-Key": "other"})
    assert (409, "CERTIFICATION_MISMATCH") == (other.status_code, other.json()["reason"])
    assert send("POST", path, run, **{"Idempotency-Key": "run"}).json()["passed"]
    assert 1 == len(send("GET", path).json()["certifications"])

    # It is certified, and may not be used yet: routes in the live environment ask for its stage.
    assert "PROVIDER_STAGE_CERTIFIED" == stage("CERTIFIED").json()["stage"]
    route = {
        "domain": "payouts",
        "mode": "ROUTE_MODE_ON",
        "primary_connection_id": live_connection(busy, company_id),
    }
    too_early = send("POST", "/v1/routes", route)
    assert (409, "PROVIDER_NOT_LIVE") == (too_early.status_code, too_early.json()["reason"])
    assert "PROVIDER_STAGE_LIVE" == stage("LIVE", reason="Signed off by risk").json()["stage"]
    assert 200 == send("POST", "/v1/routes", route).status_code

    # At its end it is retiring first, and retired when nothing refers to it.
    at_once = stage("RETIRED")
    assert (409, "PROVIDER_STAGE_NOT_REACHABLE") == (at_once.status_code, at_once.json()["reason"])
    assert 200 == stage("RETIRING").status_code
    in_use = stage("RETIRED").json()
    assert ("PROVIDER_IN_USE", "1") == (in_use["reason"], in_use["metadata"]["routes"])
