"""What a company gets in the sandbox without asking: a connection to the installation's simulator, and routes to it.

Rule: once for each company that has no connection of its own, never in the live environment; what the company does
with it afterwards is the company's. Each has a random account key, so nobody sees anything of another.
"""

import base64
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from adapters.kit.call import Call
from adapters.kit.discovery import Provider
from adapters.kit.manifest import Credential, Manifest
from adapters.kit.ports import Targets
from corridor.options.v1 import method_pb2
from corridor.providers.v1.connection_pb2 import Connection as ConnectionMessage
from corridor.providers.v1.route_pb2 import ROUTE_MODE_ON
from corridor.type.v1.environment_pb2 import ENVIRONMENT_SANDBOX
from server.kit import contract, ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.platform.providers import connections, credentials, held
from server.platform.providers.connection_servicer import inbound_path
from server.platform.providers.connections import Connections
from server.platform.providers.invoke import Ended, Invoker
from server.platform.vault import data_policies
from server.store import audit, secrets, work
from server.store.attempts import Outcome
from server.store.engine import Connection, Store
from server.store.secrets import Keyring
from server.store.work import Again, Done, Job

_log = structlog.get_logger("corridor.sandbox")

PROVIDER = "sandbox"
REGISTER = "sandbox.register"

_SERVICE = "/corridor.providers.v1"
_OPERATION = "set_webhook_target"
_FIND = """
SELECT coalesce(connection_id, ''), sandbox_url, webhook_url FROM corridor.sandbox_provisions
WHERE company_id = %s AND environment = %s
"""
# Who comes second waits for the first, and finds it done.
_CLAIM = """
INSERT INTO corridor.sandbox_provisions
SELECT %(company_id)s, %(environment)s, CASE WHEN EXISTS (
    SELECT FROM corridor.connections c WHERE c.company_id = %(company_id)s AND c.environment = %(environment)s
    ) THEN NULL ELSE %(connection_id)s END, '', '', clock_timestamp()
ON CONFLICT DO NOTHING RETURNING coalesce(connection_id, '')
"""
_ROUTE = """
INSERT INTO corridor.routes VALUES (%s, %s, %s, %s, 0, %s, %s, NULL, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_REGISTERED = """
UPDATE corridor.sandbox_provisions SET sandbox_url = %s, webhook_url = %s WHERE company_id = %s AND environment = %s
"""


@dataclass(frozen=True, slots=True)
class Provisioning:
    """Gives companies their connection to the simulator at `sandbox_url`; webhooks come in at `gateway_url`."""

    store: Store
    keyring: Keyring
    providers: Mapping[str, Provider]
    connections: Connections
    invoker: Invoker
    clock: Clock
    sandbox_url: str
    gateway_url: str

    def ensure(self, context: Context, who: Caller) -> None:
        """See to it that the company has what it gets. A simulator that is away is told later, by a worker."""
        us = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", who.company_id, who.environment)
        own = replace(context, caller=us)
        with self.store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_FIND, (who.company_id, who.environment)).fetchone()
        connection_id, *registered = row or (self._provide(own), "", "")
        if not connection_id or tuple(registered) == self._wanted(connection_id):
            return
        ended = self._register(own, connection_id)
        if ended.outcome == Outcome.ANSWERED:
            return
        with self.store.of(who.company_id, who.environment) as connection:
            self._schedule(connection, own, connection_id, after_seconds=max(1.0, ended.retry_after_seconds or 0.0))

    def register(self, context: Context, job: Job) -> work.Outcome:
        """Tell the simulator where webhooks go; a worker's way."""
        with self.store.mine() as connection:
            row = connection.execute(_FIND, (context.who.company_id, context.who.environment)).fetchone()
        if row is None or row[0] != job.resource_id or tuple(row[1:]) == self._wanted(job.resource_id):
            return Done()
        ended = self._register(context, job.resource_id)
        if ended.held_back:
            return held.again(ended)
        if ended.outcome == Outcome.ANSWERED:
            return Done()
        pause = work.backoff_seconds(job.tries, first=1.0, most=60.0)
        return Again(pause, "the simulator was not told; see its attempts")

    def _wanted(self, connection_id: str) -> tuple[str, str]:
        return self.sandbox_url, self.gateway_url + inbound_path(connection_id)

    def _provide(self, context: Context) -> str:
        """A connection and routes for a company that has none; empty for one that has a connection of its own."""
        who, manifest = context.who, self.providers[PROVIDER].manifest
        connection_id = ids.new("conn")
        with self.store.transaction(who.company_id, who.environment) as connection:
            values = {"company_id": who.company_id, "environment": who.environment, "connection_id": connection_id}
            row = connection.execute(_CLAIM, values).fetchone()
            if row is None:  # somebody else was first
                found = connection.execute(_FIND, (who.company_id, who.environment)).fetchone()
                return str(found[0]) if found else ""
            if row[0] != connection_id:
                return ""
            data_policies.check_provider(connection, context, manifest.regions)
            self._connect(connection, _by(context, "ConnectionService/CreateConnection"), connection_id, manifest)
            _route(connection, _by(context, "RouteService/SetRoute"), connection_id, manifest)
            # Also where this process dies before it has told the simulator.
            self._schedule(connection, context, connection_id, after_seconds=5.0)
        _log.info("sandbox_provided", company_id=who.company_id, connection_id=connection_id)
        return connection_id

    def _connect(self, connection: Connection, context: Context, connection_id: str, manifest: Manifest) -> None:
        given = {credential.name: _made_up(credential) for credential in manifest.credentials}
        message = ConnectionMessage(
            connection_id=connection_id,
            provider=PROVIDER,
            title="Sandbox",
            environment=ENVIRONMENT_SANDBOX,
            base_url=self.sandbox_url,
            settings=credentials.settings(manifest.credentials, given),
            inbound_path=inbound_path(connection_id),
        )
        message.create_time.FromDatetime(self.clock.now())
        message.update_time.CopyFrom(message.create_time)
        connections.create(connection, context, message)
        for credential in manifest.credentials:
            if credential.secret:
                secrets.put(connection, context, self.keyring, connection_id, credential.name, given[credential.name])
        audit.record(connection, context, connection_id)

    def _register(self, context: Context, connection_id: str) -> Ended:
        who, (sandbox_url, webhook_url) = context.who, self._wanted(connection_id)
        with self.store.transaction(who.company_id, who.environment) as connection:
            message = connections.find(connection, context, connection_id, lock=True)
            if message is not None and message.base_url != sandbox_url:  # the installation's simulator has moved
                message.base_url = sandbox_url
                message.update_time.FromDatetime(self.clock.now())
                connections.update(connection, context, message)
        self.connections.forget(context, connection_id)
        secret = self.connections.get(context, connection_id).webhook_secrets[0]

        def ask(adapter: Any, call: Call) -> None:
            if isinstance(adapter, Targets):
                adapter.set_webhook_target(call, webhook_url, secret)

        ended = self.invoker.invoke(context, connection_id, _OPERATION, connection_id, ask)
        with self.store.transaction(who.company_id, who.environment) as connection:
            self.invoker.close(connection, context, ended)
            if ended.outcome == Outcome.ANSWERED:
                connection.execute(_REGISTERED, (sandbox_url, webhook_url, who.company_id, who.environment))
        return ended

    def _schedule(self, connection: Connection, context: Context, connection_id: str, *, after_seconds: float) -> None:
        work.schedule(
            connection,
            context.who.company_id,
            context.who.environment,
            kind=REGISTER,
            lane=f"{REGISTER}/{connection_id}",
            resource_id=connection_id,
            after_seconds=after_seconds,
            correlation_id=context.correlation_id,
        )


def _route(connection: Connection, context: Context, connection_id: str, manifest: Manifest) -> None:
    who = context.who
    for domain in sorted(manifest.coverage):
        route_id = ids.new("route")
        connection.execute(_ROUTE, (who.company_id, who.environment, route_id, domain, ROUTE_MODE_ON, connection_id))
        audit.record(connection, context, route_id)


def _by(context: Context, method: str) -> Context:
    """The installation's own call of a method, in the course of the caller's."""
    return replace(context, method=contract.methods()[f"{_SERVICE}.{method}"], idempotency=None, audited=False)


def _made_up(credential: Credential) -> str:
    """A value that nobody else has. Webhook secrets have the form of Standard Webhooks."""
    if credential.webhook:
        return "whsec_" + base64.b64encode(random.token_bytes(32)).decode()
    return "sk_" + random.token_hex(16)
