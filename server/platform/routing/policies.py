"""Versions of rules in the database, and what a process knows of them. A version never changes once it is made.

So what was compiled once is good for ever; which version decides is asked anew each time, in the query of whoever asks.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from corridor.routing.v1.routing_policy_pb2 import RoutingPolicy, RoutingRule
from server.kit.context import Caller, Context
from server.kit.paging import Page
from server.platform.routing.compiled import Compiled
from server.store.engine import Connection
from server.store.sealed import ROUTING_POLICY

_CACHED_AT_MOST = 1_000
_CACHED_VALUES_AT_MOST = 1_000_000  # that rules list: some hundred megabytes
# From when a version decides that is in force: a process whose clock is slow must not go by the one before.
_EVER = datetime.fromtimestamp(0, UTC)

_ACTIVE = "SELECT routing_policy_id, version FROM corridor.active_policy(%s, %s::smallint, %s, %s)"
# With the version that decides, by which each row's state is told.
_SELECT = """
SELECT p.routing_policy_id, p.domain, p.withdraw_time, p.message,
    CASE WHEN p.withdraw_time IS NOT NULL THEN 4 WHEN p.version = a.version THEN 2
        WHEN p.effective_time > %(now)s AND p.version > coalesce(a.version, 0) THEN 1 ELSE 3 END AS state
FROM corridor.routing_policies p LEFT JOIN LATERAL (
    SELECT max(v.version) AS version FROM corridor.routing_policies v WHERE v.company_id = p.company_id
        AND v.environment = p.environment AND v.domain = p.domain AND v.effective_time <= %(now)s
        AND v.withdraw_time IS NULL) a ON true
WHERE p.company_id = %(company)s AND p.environment = %(environment)s
"""
_ONE = f"{_SELECT} AND p.routing_policy_id = %(id)s"
_VERSION = f"{_SELECT} AND p.domain = %(domain)s AND p.version = %(version)s"
_PAGE = f"""
SELECT * FROM ({_SELECT}) found WHERE (%(domain)s = '' OR domain = %(domain)s) AND (%(state)s = 0 OR state = %(state)s)
    AND (%(after)s::text IS NULL OR routing_policy_id < %(after)s) ORDER BY routing_policy_id DESC LIMIT %(limit)s
"""
_FEATURES = """
SELECT count(DISTINCT domain) FROM corridor.routing_policies
WHERE company_id = %s AND environment = %s AND domain >= 'feature.' AND domain < 'feature/'
"""
_LATEST = """
SELECT coalesce(max(version), 0) FROM corridor.routing_policies
WHERE company_id = %s AND environment = %s AND domain = %s
"""
# The last version before one that decided, at some time.
_BEFORE = """
SELECT p.version FROM corridor.routing_policies p
WHERE p.company_id = %(company)s AND p.environment = %(environment)s AND p.domain = %(domain)s
    AND p.version < %(version)s AND p.activate_time IS NOT NULL AND p.withdraw_time IS NULL
    AND NOT EXISTS (SELECT FROM corridor.routing_policies v WHERE v.company_id = p.company_id
        AND v.environment = p.environment AND v.domain = p.domain AND v.version > p.version
        AND v.activate_time <= p.activate_time)
ORDER BY p.version DESC LIMIT 1
"""
_RULES = """
SELECT message FROM corridor.routing_policies
WHERE company_id = %s AND environment = %s AND routing_policy_id = %s
"""
_INSERT = """
INSERT INTO corridor.routing_policies (company_id, environment, routing_policy_id, domain, version, effective_time,
    activate_time, connection_ids, message, create_time) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SCHEDULED = """
SELECT routing_policy_id FROM corridor.routing_policies
WHERE company_id = %s AND environment = %s AND domain = %s AND activate_time IS NULL AND withdraw_time IS NULL
ORDER BY version FOR UPDATE
"""
_WITHDRAW = """
UPDATE corridor.routing_policies SET withdraw_time = %s
WHERE company_id = %s AND environment = %s AND routing_policy_id = %s AND activate_time IS NULL
    AND withdraw_time IS NULL AND effective_time > %s RETURNING true
"""
_ACTIVATE = """
UPDATE corridor.routing_policies SET activate_time = %(now)s, effective_time = 'epoch'
WHERE company_id = %(company)s AND environment = %(environment)s AND routing_policy_id = %(id)s
    AND activate_time IS NULL AND withdraw_time IS NULL AND effective_time <= %(now)s RETURNING true
"""
_DUE = "SELECT company_id, environment, routing_policy_id FROM corridor.due_routing_policies(%s)"


class Policies:
    """Rules that are ready to be asked, by the id of their version."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, str], Compiled] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def compiled(self, connection: Connection, who: Caller, routing_policy_id: str) -> Compiled:
        """The rules of a version, read and compiled at its first use in this process."""
        key = (who.company_id, who.environment, routing_policy_id)
        found = self._known.get(key)
        if found is not None:
            return found
        row = connection.execute(_RULES, key).fetchone()
        assert row is not None  # whoever asks has read the id in this database
        policy = _opened(connection, who, routing_policy_id, row[0])
        made = Compiled(policy.rules)
        with self._lock:
            if self._known.setdefault(key, made) is made:
                self._weight += made.weight
            while len(self._known) > _CACHED_AT_MOST or (
                self._weight > _CACHED_VALUES_AT_MOST and len(self._known) > 1
            ):
                self._weight -= self._known.popitem(last=False)[1].weight
        return made

    def active(
        self, connection: Connection, context: Context, domain: str, now: datetime
    ) -> tuple[str, int, Compiled] | None:
        """The version that decides, with its id and number; None where routes decide alone."""
        who = context.who
        row = connection.execute(_ACTIVE, (who.company_id, who.environment, domain, now)).fetchone()
        return (row[0], row[1], self.compiled(connection, who, row[0])) if row else None


def get(connection: Connection, context: Context, routing_policy_id: str, now: datetime) -> RoutingPolicy | None:
    """One version, with its state at the company's time."""
    row = connection.execute(_ONE, _names(context, now, id=routing_policy_id)).fetchone()
    return _policy(connection, context.who, row) if row else None


