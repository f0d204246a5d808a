"""Who somebody is here, once their provider has said who they are there: a member, an end user, or nobody.

Groups at the provider are looked at on each sign-in. A removed person stays out until they are invited again.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from corridor.access.v1 import member_pb2
from corridor.access.v1.member_pb2 import Member
from server.kit import ids
from server.kit.context import Context
from server.platform.access.oauth import members_roles
from server.platform.access.oauth.identity_provider import Provider
from server.platform.access.oauth.members import Hashes, Members
from server.platform.access.oauth.sign_in_tokens import Identity
from server.store.engine import Connection

_END_USER = """
INSERT INTO corridor.end_users VALUES (%s, %s, %s, %s, clock_timestamp())
ON CONFLICT ON CONSTRAINT uq_end_users_subject DO NOTHING
"""
_FIND_END_USER = """
SELECT end_user_id FROM corridor.end_users WHERE company_id = %s AND environment = %s AND subject_hash = %s
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may go on, and what they could let a client do at most."""

    subject: str  # `mem_…` or `eu_…`
    scopes: frozenset[str]
    shown: str = field(repr=False)  # how the page addresses them
    is_member: bool = True


class People:
    """Recognises people. Everything happens in the caller's transaction."""

    def __init__(self, members: Members, hashes: Hashes) -> None:
        self._members = members
        self._hashes = hashes

    def person(self, connection: Connection, context: Context, provider: Provider, identity: Identity) -> Person | None:
        """Who it is; None for somebody who has no access."""
        member = self._members.of_subject(connection, context, identity.issuer, identity.subject)
        if member is None or member.state == member_pb2.MEMBER_STATE_REMOVED:
            member = self._invited(connection, context, identity) or member
        if member is None:
            member = self._admitted(connection, context, provider, identity)
            # Somebody who signs in twice at the same time is a member by the other way already.
            member = member or self._members.of_subject(connection, context, identity.issuer, identity.subject)
        if member is None:
            return self._end_user(connection, context, provider, identity)
        if member.state != member_pb2.MEMBER_STATE_ACTIVE:
            return None
        return self._seen(connection, context, provider, identity, member)

    def _invited(self, connection: Connection, context: Context, identity: Identity) -> Member | None:
        """The member whose invitation went to the address that the provider has verified."""
        member = self._members.of_email(connection, context, identity.email)
        if member is None or member.state != member_pb2.MEMBER_STATE_INVITED:
            return None
        member.state = member_pb2.MEMBER_STATE_ACTIVE
        member.issuer, member.subject = identity.issuer, identity.subject
        return member

    def _admitted(
        self, connection: Connection, context: Context, provider: Provider, identity: Identity
    ) -> Member | None:
        """A new member by group, where the company lets groups admit people."""
        if not provider.admits_by_group or not provider.roles(identity.groups):
            return None
        return self._members.create(
            connection,
            context,
            Member(
                state=member_pb2.MEMBER_STATE_ACTIVE,
                title=identity.name,
                # An address that another member has says nothing of this one.
                email="" if self._members.of_email(connection, context, identity.email) else identity.email,
                issuer=identity.issuer,
                subject=identity.subject,
            ),
        )

    def _seen(
        self, connection: Connection, context: Context, provider: Provider, identity: Identity, member: Member
    ) -> Person:
        member.title = member.title or identity.name
        member.ClearField("group_roles")
        member.group_roles.extend(sorted(provider.roles(identity.groups)))  # type: ignore[arg-type] # enum numbers
        member.sign_in_time.FromDatetime(datetime.now(UTC))
        self._members.save(connection, context, member)
        scopes = members_roles.scopes({*member.roles, *member.group_roles})
        return Person(member.member_id, scopes, member.title or member.email or "a member")

    def _end_user(
        self, connection: Connection, context: Context, provider: Provider, identity: Identity
    ) -> Person | None:
        if not provider.end_user_scopes:
            return None
        who = context.who
        digest = self._hashes.subject(identity.issuer, identity.subject)
        key = (who.company_id, who.environment)
        connection.execute(_END_USER, (*key, ids.new("eu"), digest))
        row = connection.execute(_FIND_END_USER, (*key, digest)).fetchone()
        assert row is not None  # it is there, or was just made
        shown = identity.name or identity.email or "signed in"
        return Person(row[0], provider.end_user_scopes, shown, is_member=False)
