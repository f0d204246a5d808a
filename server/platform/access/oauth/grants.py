"""Grants: what a person let a client do, with the codes and refresh tokens that come of it.

A code and a rotated refresh token work once. A second use ends the whole grant: somebody else has it too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridor.type.v1.environment_pb2 import Environment
from server.kit import ids
from server.platform.access.oauth.hashes import CODE, REFRESH_TOKEN, Hashes, New
from server.store.engine import Connection

CODE_SECONDS = 60  # RFC 6749, 4.1.2: short-lived; FAPI 2.0 Security Profile, 5.3.2.1: at most 60 seconds
GRANT_DAYS = 90

_CREATE = """
INSERT INTO corridor.oauth_grants VALUES (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), %s, NULL)
"""
_ADD_CODE = """
INSERT INTO corridor.oauth_codes
VALUES (%s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s), NULL)
"""
_USE_CODE = """
SELECT oauth_authorization_id, oauth_grant_id, use_time IS NOT NULL, expire_time <= clock_timestamp()
FROM corridor.oauth_codes WHERE company_id = %s AND environment = %s AND code_hash = %s FOR UPDATE
"""
_CODE_USED = """
UPDATE corridor.oauth_codes SET use_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND code_hash = %s
"""
_ADD_REFRESH = "INSERT INTO corridor.oauth_refresh_tokens VALUES (%s, %s, %s, %s, clock_timestamp(), %s, NULL)"
_FIND_REFRESH = """
SELECT oauth_grant_id, use_time IS NOT NULL FROM corridor.oauth_refresh_tokens
WHERE company_id = %s AND environment = %s AND token_hash = %s
"""
_REFRESH_USED = """
UPDATE corridor.oauth_refresh_tokens SET use_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND token_hash = %s
"""
_GRANT = """
SELECT oauth_grant_id, oauth_client_id, subject, consent_id, scopes, resource, create_time, expire_time,
    revoke_time IS NOT NULL OR expire_time <= clock_timestamp()
FROM corridor.oauth_grants WHERE company_id = %s AND environment = %s AND oauth_grant_id = %s
"""
_REVOKE = """
UPDATE corridor.oauth_grants SET revoke_time = clock_timestamp()
WHERE company_id = %(company_id)s AND environment = %(environment)s AND revoke_time IS NULL
    AND (oauth_grant_id = %(grant_id)s OR consent_id = %(consent_id)s OR subject = %(subject)s
        OR oauth_client_id = %(client_id)s)
RETURNING oauth_grant_id
"""
_REVOKE_ONE = "INSERT INTO corridor.oauth_revoked_tokens VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person let a client do."""

    grant_id: str
    client_id: str
    subject: str
    consent_id: str
    scopes: frozenset[str]
    resource: str
    create_time: datetime
    expire_time: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was presented."""

    authorization_id: str
    grant_id: str
    used: bool
    expired: bool


def create(
    connection: Connection,
    company_id: str,
    environment: "Environment.ValueType",
    client_id: str,
    subject: str,
    consent_id: str,
    scopes: Collection[str],
    resource: str,
    expire_time: datetime,
) -> str:
    """Store a new grant; its id."""
    grant_id = ids.new("og")
    values = (company_id, environment, grant_id, client_id, subject, consent_id, sorted(scopes), resource, expire_time)
    connection.execute(_CREATE, values)
    return grant_id


def get(connection: Connection, company_id: str, environment: "Environment.ValueType", grant_id: str) -> Grant | None:
    """One grant. Codes and refresh tokens are locked before it, never after."""
    row = connection.execute(_GRANT, (company_id, environment, grant_id)).fetchone()
    if row is None:
        return None
    found_id, client_id, subject, consent_id, scopes, resource, create_time, expire_time, over = row
    return Grant(found_id, client_id, subject, consent_id, frozenset(scopes), resource, create_time, expire_time, over)


def revoke(
    connection: Connection,
    company_id: str,
    environment: "Environment.ValueType",
    *,
    grant_id: str = "",
    consent_id: str = "",
    subject: str = "",
    client_id: str = "",
) -> list[str]:
    """End every grant that one of the ids names; their ids. Within a second no token of theirs works any more."""
    wanted = {"grant_id": grant_id, "consent_id": consent_id, "subject": subject, "client_id": client_id}
    # An id that is not given is NULL, which no column equals.
    values = {"company_id": company_id, "environment": environment, **{k: v or None for k, v in wanted.items()}}
    return [row[0] for row in connection.execute(_REVOKE, values).fetchall()]


def revoke_token(
    connection: Connection, company_id: str, environment: "Environment.ValueType", token_id: str, end: datetime
) -> None:
    """End one access token."""
    connection.execute(_REVOKE_ONE, (company_id, environment, token_id, end))


def add_code(
    connection: Connection,
    hashes: Hashes,
    company_id: str,
    environment: "Environment.ValueType",
    authorization_id: str,
    grant_id: str,
) -> str:
    """A new code for a grant."""
    new = hashes.make(CODE)
    values = (company_id, environment, new.hash, authorization_id, grant_id, CODE_SECONDS)
    connection.execute(_ADD_CODE, values)
    return new.value


def take_code(
    connection: Connection, hashes: Hashes, company_id: str, environment: "Environment.ValueType", code: str
) -> Code | None:
    """What a code stands for; from now on it is used. Two calls with the same code wait for each other."""
    key = (company_id, environment, hashes.hash(CODE, code))
    row = connection.execute(_USE_CODE, key).fetchone()
    if row is None:
        return None
    found = Code(*row)
    if not found.used:
        connection.execute(_CODE_USED, key)
    return found


def add_refresh_token(
    connection: Connection, hashes: Hashes, company_id: str, environment: "Environment.ValueType", grant: Grant
) -> str:
    """A new refresh token of a grant."""
    new: New = hashes.make(REFRESH_TOKEN)
    connection.execute(_ADD_REFRESH, (company_id, environment, new.hash, grant.grant_id, grant.expire_time))
    return new.value


def find_refresh_token(
    connection: Connection,
    hashes: Hashes,
    company_id: str,
    environment: "Environment.ValueType",
    token: str,
    *,
    lock: bool = False,
) -> tuple[Grant, bool] | None:
    """The grant of a refresh token, and whether the token was rotated before."""
    key = (company_id, environment, hashes.hash(REFRESH_TOKEN, token))
    row = connection.execute(_FIND_REFRESH + (" FOR UPDATE" if lock else ""), key).fetchone()
    grant = get(connection, company_id, environment, row[0]) if row else None
    return (grant, row[1]) if row and grant else None


def use_refresh_token(
    connection: Connection, hashes: Hashes, company_id: str, environment: "Environment.ValueType", token: str
) -> None:
    """Record that a refresh token was rotated."""
    connection.execute(_REFRESH_USED, (company_id, environment, hashes.hash(REFRESH_TOKEN, token)))


def expiry(now: datetime) -> datetime:
    """When a grant ends that begins now and says nothing else."""
    return now + timedelta(days=GRANT_DAYS)
