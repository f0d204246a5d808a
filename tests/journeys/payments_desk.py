"""A shop that takes payments over HTTP, and the acquirer that it uses: the sandbox, whose books and log are open.

Every call is what the shop's own program would send; only the acquirer's books are read from behind.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from adapters.kit.discovery import providers
from adapters.kit.simulator import Simulator
from tests.server import people
from tests.serving import Running, until

_SECRET = "whsec_" + "c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx"


@dataclass(frozen=True)
class Desk:
    """One company's access to the API, and its acquirer."""

    gateway: str
    key: str
    acquirer: Simulator

    def send(self, method: str, path: str, body: object = None, *, key: str = "") -> httpx.Response:
        """One call; `key` is the idempotency key."""
        headers = {"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": key} if key else {})}
        return httpx.request(method, self.gateway + path, json=body, headers=headers, timeout=30.0)

    def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """What a call answers that succeeds. What changes something has a key, if no other then one of its own."""
        answer = self.send(method, path, body, key=key or (people.new_key() if method == "POST" else ""))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, body: object) -> tuple[int, str]:
        """Status and reason of a call that is refused."""
        answer = self.send("POST", path, body, key=people.new_key())
        return answer.status_code, answer.json()["reason"]

    def pay(self, minor: int, token: str = "tok_visa", *, key: str = "", **more: object) -> Any:
        """A payment, as it is once the acquirer has answered."""
        request = {"amount": euros(minor), "payment_method": {"token": token}, **more}
        accepted = self.ask("POST", "/v1/payments", request, key=key)
        return self.ask("GET", f"/v1/payments/{accepted['payment_id']}?wait_seconds=20")

    def authorise(self, minor: int, token: str = "tok_visa", **more: object) -> Any:
        """A payment that is captured later."""
        return self.pay(minor, token, capture_method="CAPTURE_METHOD_MANUAL", **more)

    def act(self, payment: Any, what: str, body: object = None) -> Any:
        """Something done with a payment, such as `capture`, as it is once the acquirer has answered."""
        accepted = self.ask("POST", f"/v1/payments/{payment['payment_id']}:{what}", body or {})
        return self.done(f"/v1/payments/{payment['payment_id']}/actions/{accepted['payment_action_id']}")

    def done(self, path: str) -> Any:
        """An action or refund once it has succeeded or failed."""

        def ended() -> Any:
            found = self.ask("GET", path)
            return found if found["state"].endswith(("_SUCCEEDED", "_FAILED")) else None

        return until(ended, what=f"the end of {path}")

    def now(self, payment: Any) -> Any:
        """The payment as it is."""
        return self.ask("GET", f"/v1/payments/{payment['payment_id']}")

    def amounts(self, payment: Any) -> tuple[int, int, int, int]:
        """What is authorised, captured, can be captured, and was refunded."""
        now = self.now(payment)
        names = ("authorised_minor", "captured_minor", "capturable_minor", "refunded_minor")
        return tuple(int(now.get(name, 0)) for name in names)  # type: ignore[return-value] # four of them

    def events(self, resource_id: str) -> list[str]:
        """What the company was told of a resource, in order."""
        told = self.ask("GET", f"/v1/events?resource_id={resource_id}").get("events", [])
        return [event["type"] for event in sorted(told, key=lambda event: int(event["sequence"]))]

    def books(self, kind: str) -> list[tuple[int, str]]:
        """What the acquirer's books hold of a kind: amounts and currencies."""
        return [(entry.amount_minor, entry.currency_code) for entry in self.acquirer.books() if entry.kind == kind]

    def asked(self, operation: str) -> int:
        """How often the acquirer was asked for something."""
        return sum(name == operation for name, _ in self.acquirer.requests)


def euros(minor: int) -> dict[str, str]:
    """An amount, as JSON has it."""
    return {"currency_code": "EUR", "amount_minor": str(minor)}


@contextlib.contextmanager
def desk(corridor: Running, gateway: str) -> Iterator[Desk]:
    """A new company with an acquirer of its own, and a route to it."""
    key = corridor.client(corridor.company()).key
    with providers()["sandbox"].simulator(step_seconds=0.02) as acquirer:
        made = Desk(gateway, key, acquirer)
        connection = made.ask(
            "POST", "/v1/connections",
            {"provider": "sandbox", "title": "Acquirer", "base_url": acquirer.url,
             "credentials": {"api_key": "sk_shop", "webhook_secret": _SECRET}},
        )  # fmt: skip
        made.ask("POST", "/v1/routes", {"domain": "payments", "mode": "ROUTE_MODE_ON",
                                        "primary_connection_id": connection["connection_id"]})  # fmt: skip
        acquirer.register(f"{gateway}/v1/webhooks/inbound/{connection['connection_id']}", _SECRET)
        yield made
