"""Rules over HTTP: written, compared, tried, agreed to by somebody else, scheduled, and rolled back within one call."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from tests.chaos.world import Process, free_port
from tests.server import people
from tests.server.flows.fixtures import busy
from tests.serving import Running, until

__all__ = ["busy"]

FOUR_EYES = {
    "title": "Rules are agreed to",
    "method": "corridor.routing.v1.RoutingService.CreateRoutingPolicy",
    "approvals_needed": 1,
}

FACTS = {"domain": "payouts", "amount": {"currency_code": "EUR", "amount_minor": "1000000"}}


@pytest.fixture(scope="module")
def gateway(busy: Running) -> Iterator[str]:
    """A gateway in front of a server and a worker."""
    process = Process("gateway", "--port", str(port := free_port()), "--upstream", busy.address)
    yield f"http://127.0.0.1:{port}"
    process.stop()


@pytest.fixture
def vendors() -> Iterator[list[Simulator]]:
    """Two accounts at a provider, each with books of its own."""
    made = [providers()["sandbox"].simulator(step_seconds=0.02) for _ in range(2)]
    for each in made:
        each.start()
    yield made
    for each in made:
        each.stop()


class Desk:
    """A company at its gateway: who writes rules, who agrees to them, and payouts that go their way."""

    def __init__(self, busy: Running, gateway: str) -> None:
        company_id = busy.company()
        author = busy.client(company_id)
        self._gateway = gateway
        self.author, self.checker = author.key, busy.client(company_id).key
        self._beneficiary_id = people.beneficiary(author)

    def send(self, key: str, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """The answer to a call."""
        every = {"Authorization": f"Bearer {key}", **headers}
        return httpx.request(method, self._gateway + path, json=body, headers=every, timeout=10.0)

    def get(self, path: str) -> Any:
        """What the author reads."""
        return self.send(self.author, "GET", path).json()

    def post(self, path: str, body: object, expected: int = 200, key: str = "", **headers: str) -> Any:
        """What the author is answered."""
        answer = self.send(key or self.author, "POST", path, body, **headers)
        assert expected == answer.status_code, answer.text
        return answer.json()

    def pay(self, minor: int, segment: str = "", expected: int = 200) -> Any:
        """A new payout."""
        payout = {
            "beneficiary_id": self._beneficiary_id,
            "amount": {"currency_code": "EUR", "amount_minor": str(minor)},
            "customer": {"segment": segment},
        }
        return self.post("/v1/payouts", payout, expected, **{"Idempotency-Key": people.new_key()})

    def went_over(self, payout: Any) -> str:
        """Over which connection a payout went."""
        return str(until(lambda: self.get(f"/v1/payouts/{payout['payout_id']}").get("connection_id")))

    def connect(self, url: str, title: str) -> str:
        """A new connection; its id."""
        body = {
            "provider": "sandbox",
            "title": title,
            "base_url": url,
            "credentials": {"api_key": "sk_journey", "webhook_secret": "whsec_am91cm5leQ=="},
        }
        return str(self.post("/v1/connections", body, **{"Idempotency-Key": title})["connection_id"])


def large_over(other: str, usual: str) -> dict[str, Any]:
    """Large payouts go over the other one."""
    return {
        "name": "large-euros",
        "when": {"currency_codes": ["EUR"], "amount_at_least_minor": "1000000"},
        "send": {"candidates": [{"connection_id": other}, {"connection_id": usual}]},
    }


def test_rules_are_tried_agreed_to_and_decide(busy: Running, gateway: str, vendors: list[Simulator]) -> None:
    desk = Desk(busy, gateway)
    usual, other = (desk.connect(vendor.url, title) for vendor, title in zip(vendors, ("Usual", "Other"), strict=True))
    desk.post("/v1/routes", {"domain": "payouts", "mode": "ROUTE_MODE_ON", "primary_connection_id": usual})
    assert usual == desk.went_over(desk.pay(500_00))

    # What would happen can be seen before anything is stored, and mistakes are told with the field that they are in.
    large = large_over(other, usual)
    tried = desk.post("/v1/routes:simulate", {"facts": FACTS, "draft": {"rules": [large]}})
    assert ("ROUTE_CHOICE_SEND", other) == (tried["choice"], tried["connection_id"])
    compared = desk.post("/v1/routing-policies:diff", {"domain": "payouts", "draft": {"rules": [large]}})
    assert ["ROUTING_RULE_CHANGE_ADDED"] == [each["change"] for each in compared["diff"]["rules"]]
    wrong = desk.post(
        "/v1/routing-policies", {"domain": "payouts", "rules": [large, large], "validate_only": True}, 400
    )
    assert "rules[1].name" == wrong["violations"][0]["field"]

    # Somebody else has to agree. The version then names the approval.
    assert 200 == desk.send(desk.checker, "PUT", "/v1/approval-policy", {"rules": [FOUR_EYES]}).status_code
    make = ("POST", "/v1/routing-policies", {"domain": "payouts", "rules": [large], "note": "Fees of the other one"})

    def made() -> httpx.Response:
        return desk.send(desk.author, *make, **{"Idempotency-Key": "large"})

    waits = made()
    assert (202, "APPROVAL_PENDING") == (waits.status_code, waits.json()["reason"])
    desk.post(f"{waits.headers['location']}:approve", {"reason": "checked"}, key=desk.checker)
    version = until(lambda: (answer := made()).status_code == 200 and answer).json()
    assert ("1", "ROUTING_POLICY_STATE_ACTIVE") == (version["version"], version["state"])
    assert waits.headers["location"].endswith(version["approval_id"])
    assert (other, usual) == (desk.went_over(desk.pay(1_000_000)), desk.went_over(desk.pay(500_00)))


def test_a_mistake_is_rolled_back_in_one_call(busy: Running, gateway: str, vendors: list[Simulator]) -> None:
    desk = Desk(busy, gateway)
    usual, other = (desk.connect(vendor.url, title) for vendor, title in zip(vendors, ("Usual", "Other"), strict=True))
    desk.post("/v1/routing-policies", {"domain": "payouts", "rules": [large_over(other, usual)]})

    # From a moment on nothing is sent at all: what comes then waits.
    stop = {"name": "stop", "off": {"mode": "ROUTE_MODE_QUEUE"}}
    comes = datetime.now(UTC) + timedelta(seconds=2)
    later = {"domain": "payouts", "rules": [stop], "base_version": "1", "effective_time": comes.isoformat()}
    scheduled = desk.post("/v1/routing-policies", later)
    assert "ROUTING_POLICY_STATE_SCHEDULED" == scheduled["state"]
    path = f"/v1/routing-policies/{scheduled['routing_policy_id']}"
    until(lambda: desk.get(path)["state"] == "ROUTING_POLICY_STATE_ACTIVE")
    held = desk.pay(1_000_000)
    assert "ROUTE_CHOICE_QUEUE" == desk.post("/v1/routes:simulate", {"facts": FACTS})["choice"]

    # That was a mistake. One call brings the rules back, and what waited goes on.
    back = desk.post("/v1/routing-policies:rollback", {"domain": "payouts", "note": "a mistake"})
    assert ("3", "1", "large-euros") == (back["version"], back["restored_version"], back["rules"][0]["name"])
    assert other == desk.went_over(held)


def test_new_payouts_of_one_segment_are_stopped(busy: Running, gateway: str, vendors: list[Simulator]) -> None:
    desk = Desk(busy, gateway)
    usual = desk.connect(vendors[0].url, "Usual")
    desk.post("/v1/routes", {"domain": "payouts", "mode": "ROUTE_MODE_ON", "primary_connection_id": usual})
    switch = {"name": "no-retail", "when": {"segments": ["retail"]}, "feature": {"percent": 0}}

    desk.post("/v1/routing-policies", {"domain": "feature.payouts", "rules": [switch]})

    until(lambda: not desk.post("/v1/features/payouts:evaluate", {"facts": {"segment": "retail"}}).get("enabled"))
    assert "FEATURE_OFF" == desk.pay(500_00, "retail", 409)["reason"]
    assert usual == desk.went_over(desk.pay(500_00, "business"))
