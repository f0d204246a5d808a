"""What a new installation needs before its first payout: a company, a key, a sandbox connection and a route.

Company and key are made by the operator; the rest by the API, as any customer would.
"""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.cli.rest import Rest
from server.cli.stack import Stack

if TYPE_CHECKING:
    from server.parts import Parts

SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Company:
    """A company with a key that may do everything in the sandbox environment."""

    company_id: str
    api_key_id: str
    key: str

    def __repr__(self) -> str:
        return f"Company({self.company_id})"


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to the sandbox. The webhook secret is known to both sides."""

    connection_id: str
    sandbox_url: str
    inbound_path: str
    webhook_secret: str

    def __repr__(self) -> str:
        return f"Connection({self.connection_id})"


def company(stack: Stack, title: str, company_id: str = "") -> Company:
    """A company, or the one that is named, with a new key."""
    from corridor.type.v1 import environment_pb2
    from server.kit import logs
    from server.platform.access import admin

    logs.configure("warning")
    made = _parts(stack)
    try:
        environment = environment_pb2.ENVIRONMENT_SANDBOX
        company_id = company_id or admin.create_company(made.store, title, environment)
        key, secret = admin.create_key(made.store, made.keys, company_id, environment, "made by the command line")
    finally:
        made.close()
    return Company(company_id, key.api_key_id, secret)


def connection(rest: Rest, stack: Stack) -> tuple[Connection, float]:
    """A new connection to the sandbox, and the seconds that it took."""
    webhook_secret = "whsec_" + _base64(secrets.token_bytes(32))
    answer = rest.send("POST", "/v1/connections", {
        "provider": SANDBOX,
        "title": "Sandbox",
        "base_url": stack.sandbox_url,
        "credentials": {"api_key": "sk_" + secrets.token_hex(16), "webhook_secret": webhook_secret},
    }, key=_key())  # fmt: skip
    made: dict[str, Any] = answer.body
    found = Connection(made["connection_id"], stack.sandbox_url, made["inbound_path"], webhook_secret)
    return found, answer.seconds


def simulated(rest: Rest, provider: str, url: str) -> Connection:
    """A new connection to a provider's simulator, with values that it takes."""
    from adapters.kit.discovery import providers

    found = providers()[provider]
    needed = [each for each in found.manifest.credentials if each.kind == "text" and not each.optional]
    made_up = {each.name: f"example-{each.name.replace('_', '-')}" for each in needed}
    credentials = {**made_up, **getattr(found.simulator, "CREDENTIALS", {})}
    answer = rest.send("POST", "/v1/connections", {
        "provider": provider, "title": f"Simulator of {found.manifest.title}", "base_url": url,
        "credentials": credentials,
    }, key=_key())  # fmt: skip
    signing = found.manifest.webhook_secret
    secret = credentials.get(signing.name, "") if signing else ""
    return Connection(answer.body["connection_id"], url, answer.body["inbound_path"], secret)


def route(rest: Rest, connection_id: str) -> tuple[str, float]:
    """Let payouts of every rail go through a connection; the route's id, and the seconds that it took."""
    answer = rest.send("POST", "/v1/routes", {
        "domain": "payouts", "mode": "ROUTE_MODE_ON", "primary_connection_id": connection_id,
    }, key=_key())  # fmt: skip
    return answer.body["route_id"], answer.seconds


def webhooks_to(stack: Stack, found: Connection) -> None:
    """Tell a simulator where to send its webhooks: to the gateway, for this connection."""
    sandbox = Rest(found.sandbox_url)
    sandbox.send("POST", "/_control/webhook", {
        "url": stack.gateway_url + found.inbound_path, "secret": found.webhook_secret,
    })  # fmt: skip
    sandbox.close()


def _parts(stack: Stack) -> "Parts":
    from server import parts

    return parts.build(stack.settings, stack.database.url)


def _key() -> str:
    return f"setup-{secrets.token_hex(12)}"


def _base64(raw: bytes) -> str:
    import base64

    return base64.b64encode(raw).decode()
