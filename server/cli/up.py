"""`corridor up`: everything on this machine, with its data in one directory, until Ctrl-C.

Rule: the next start has the same company, key and data; what the first one set up is kept in `up.json` (mode 0600).
"""

import json
import os
import secrets
import shlex
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from server.cli.provision import Company, Connection
    from server.cli.screen import Screen
    from server.cli.stack import Stack

_FILE = "up.json"
_BENEFICIARY = {
    "party": {"person": {"given_name": "Ada", "family_name": "Lovelace"}},
    # The IBAN that the SWIFT registry prints as Germany's example.
    "bank_account": {"iban": {"iban": "DE89370400440532013000"}, "currency_code": "EUR"},
}
_PAYMENT = {
    "amount": {"currency_code": "EUR", "amount_minor": 4900},
    "payment_method": {"token": "tok_visa"},
    "capture_method": "CAPTURE_METHOD_MANUAL",
}
_PORT = click.IntRange(1, 65534)
_TLS = ("CORRIDOR_CA", "CORRIDOR_CLIENT_CERTIFICATE", "CORRIDOR_CLIENT_KEY")  # what callers need under mTLS


@click.command()
@click.option("--port", default=8080, show_default=True, type=_PORT, help="The gateway: /v1 and /docs.")
@click.option("--grpc-port", default=50051, show_default=True, type=_PORT, help="The gRPC server.")
@click.option("--sandbox-port", default=8090, show_default=True, type=_PORT, help="The sandbox provider.")
@click.option("--metrics-port", default=9464, show_default=True, type=_PORT,
              help="The server's /metrics; the worker's is on the port after it.")  # fmt: skip
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), envvar="CORRIDOR_DATA_DIR",
              show_envvar=True, default=".corridor", show_default=True, help="Where everything is kept.")  # fmt: skip
@click.option("--with", "others", default="", metavar="NAME[,NAME]",
              help="Further providers whose simulators run as well, each with a connection to it.")  # fmt: skip
def up(port: int, grpc_port: int, sandbox_port: int, metrics_port: int, data_dir: Path, others: str) -> None:
    """Run database, server, worker, gateway and sandbox here, until Ctrl-C.

    The first start makes a company and a key; later ones find them again. Every company gets a connection to the
    sandbox, and routes to it, by its first call with a test key.
    It is for development: webhook endpoints may be on this machine, unless CORRIDOR_ALLOW_PRIVATE_ENDPOINTS=off,
    and test users can sign in at /oauth/authorize, unless CORRIDOR_TEST_PROVIDER=off.

    \b
    Example: corridor up --port 8081
    """
    from server import settings
    from server.cli import processes, stack
    from server.cli.screen import Screen

    processes.interruptible()
    screen = Screen()
    found = replace(settings.from_environment(), data_dir=data_dir.absolute())
    for_development = ("CORRIDOR_ALLOW_PRIVATE_ENDPOINTS", "CORRIDOR_TEST_PROVIDER", "CORRIDOR_REFLECTION")
    environment = {name: os.environ.get(name, "on") for name in for_development}
    wanted = stack.Ports(port, grpc_port, sandbox_port, metrics_port)
    screen.heading(f"Starting Corridor in {found.data_dir}")
    state, names = found.data_dir / "sandbox.jsonl", _simulated(others)
    with stack.running(found, wanted, environment, screen, state, provide=True, others=names) as running:
        try:
            _tell(screen, running, *_set_up(running))
            while not (failed := running.failed()):
                time.sleep(0.2)
        except KeyboardInterrupt:
            screen.heading("Stopping")
            return
        raise click.ClickException(f"{failed} Everything else has been stopped.")


def _set_up(running: "Stack") -> "tuple[Company, str, dict[str, str]]":
    """The company, the id of a beneficiary, and the connections to further simulators, by provider.

    They are from the file or new; what no longer works is made anew.
    """
    from server.cli import provision
    from server.cli.rest import Rest

    path = running.settings.data_dir / _FILE
    kept = json.loads(path.read_text()) if path.exists() else {}
    company = provision.Company(**kept["company"]) if kept else provision.company(running, "My company")
    connection = provision.Connection(**kept["connection"]) if kept.get("connection") else None
    beneficiary_id: str = kept.get("beneficiary_id", "")
    if kept and not _works(running, company):
        company = provision.company(running, "", company.company_id)
    rest = Rest(running.gateway_url, company.key)
    if connection is not None:  # from before companies got one by themselves
        if connection.sandbox_url != running.sandbox_url:
            connection, _ = provision.connection(rest, running)
            provision.route(rest, connection.connection_id)
        provision.webhooks_to(running, connection)
    others = {name: provision.Connection(**each) for name, each in kept.get("others", {}).items()}
    for name, url in running.others.items():
        if name not in others or others[name].sandbox_url != url:
            others[name] = provision.simulated(rest, name, url)
        provision.webhooks_to(running, others[name])
    if not beneficiary_id:
        made = rest.send("POST", "/v1/beneficiaries", _BENEFICIARY, key=f"up-{secrets.token_hex(8)}").body
        beneficiary_id = made["beneficiary_id"]
    rest.close()
    _keep(path, company, connection, beneficiary_id, others)
    return company, beneficiary_id, {name: others[name].connection_id for name in running.others}


