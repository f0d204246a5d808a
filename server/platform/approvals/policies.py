"""The policies of companies, and what a server process knows of them: at most a second old."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corridor.approvals.v1.approval_policy_pb2 import ApprovalPolicy, ApprovalRule
from server.kit import clock
from server.kit.context import Caller, Context
from server.platform.approvals import matching
from server.store.engine import Connection, Store
from server.store.sealed import APPROVAL_POLICY

_CACHED_AT_MOST = 10_000
_GET = "SELECT message FROM corridor.approval_policies WHERE company_id = %s AND environment = %s"
_PUT = """
INSERT INTO corridor.approval_policies VALUES (%s, %s, %s, %s, clock_timestamp())
ON CONFLICT (company_id, environment) DO UPDATE
SET revision = excluded.revision, message = excluded.message, update_time = excluded.update_time
"""
# Steps from method to method over the index of keys, so that it costs as much as there are methods.
_METHODS = """
WITH RECURSIVE found (method) AS (
    SELECT min(method) FROM corridor.approvals WHERE company_id = %(company)s AND environment = %(environment)s
    UNION ALL
    SELECT (SELECT min(a.method) FROM corridor.approvals a WHERE a.company_id = %(company)s
        AND a.environment = %(environment)s AND a.method > found.method)
    FROM found WHERE found.method IS NOT NULL)
SELECT method FROM found WHERE method IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What a process knows of a company: its rules by method, and the methods of which there are approvals."""

    rules: Mapping[str, Sequence[ApprovalRule]] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()


class Policies:
    """Looks policies up for calls, and keeps them."""

    def __init__(self, store: Store, *, fresh_seconds: float = 1.0) -> None:
        self._store = store
        self._fresh = fresh_seconds
        self._known: OrderedDict[tuple[str, int], tuple[float, Known]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, who: Caller) -> Known:
        """What is known of the caller's company."""
        key = (who.company_id, who.environment)
        known = self._known.get(key)
        if known is not None and clock.monotonic() < known[0]:
            return known[1]
        asked = clock.monotonic()
        with self._store.of(*key) as connection:
            policy = _policy(connection, who)
            rows = connection.execute(_METHODS, {"company": who.company_id, "environment": who.environment}).fetchall()
        found = Known(matching.by_path(policy), frozenset(row[0] for row in rows))
        with self._lock:
            self._known[key] = (asked + self._fresh, found)
            self._known.move_to_end(key)
            while len(self._known) > _CACHED_AT_MOST:
                self._known.popitem(last=False)
        return found

    def forget(self, who: Caller) -> None:
        """Look a company up anew at its next call."""
        with self._lock:
            self._known.pop((who.company_id, who.environment), None)

    def get(self, connection: Connection, context: Context) -> ApprovalPolicy:
        """The policy of the caller's company; an empty one if it has none."""
        return _policy(connection, context.who)

    def lock(self, connection: Connection, context: Context) -> ApprovalPolicy:
        """The policy; whoever else replaces it waits until the caller's transaction ends."""
        who = context.who
        name = f"approval policy {who.company_id} {who.environment}"
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (name,))
        return _policy(connection, who)

    def put(self, connection: Connection, context: Context, policy: ApprovalPolicy) -> None:
        """Replace the policy of the caller's company in the caller's transaction."""
        who = context.who
        message = APPROVAL_POLICY.seal(connection.seals, who, policy.SerializeToString(deterministic=True))
        connection.execute(_PUT, (who.company_id, who.environment, policy.revision, message))


def _policy(connection: Connection, who: Caller) -> ApprovalPolicy:
    row = connection.execute(_GET, (who.company_id, who.environment)).fetchone()
    return ApprovalPolicy.FromString(APPROVAL_POLICY.open(connection.seals, who, row[0]) if row else b"")
