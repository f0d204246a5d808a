"""Calls of corridor.approvals.v1. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.approvals.v1 import (
    Approval,
    ApprovalPolicy,
    ApprovalState,
    ApproveApprovalRequest,
    ApproveApprovalResponse,
    CancelApprovalRequest,
    CancelApprovalResponse,
    GetApprovalPolicyRequest,
    GetApprovalPolicyResponse,
    GetApprovalRequest,
    GetApprovalResponse,
    ListApprovalsRequest,
    ListApprovalsResponse,
    RejectApprovalRequest,
    RejectApprovalResponse,
    UpdateApprovalPolicyRequest,
    UpdateApprovalPolicyResponse,
)
from corridor_client.google import protobuf as google_protobuf

_APPROVAL_GET_APPROVAL_POLICY = Method(
    "/corridor.approvals.v1.ApprovalService/GetApprovalPolicy",
    GetApprovalPolicyResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/approval-policy", "", "policy"),
)

_APPROVAL_UPDATE_APPROVAL_POLICY = Method(
    "/corridor.approvals.v1.ApprovalService/UpdateApprovalPolicy",
    UpdateApprovalPolicyResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/approval-policy", "policy", "policy"),
)

_APPROVAL_GET_APPROVAL = Method(
    "/corridor.approvals.v1.ApprovalService/GetApproval",
    GetApprovalResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/approvals/{approval_id}", "", "approval"),
)

_APPROVAL_LIST_APPROVALS = Method(
    "/corridor.approvals.v1.ApprovalService/ListApprovals",
    ListApprovalsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/approvals"),
)

_APPROVAL_APPROVE_APPROVAL = Method(
    "/corridor.approvals.v1.ApprovalService/ApproveApproval",
    ApproveApprovalResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/approvals/{approval_id}:approve", "*", "approval"),
)

_APPROVAL_REJECT_APPROVAL = Method(
    "/corridor.approvals.v1.ApprovalService/RejectApproval",
    RejectApprovalResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/approvals/{approval_id}:reject", "*", "approval"),
)

_APPROVAL_CANCEL_APPROVAL = Method(
    "/corridor.approvals.v1.ApprovalService/CancelApproval",
    CancelApprovalResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/approvals/{approval_id}:cancel", "*", "approval"),
)


class ApprovalCalls:
    """ApprovalService is four eyes: calls that wait until somebody else approves them, and the rules by which they do."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_approval_policy(
        self,
        request: GetApprovalPolicyRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApprovalPolicy:
        """GetApprovalPolicy returns the rules by which calls wait for approval in this environment."""
        message = given(GetApprovalPolicyRequest, request, {})
        answer = self._caller.call(
            _APPROVAL_GET_APPROVAL_POLICY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.policy)

    def update_approval_policy(
        self,
        request: UpdateApprovalPolicyRequest | None = None,
        /,
        *,
        policy: ApprovalPolicy | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApprovalPolicy:
        """UpdateApprovalPolicy replaces the rules. They apply to calls made from now on, everywhere within a second.

        A rule can put this method itself under approval.

        Fields:
            policy: The policy. Its `revision`, if it is not 0, must be the current one.
            update_mask: Which fields of the policy change; the others stay as they are. Missing, or `*`: everything is replaced.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.StateConflict, errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(UpdateApprovalPolicyRequest, request, {"policy": policy, "update_mask": update_mask})
        answer = self._caller.call(
            _APPROVAL_UPDATE_APPROVAL_POLICY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.policy)

    def get_approval(
        self,
        request: GetApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """GetApproval returns one approval.

        Fields:
            approval_id: The approval's id.

        Raises errors.NotFound.
        """
        message = given(GetApprovalRequest, request, {"approval_id": approval_id})
        answer = self._caller.call(_APPROVAL_GET_APPROVAL, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.approval)

    def list_approvals(
        self,
        request: ListApprovalsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[ApprovalState] = (),
        method: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListApprovalsResponse, Approval]:
        """ListApprovals returns approvals, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            states: Only approvals in one of these states.
            method: Only approvals of this method, by its full name.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListApprovalsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "states": states, "method": method},
        )
        return self._caller.page(
            _APPROVAL_LIST_APPROVALS, message, "approvals", timeout_seconds=timeout_seconds, headers=headers
        )

    def approve_approval(
        self,
        request: ApproveApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """ApproveApproval says yes to a call that somebody else made. The last yes that is needed lets it run.

        Nobody approves their own call, also not by another credential of their own.

        Fields:
            approval_id: The approval's id.
            reason: Why, in a sentence.

        Raises errors.NotFound, errors.TransitionNotAllowed, errors.ApprovalOwnRequest, errors.ApprovalExpired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ApproveApprovalRequest, request, {"approval_id": approval_id, "reason": reason})
        answer = self._caller.call(
            _APPROVAL_APPROVE_APPROVAL,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.approval)

    def reject_approval(
        self,
        request: RejectApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """RejectApproval says no to a call that somebody else made, and why. One no is enough.

        Fields:
            approval_id: The approval's id.
            reason: Why, in a sentence.

        Raises errors.NotFound, errors.TransitionNotAllowed, errors.ApprovalOwnRequest, errors.ApprovalExpired, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RejectApprovalRequest, request, {"approval_id": approval_id, "reason": reason})
        answer = self._caller.call(
            _APPROVAL_REJECT_APPROVAL,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.approval)

    def cancel_approval(
        self,
        request: CancelApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """CancelApproval takes back a call of one's own that still waits.

        Fields:
            approval_id: The approval's id.

        Raises errors.NotFound, errors.TransitionNotAllowed, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CancelApprovalRequest, request, {"approval_id": approval_id})
        answer = self._caller.call(
            _APPROVAL_CANCEL_APPROVAL,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.approval)


class AsyncApprovalCalls:
    """ApprovalService is four eyes: calls that wait until somebody else approves them, and the rules by which they do."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_approval_policy(
        self,
        request: GetApprovalPolicyRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApprovalPolicy:
        """GetApprovalPolicy returns the rules by which calls wait for approval in this environment.

        As `ApprovalCalls.get_approval_policy`, awaited.
        """
        message = given(GetApprovalPolicyRequest, request, {})
        answer = await self._caller.call(
            _APPROVAL_GET_APPROVAL_POLICY, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.policy)

    async def update_approval_policy(
        self,
        request: UpdateApprovalPolicyRequest | None = None,
        /,
        *,
        policy: ApprovalPolicy | None = None,
        update_mask: google_protobuf.FieldMask | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApprovalPolicy:
        """UpdateApprovalPolicy replaces the rules. They apply to calls made from now on, everywhere within a second.

        As `ApprovalCalls.update_approval_policy`, awaited.
        """
        message = given(UpdateApprovalPolicyRequest, request, {"policy": policy, "update_mask": update_mask})
        answer = await self._caller.call(
            _APPROVAL_UPDATE_APPROVAL_POLICY,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.policy)

    async def get_approval(
        self,
        request: GetApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """GetApproval returns one approval.

        As `ApprovalCalls.get_approval`, awaited.
        """
        message = given(GetApprovalRequest, request, {"approval_id": approval_id})
        answer = await self._caller.call(
            _APPROVAL_GET_APPROVAL, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.approval)

    async def list_approvals(
        self,
        request: ListApprovalsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        states: Sequence[ApprovalState] = (),
        method: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListApprovalsResponse, Approval]:
        """ListApprovals returns approvals, the newest first.

        As `ApprovalCalls.list_approvals`, awaited.
        """
        message = given(
            ListApprovalsRequest,
            request,
            {"page_size": page_size, "page_token": page_token, "states": states, "method": method},
        )
        return await self._caller.page(
            _APPROVAL_LIST_APPROVALS, message, "approvals", timeout_seconds=timeout_seconds, headers=headers
        )

    async def approve_approval(
        self,
        request: ApproveApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """ApproveApproval says yes to a call that somebody else made. The last yes that is needed lets it run.

        As `ApprovalCalls.approve_approval`, awaited.
        """
        message = given(ApproveApprovalRequest, request, {"approval_id": approval_id, "reason": reason})
        answer = await self._caller.call(
            _APPROVAL_APPROVE_APPROVAL,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.approval)

    async def reject_approval(
        self,
        request: RejectApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """RejectApproval says no to a call that somebody else made, and why. One no is enough.

        As `ApprovalCalls.reject_approval`, awaited.
        """
        message = given(RejectApprovalRequest, request, {"approval_id": approval_id, "reason": reason})
        answer = await self._caller.call(
            _APPROVAL_REJECT_APPROVAL,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.approval)

    async def cancel_approval(
        self,
        request: CancelApprovalRequest | None = None,
        /,
        *,
        approval_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Approval:
        """CancelApproval takes back a call of one's own that still waits.

        As `ApprovalCalls.cancel_approval`, awaited.
        """
        message = given(CancelApprovalRequest, request, {"approval_id": approval_id})
        answer = await self._caller.call(
            _APPROVAL_CANCEL_APPROVAL,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.approval)
