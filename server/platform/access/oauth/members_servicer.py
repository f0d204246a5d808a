"""MemberService. Nobody gives a role with more scopes than they have, and whoever leaves loses their tokens."""

from collections.abc import Callable, Iterable

import grpc

from corridor.access.v1 import member_pb2
from corridor.access.v1 import member_service_pb2 as api
from corridor.access.v1.member_pb2 import Member
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import etags
from server.kit.context import Context
from server.kit.errors import fail
from server.kit.paging import PageTokens
from server.platform.access import changes
from server.platform.access.oauth import members_roles
from server.platform.access.oauth.members import Members
from server.store import audit, idempotency
from server.store.engine import Connection, Store

EndTokens = Callable[[Connection, str, int, str], None]
"""Ends, in the caller's transaction, every token of a company's subject in an environment."""


class MemberServicer:
    """Keeps the people of the caller's company."""

    def __init__(self, store: Store, tokens: PageTokens, members: Members, end_tokens: EndTokens) -> None:
        self._store = store
        self._tokens = tokens
        self._members = members
        self._end_tokens = end_tokens

    def CreateMember(self, request: api.CreateMemberRequest, _: grpc.ServicerContext) -> bytes:
        """Invite a person."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            _check_roles(connection, context, request.roles)
            wanted = Member(title=request.title, email=request.email, state=member_pb2.MEMBER_STATE_INVITED)
            wanted.roles.extend(request.roles)
            member = self._members.create(connection, context, wanted)
            if member is None:
                raise fail(reasons.ERROR_REASON_STATE_CONFLICT, "This address is a member's already.")
            audit.record(connection, context, member.member_id)
            return answer(member.member_id, api.CreateMemberResponse(member=member))

    def GetMember(self, request: api.GetMemberRequest, _: grpc.ServicerContext) -> api.GetMemberResponse:
        """One member, also a removed one."""
        with self._store.mine() as connection:
            return api.GetMemberResponse(member=self._one(connection, request.member_id))

    def ListMembers(self, request: api.ListMembersRequest, _: grpc.ServicerContext) -> api.ListMembersResponse:
        """A page of members, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = self._members.page(connection, context, page, request.state)
        following = self._tokens.next(context, request, found[-1].member_id) if more else ""
        return api.ListMembersResponse(members=found, next_page_token=following)

    def UpdateMember(self, request: api.UpdateMemberRequest, _: grpc.ServicerContext) -> bytes:
        """Replace name and roles. Only roles that are new must be the caller's to give."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            member = self._one(connection, request.member_id, lock=True, there=True)
            _check_roles(connection, context, set(request.roles) - set(member.roles))
            member.title = request.title
            member.ClearField("roles")
            member.roles.extend(request.roles)
            member = self._members.save(connection, context, member)
            audit.record(connection, context, member.member_id)
            return answer(member.member_id, api.UpdateMemberResponse(member=member))

    def SuspendMember(self, request: api.SuspendMemberRequest, _: grpc.ServicerContext) -> bytes:
        """Keep a member out, and end their tokens."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            member = self._one(connection, request.member_id, lock=True, there=True)
            member.state = member_pb2.MEMBER_STATE_SUSPENDED
            member = self._left(connection, context, member)
            return answer(member.member_id, api.SuspendMemberResponse(member=member))

    def ReinstateMember(self, request: api.ReinstateMemberRequest, _: grpc.ServicerContext) -> bytes:
        """Let a suspended member in again: that gives them all of their roles anew."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            member = self._one(connection, request.member_id, lock=True, there=True)
            if member.state == member_pb2.MEMBER_STATE_SUSPENDED:
                _check_roles(connection, context, {*member.roles, *member.group_roles})
                signed_in = bool(member.subject)
                member.state = member_pb2.MEMBER_STATE_ACTIVE if signed_in else member_pb2.MEMBER_STATE_INVITED
                member = self._members.save(connection, context, member)
            audit.record(connection, context, member.member_id)
            return answer(member.member_id, api.ReinstateMemberResponse(member=member))

    def RemoveMember(self, request: api.RemoveMemberRequest, _: grpc.ServicerContext) -> bytes:
        """End a membership and its tokens, and forget name and address."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            member = self._one(connection, request.member_id, lock=True, there=True)
            member.state = member_pb2.MEMBER_STATE_REMOVED
            for name in ("title", "email", "roles", "group_roles"):
                member.ClearField(name)
            # Issuer and subject stay, sealed: by them the person is known again, and kept out.
            self._left(connection, context, member)
            return answer(request.member_id, api.RemoveMemberResponse())

    def _left(self, connection: Connection, context: Context, member: Member) -> Member:
        saved = self._members.save(connection, context, member)
        who = context.who
        self._end_tokens(connection, who.company_id, who.environment, member.member_id)
        audit.record(connection, context, member.member_id)
        return saved

    def _one(self, connection: Connection, member_id: str, *, lock: bool = False, there: bool = False) -> Member:
        """A member; with `there` only one that is not removed."""
        member = self._members.get(connection, contexts.current(), member_id, lock=lock)
        if member is None or (there and member.state == member_pb2.MEMBER_STATE_REMOVED):
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such member.")
        if lock:
            etags.check(contexts.current(), member)
        return member


def _check_roles(connection: Connection, context: Context, roles: Iterable[int]) -> None:
    if given := members_roles.scopes(roles):
        members_roles.check_gives(context.who, given)
        changes.check_unrestricted(connection, context)