def _simulated(names: str) -> list[str]:
    """The providers that are named, each once, where there is a simulator."""
    from adapters.kit.discovery import providers

    known = providers()
    wanted = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    there = sorted(name for name in known if known[name].has_simulator and name != "sandbox")
    if strangers := [name for name in wanted if name not in there]:
        raise click.BadParameter(f"no further simulator of {', '.join(strangers)}; there are {', '.join(there)}.")
    return wanted


def _works(running: "Stack", company: "Company") -> bool:
    """Whether the company's key still opens the door; it may have been revoked meanwhile."""
    from server.cli.rest import Refused, Rest

    rest = Rest(running.gateway_url, company.key)
    try:
        rest.send("GET", "/v1/routes?page_size=1")
    except Refused as refused:
        if refused.status not in {401, 403}:
            raise
        return False
    finally:
        rest.close()
    return True


def _keep(
    path: Path,
    company: "Company",
    connection: "Connection | None",
    beneficiary_id: str,
    others: "Mapping[str, Connection]",
) -> None:
    kept = {
        "company": asdict(company),
        "connection": asdict(connection) if connection else None,
        "beneficiary_id": beneficiary_id,
        "others": {name: asdict(each) for name, each in others.items()},
    }
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(kept, file, indent=1)
    new.replace(path)  # whole or not at all


def _tell(
    screen: "Screen", running: "Stack", company: "Company", beneficiary_id: str, others: "Mapping[str, str]"
) -> None:
    from adapters.kit.discovery import providers

    url = running.gateway_url
    screen.heading("Corridor is up")
    screen.fact("API", f"{url}/v1")
    screen.fact("documentation", f"{url}/docs")
    screen.fact("gRPC", running.grpc_address)
    screen.fact("sandbox provider", running.sandbox_url)
    screen.fact("metrics", f"{url}/metrics {running.server_metrics_url} {running.worker_metrics_url}")
    screen.fact("logs", str(running.settings.data_dir / "logs"))
    screen.fact("company", company.company_id)
    screen.fact("key", company.key)
    screen.heading("Try it: pay, list what was paid, add somebody to pay, take a payment")
    pay = {"beneficiary_id": beneficiary_id, "amount": {"currency_code": "EUR", "amount_minor": 125000},
           "reference": "Invoice 4711"}  # fmt: skip
    screen.bare(_curl(company, f"{url}/v1/payouts", pay))
    screen.bare(_curl(company, f"'{url}/v1/payouts?page_size=5'"))
    screen.bare(_curl(company, f"{url}/v1/beneficiaries", _BENEFICIARY))
    screen.bare(_curl(company, f"{url}/v1/payments", _PAYMENT))
    screen.heading("Put the company's time forward by a day: what is due then happens")
    screen.bare(_curl(company, f"{url}/v1/sandbox/clock:advance", {"duration": "86400s"}))
    for name, connection_id in others.items():
        screen.heading(f"Send what it serves to the simulator of {name} at {running.others[name]}")
        for domain in sorted(providers()[name].manifest.coverage.keys() & {"payments", "payouts"}):
            route = {"domain": domain, "mode": "ROUTE_MODE_ON", "primary_connection_id": connection_id}
            screen.bare(_curl(company, f"{url}/v1/routes", route))
    screen.heading(
        f"For the other commands, in another terminal:  export CORRIDOR_KEY={company.key}"
        + (f" CORRIDOR_ADDRESS={running.grpc_address}" if not running.grpc_address.endswith(":50051") else "")
        + "".join(f" {name}={shlex.quote(os.environ[name])}" for name in _TLS if os.environ.get(name))
    )
    screen.heading("Ctrl-C stops everything; the data stays.")


def _curl(company: "Company", url: str, body: object = None) -> str:
    line = f"curl -s {url} -H 'Authorization: Bearer {company.key}'"
    if body is None:
        return line
    key = f"-H 'Idempotency-Key: {secrets.token_hex(8)}' -H 'Content-Type: application/json'"
    return f"{line} {key} -d '{json.dumps(body)}'"
