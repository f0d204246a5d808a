"""Rows of members. Names and addresses are sealed; people are found by keyed hashes of who they are elsewhere.

A removed member's row stays for the audit trail, without name and address.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg.rows import TupleRow

from corridor.access.v1 import member_pb2
from corridor.access.v1.member_pb2 import Member
from server.kit import ids
from server.kit.context import Context
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection, Store
from server.store.sealed import MEMBER

_COLUMNS = "member_id, state, roles, group_roles, message, create_time, update_time"
_SELECT = f"SELECT {_COLUMNS} FROM corridor.members"
_ONE = f"{_SELECT} WHERE company_id = %s AND environment = %s AND member_id = %s"
# Of several rows of one person all but one are of memberships that have ended.
_FIND = f"""
{_SELECT} WHERE company_id = %s AND environment = %s AND {{column}} = %s ORDER BY state = 4, member_id DESC LIMIT 1
"""
_CREATE = f"""
INSERT INTO corridor.members
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), clock_timestamp())
ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
"""
_SAVE = f"""
UPDATE corridor.members SET state = %s, roles = %s, group_roles = %s, subject_hash = %s, email_hash = %s, message = %s,
    update_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND member_id = %s RETURNING {_COLUMNS}
"""
_STANDING = """
SELECT state, roles || group_roles FROM corridor.members WHERE company_id = %s AND environment = %s AND member_id = %s
"""
_INVITED = f"""
SELECT DISTINCT unnest(roles) FROM corridor.members
WHERE company_id = %s AND environment = %s AND state = {member_pb2.MEMBER_STATE_INVITED}
"""
_NOT_REMOVED = [
    member_pb2.MEMBER_STATE_INVITED,
    member_pb2.MEMBER_STATE_ACTIVE,
    member_pb2.MEMBER_STATE_SUSPENDED,
]


@dataclass(frozen=True, slots=True)
class Hashes:
    """Keyed hashes of who somebody is, so that rows are found without keeping names in the clear."""

    key: bytes

    def __repr__(self) -> str:
        return "Hashes()"

    def subject(self, issuer: str, subject: str) -> bytes:
        """Of somebody's id at a provider. Only both together name a person (OpenID Connect Core 1.0, 5.7)."""
        return self._hash("subject", issuer, subject)

    def email(self, email: str) -> bytes | None:
        """Of an e-mail address, in whichever case it is written. None for none."""
        return self._hash("email", email.casefold()) if email else None

    def _hash(self, *parts: str) -> bytes:
        return hmac.digest(self.key, "\x00".join(parts).encode(), hashlib.sha256)


class Members:
    """The people of companies."""

    def __init__(self, store: Store, hashes: Hashes) -> None:
        self._store = store
        self._hashes = hashes

    @property
    def hashes(self) -> Hashes:
        """By what people are found."""
        return self._hashes

    def create(self, connection: Connection, context: Context, member: Member) -> Member | None:
        """Store a new member of the caller's company; None if its address or subject is a member's already."""
        member.member_id = ids.new("mem")
        who = context.who
        key = (who.company_id, who.environment, member.member_id)
        row = connection.execute(_CREATE, (*key, *self._values(context, member))).fetchone()
        return self._member(context, row) if row else None

    def save(self, connection: Connection, context: Context, member: Member) -> Member:
        """Store what has changed of a member."""
        who = context.who
        key = (who.company_id, who.environment, member.member_id)
        row = connection.execute(_SAVE, (*self._values(context, member), *key)).fetchone()
        assert row is not None  # members are never deleted
        return self._member(context, row)

    def get(self, connection: Connection, context: Context, member_id: str, *, lock: bool = False) -> Member | None:
        """One member of the caller's company; `lock` keeps it as it is until the transaction ends."""
        who = context.who
        query = _ONE + (" FOR UPDATE" if lock else "")
        row = connection.execute(query, (who.company_id, who.environment, member_id)).fetchone()
        return self._member(context, row) if row else None

    def page(self, connection: Connection, context: Context, wanted: Page, state: int) -> tuple[list[Member], bool]:
        """A page of members, the newest first, and whether there are more."""
        where = {"state": [state] if state else _NOT_REMOVED}
        rows, more = pages.newest_first(connection, context, _SELECT, key="member_id", page=wanted, where=where)
        return [self._member(context, row) for row in rows], more

    def of_subject(self, connection: Connection, context: Context, issuer: str, subject: str) -> Member | None:
        """The member who is that person at the provider, locked; a removed one only if there is no other."""
        return self._found(connection, context, "subject_hash", self._hashes.subject(issuer, subject))

    def of_email(self, connection: Connection, context: Context, email: str) -> Member | None:
        """The member with an address, locked."""
        return self._found(connection, context, "email_hash", self._hashes.email(email))

    def standing(self, company_id: str, environment: int, member_id: str) -> frozenset[int] | None:
        """The roles of an active member, of people and groups together; None for everybody else.

        This is what a token of theirs may rest on at the moment.
        """
        with self._store.of(company_id, environment) as connection:
            row = connection.execute(_STANDING, (company_id, environment, member_id)).fetchone()
        return frozenset(row[1]) if row and row[0] == member_pb2.MEMBER_STATE_ACTIVE else None

    def active_roles(self, member: Member | None) -> frozenset[int]:
        """The roles of a member, of people and groups together; none unless they are active."""
        if member is None or member.state != member_pb2.MEMBER_STATE_ACTIVE:
            return frozenset()
        return frozenset({*member.roles, *member.group_roles})

    def _found(self, connection: Connection, context: Context, column: str, digest: bytes | None) -> Member | None:
        if digest is None:
            return None
        who = context.who
        query = _FIND.format(column=column) + " FOR UPDATE"
        row = connection.execute(query, (who.company_id, who.environment, digest)).fetchone()
        return self._member(context, row) if row else None

    def _values(self, context: Context, member: Member) -> tuple[object, ...]:
        kept = Member(title=member.title, email=member.email, issuer=member.issuer, subject=member.subject)
        if member.HasField("sign_in_time"):
            kept.sign_in_time.CopyFrom(member.sign_in_time)
        sealed = MEMBER.seal(
            self._store.seals, context.who, kept.SerializeToString(deterministic=True), member.member_id
        )
        subject = self._hashes.subject(member.issuer, member.subject) if member.subject else None
        roles, group_roles = _sorted(member.roles), _sorted(member.group_roles)
        return member.state, roles, group_roles, subject, self._hashes.email(member.email), sealed

    def _member(self, context: Context, row: TupleRow) -> Member:
        member_id, state, roles, group_roles, sealed, created, updated = row
        data = MEMBER.open(self._store.seals, context.who, bytes(sealed), member_id)
        member = Member.FromString(data)
        member.member_id, member.environment, member.state = member_id, context.who.environment, state
        member.roles.extend(roles)
        member.group_roles.extend(group_roles)
        member.create_time.FromDatetime(created)
        member.update_time.FromDatetime(updated)
        return member


def invited_roles(connection: Connection, context: Context) -> frozenset[int]:
    """Every role that waits for somebody who has been invited."""
    rows = connection.execute(_INVITED, (context.who.company_id, context.who.environment)).fetchall()
    return frozenset(row[0] for row in rows)


def _sorted(roles: Iterable[int]) -> list[int]:
    return sorted(set(roles))