def of_version(
    connection: Connection, context: Context, domain: str, version: int, now: datetime
) -> RoutingPolicy | None:
    """One version by its number."""
    row = connection.execute(_VERSION, _names(context, now, domain=domain, version=version)).fetchone()
    return _policy(connection, context.who, row) if row else None


def page(
    connection: Connection, context: Context, domain: str, state: int, now: datetime, page: Page
) -> tuple[Sequence[RoutingPolicy], bool]:
    """A page of versions, the newest first, and whether there are more."""
    names = _names(context, now, domain=domain, state=state, after=page.after, limit=page.size + 1)
    rows = connection.execute(_PAGE, names).fetchall()
    return [_policy(connection, context.who, row) for row in rows[: page.size]], len(rows) > page.size


def latest(connection: Connection, context: Context, domain: str) -> int:
    """The number of the last version, whatever its state; 0 where there is none."""
    who = context.who
    row = connection.execute(_LATEST, (who.company_id, who.environment, domain)).fetchone()
    assert row is not None
    return int(row[0])


def features(connection: Connection, context: Context) -> int:
    """How many features the company has rules for."""
    who = context.who
    row = connection.execute(_FEATURES, (who.company_id, who.environment)).fetchone()
    assert row is not None  # a count is one row
    return int(row[0])


def active_version(connection: Connection, context: Context, domain: str, now: datetime) -> int:
    """The number of the version that decides; 0 where there is none."""
    who = context.who
    row = connection.execute(_ACTIVE, (who.company_id, who.environment, domain, now)).fetchone()
    return int(row[1]) if row else 0


def version_before(connection: Connection, context: Context, domain: str, version: int) -> int:
    """The number of the version that decided before one; 0 where none did."""
    names = {**_whose(context), "domain": domain, "version": version}
    row = connection.execute(_BEFORE, names).fetchone()
    return int(row[0]) if row else 0


def insert(connection: Connection, context: Context, policy: RoutingPolicy, activated: datetime | None) -> None:
    """Store a new version. `activated`: when it came into force, if it does at once."""
    who, policy_id = context.who, policy.routing_policy_id
    stored = RoutingPolicy()
    stored.CopyFrom(policy)
    stored.ClearField("state")
    values = (
        who.company_id,
        who.environment,
        policy_id,
        policy.domain,
        policy.version,
        _EVER if activated else policy.effective_time.ToDatetime(UTC),
        activated,
        connection_ids(policy.rules),
        ROUTING_POLICY.seal(connection.seals, who, stored.SerializeToString(deterministic=True), policy_id),
        policy.create_time.ToDatetime(UTC),
    )
    connection.execute(_INSERT, values)


def scheduled(connection: Connection, context: Context, domain: str) -> Sequence[str]:
    """The versions of a domain of which nobody was told yet that they decide, locked."""
    who = context.who
    return [row[0] for row in connection.execute(_SCHEDULED, (who.company_id, who.environment, domain)).fetchall()]


def withdraw(connection: Connection, context: Context, routing_policy_id: str, now: datetime) -> bool:
    """Take a version back; whether its time had not come yet."""
    who = context.who
    values = (now, who.company_id, who.environment, routing_policy_id, now)
    return connection.execute(_WITHDRAW, values).fetchone() is not None


def activate(connection: Connection, context: Context, routing_policy_id: str, now: datetime) -> bool:
    """Note that the time of a version has come; whether nobody has noted it before."""
    names = {**_whose(context), "id": routing_policy_id, "now": now}
    return connection.execute(_ACTIVATE, names).fetchone() is not None


def due(connection: Connection, limit: int) -> Sequence[TupleRow]:
    """Company, environment and id of versions of all companies whose time has come, and of which nobody was told."""
    return connection.execute(_DUE, (limit,)).fetchall()


def connection_ids(rules: Sequence[RoutingRule]) -> list[str]:
    """The connections over which rules may send, or which they try, each once."""
    found: dict[str, None] = {}
    for rule in rules:
        found.update((each.connection_id, None) for each in rule.send.candidates)
        if rule.send.HasField("exposure"):
            found[rule.send.exposure.connection_id] = None
    return list(found)


def _names(context: Context, now: datetime, **more: object) -> dict[str, object]:
    return {**_whose(context), "now": now, **more}


def _whose(context: Context) -> dict[str, object]:
    return {"company": context.who.company_id, "environment": context.who.environment}


def _policy(connection: Connection, who: Caller, row: TupleRow) -> RoutingPolicy:
    policy_id, _, withdrawn, message, state = row
    policy = _opened(connection, who, policy_id, message)
    policy.state = state
    if withdrawn is not None:
        policy.withdraw_time.FromDatetime(withdrawn)
    return policy


def _opened(connection: Connection, who: Caller, policy_id: str, message: bytes) -> RoutingPolicy:
    return RoutingPolicy.FromString(ROUTING_POLICY.open(connection.seals, who, message, policy_id))
