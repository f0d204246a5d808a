"""The audit trail: who asked for what, and what came of it. Rows are only ever added.

What changes something records itself in its own transaction; every other call is recorded by the interceptor.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import psycopg
from psycopg.rows import TupleRow

from corridor.audit.v1 import audit_entry_pb2
from server.kit import ids
from server.kit.context import Caller, Context
from server.kit.digest import digest
from server.store.engine import Connection

_RECORD = """
SELECT corridor.record_audit(%s, %s::smallint, %s, %s, %s, %s, %s, %s::smallint, %s, %s, %s, %s::smallint, %s, %s, %s,
    %s, %s, %s)
"""
_RECORD_CALLS = """
SELECT corridor.record_calls(%s::text[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::smallint[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::bytea[], %s::text[], %s::bytea[], %s::bytea[], %s::text[])
"""
# Of one call. Lists are dear to send: PostgreSQL makes them of single values.
_RECORD_CALL = _RECORD_CALLS.replace("%s::", "ARRAY[%s]::")
_FIND_OWNER = "SELECT corridor.find_owner(%s, %s, %s)"
_SALT_BYTES = 16

# Which table holds the resources whose ids have a prefix, and in which column.
_TABLES = {
    "alert": ("security_alerts", "security_alert_id"),
    "apr": ("approvals", "approval_id"),
    "att": ("attempts", "attempt_id"),
    "act": ("payment_actions", "payment_action_id"),
    "aud": ("audit", "audit_entry_id"),
    "ben": ("beneficiaries", "beneficiary_id"),
    "cert": ("certifications", "certification_id"),
    "dtst": ("disaster_tests", "disaster_test_id"),
    "cns": ("consents", "consent_id"),
    "conn": ("connections", "connection_id"),
    "dlv": ("deliveries", "delivery_id"),
    "doc": ("dispute_documents", "dispute_document_id"),
    "dsp": ("disputes", "dispute_id"),
    "er": ("erasures", "erasure_id"),
    "eu": ("end_users", "end_user_id"),
    "evt": ("events", "event_id"),
    "inc": ("provider_incidents", "provider_incident_id"),
    "in": ("inbound_deliveries", "inbound_delivery_id"),
    "ist": ("institution_statuses", "institution_status_id"),
    "key": ("api_keys", "api_key_id"),
    "mem": ("members", "member_id"),
    "oa": ("oauth_authorizations", "oauth_authorization_id"),
    "obs": ("observations", "observation_id"),
    "oc": ("oauth_clients", "oauth_client_id"),
    "og": ("oauth_grants", "oauth_grant_id"),
    "pay": ("payments", "payment_id"),
    "shc": ("shadow_comparisons", "shadow_comparison_id"),
    "pg": ("purges", "purge_id"),
    "pgr": ("provider_grants", "provider_grant_id"),
    "po": ("payouts", "payout_id"),
    "ref": ("payment_actions", "payment_action_id"),  # refunds are kept beside the actions
    "rtd": ("route_decisions", "route_decision_id"),
    "rep": ("replays", "replay_id"),
    "route": ("routes", "route_id"),
    "rtp": ("routing_policies", "routing_policy_id"),
    "si": ("sign_ins", "sign_in_id"),
    "stage": ("provider_stages", "provider_stage_id"),
    "swp": ("sweeps", "sweep_id"),
    "tok": ("vault_tokens", "vault_token_id"),
    "we": ("webhook_endpoints", "webhook_endpoint_id"),
    "wi": ("work_items", "work_item_id"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One call as it is recorded, in the order of `corridor.record_calls`."""

    company_id: str
    environment: int
    audit_entry_id: str
    action: str
    method: str
    caller_id: str
    resource_id: str
    outcome: int
    reason: str
    request_id: str
    correlation_id: str
    caller_kind: int
    subject: str
    client_ip: str
    claimed: str
    approval_id: str
    request_digest: bytes
    detail: str = ""
    owner_digest: bytes = b""
    owner_salt: bytes = b""
    owner_company_id: str = ""

    def values(self) -> tuple[object, ...]:
        """The facts in the order of the function's parameters."""
        return tuple(getattr(self, name) for name in self.__slots__)


def record(connection: Connection, context: Context, resource_id: str, detail: str = "") -> None:
    """Record in the caller's transaction that the current call was done."""
    done = row(context, context.who, resource_id, audit_entry_pb2.AUDIT_OUTCOME_DONE, "", detail)
    connection.execute(_RECORD, done.values()[:18])
    context.audited = True


@contextlib.contextmanager
def as_called(connection: Connection, context: Context) -> Iterator[None]:
    """Around a statement that records the call itself: its row names the method that was called, in its own version."""
    if context.called is None:
        yield
        return
    with connection.transaction():
        connection.execute("SELECT set_config('corridor.called_method', %s, true)", (context.called.path,))
        yield


def record_refusal(connection: Connection, context: Context, caller: Caller, reason: str) -> None:
    """Record that the current call was refused, where its answer is no failure: OAuth has refusals of its own form."""
    refused = row(context, caller, context.resource_id, audit_entry_pb2.AUDIT_OUTCOME_REFUSED, reason)
    connection.execute(_RECORD, refused.values()[:18])
    context.audited = True


def record_calls(connection: psycopg.Connection[TupleRow], rows: Sequence[Row]) -> None:
    """Record calls of any companies in one statement."""
    if len(rows) == 1:
        connection.execute(_RECORD_CALL, rows[0].values())
        return
    columns = zip(*(each.values() for each in rows), strict=True)
    connection.execute(_RECORD_CALLS, [list(column) for column in columns])


def row(context: Context, caller: Caller, resource_id: str, outcome: int, reason: str, detail: str = "") -> Row:
    """The current call as it is recorded."""
    return Row(
        company_id=caller.company_id,
        environment=caller.environment,
        audit_entry_id=ids.new("aud"),
        action=context.asked.policy.audit,
        method=context.asked.path,
        caller_id=caller.caller_id,
        resource_id=resource_id,
        outcome=outcome,
        reason=reason,
        request_id=context.request_id,
        correlation_id=context.correlation_id,
        caller_kind=caller.kind,
        subject=caller.subject,
        client_ip=context.client_ip,
        claimed=context.claimed,
        approval_id=context.approval_id,
        request_digest=request_digest(context),
        detail=detail,
    )


def request_digest(context: Context) -> bytes:
    """What the call asked for, as a digest; empty for one that was refused before it was read."""
    return digest(context.request) if context.request is not None else b""


def with_owner(connection: Connection, context: Context, row: Row) -> Row:
    """The row, with whose the ids in the request are, if they are another company's.

    The digest is of the same form for every call: who sees the row cannot tell whether there is an owner.
    """
    owner = ""
    for prefix, value in _ids(context):
        found = connection.execute(_FIND_OWNER, (*_TABLES[prefix], value)).fetchone()
        if found and found[0] not in {"", row.company_id}:
            owner = found[0]
    salt = os.urandom(_SALT_BYTES)
    return replace(row, owner_digest=owner_digest(salt, owner), owner_salt=salt, owner_company_id=owner)


def owner_digest(salt: bytes, owner_company_id: str) -> bytes:
    """What a row says of the owner to everybody but the operator."""
    return hashlib.sha256(salt + owner_company_id.encode()).digest()


def asked_for(context: Context) -> str:
    """The resource that a call names first, where it names one and is no list."""
    if context.request is None or "page_token" in context.request.DESCRIPTOR.fields_by_name:
        return ""
    return next((value for _, value in context.request.ListFields() if isinstance(value, str) and ids.is_id(value)), "")


def _ids(context: Context) -> list[tuple[str, str]]:
    """Every value of the request that has the form of a resource's id, with its prefix."""
    if context.request is None:
        return []
    texts = [value for _, value in context.request.ListFields() if isinstance(value, str) and ids.is_id(value)]
    return [(prefix, text) for text in texts if (prefix := text.partition("_")[0]) in _TABLES]
