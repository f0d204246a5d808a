"""Four eyes over HTTP: a large payout is taken in, somebody else says yes, and the same call then gives its answer."""

from collections.abc import Iterator

import httpx
import pytest

from tests.chaos.world import Process, free_port
from tests.server import people
from tests.server.flows.fixtures import busy
from tests.serving import Running, until

__all__ = ["busy"]

RULE = {
    "title": "Two people above 10 000 EUR",
    "method": "corridor.payouts.v1.PayoutService.CreatePayout",
    "amount_above": {"field_path": "amount", "currency_code": "EUR", "above_minor": "1000000"},
    "approvals_needed": 1,
}


@pytest.fixture(scope="module")
def gateway(busy: Running) -> Iterator[str]:
    """A gateway in front of a server and a worker."""
    process = Process("gateway", "--port", str(port := free_port()), "--upstream", busy.address)
    yield f"http://127.0.0.1:{port}"
    process.stop()


def test_a_large_payout_waits_for_somebody_else(busy: Running, gateway: str) -> None:
    company_id = busy.company()
    clerk, treasurer = busy.client(company_id), busy.client(company_id)

    def send(key: str, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        return httpx.request(
            method, gateway + path, json=body, headers={"Authorization": f"Bearer {key}", **headers}, timeout=10.0
        )

    assert 200 == send(treasurer.key, "PUT", "/v1/approval-policy", {"rules": [RULE]}).status_code
    payout = {
        "beneficiary_id": people.beneficiary(clerk),
        "amount": {"currency_code": "EUR", "amount_minor": "5000000"},
        "reference": "Machine",
    }
    pay = ("POST", "/v1/payouts", payout)

    # It is taken in, and not done: a problem document with status 202 says where it is decided.
    waits = send(clerk.key, *pay, **{"Idempotency-Key": "machine"})
    assert (202, "APPROVAL_PENDING") == (waits.status_code, waits.json()["reason"])
    where = waits.headers["location"]
    assert f"/v1/approvals/{waits.json()['metadata']['approval_id']}" == where
    assert [] == send(clerk.key, "GET", "/v1/payouts").json().get("payouts", [])

    # The clerk cannot decide about it. The treasurer sees what was asked, without what is sensitive, and says yes.
    own = send(clerk.key, "POST", f"{where}:approve", {"reason": "mine"})
    assert (403, "APPROVAL_OWN_REQUEST") == (own.status_code, own.json()["reason"])
    assert "Machine" not in send(treasurer.key, "GET", where).text
    approved = send(treasurer.key, "POST", f"{where}:approve", {"reason": "checked"})
    assert (200, "APPROVAL_STATE_APPROVED") == (approved.status_code, approved.json()["state"])

    # The same call with the same key now gives the payout, and gives it again byte for byte.
    done = until(lambda: (r := send(clerk.key, *pay, **{"Idempotency-Key": "machine"})).status_code == 200 and r)
    again = send(clerk.key, *pay, **{"Idempotency-Key": "machine"})
    assert (done.content, "true") == (again.content, again.headers["idempotent-replayed"])
    assert send(treasurer.key, "GET", where).json()["resource_id"] == done.json()["payout_id"]
    assert 1 == len(send(clerk.key, "GET", "/v1/payouts").json()["payouts"])
