"""Calls of corridor.operations.v1. Written by `corridor gen` from the contract; never edited."""

import datetime
from collections.abc import Mapping, Sequence

from corridor_client_runtime.caller import AsyncCaller, Caller
from corridor_client_runtime.methods import Http, Key, Method, present
from corridor_client_runtime.methods import request as given
from corridor_client_runtime.paging import AsyncPage, Page

from corridor_client.operations.v1 import (
    AgingRule,
    AssignWorkItemRequest,
    AssignWorkItemResponse,
    CancelReplayRequest,
    CancelReplayResponse,
    CreateReplayRequest,
    CreateReplayResponse,
    GetAgingRulesRequest,
    GetAgingRulesResponse,
    GetReplayRequest,
    GetReplayResponse,
    GetWorkItemRequest,
    GetWorkItemResponse,
    InspectWorkItemRequest,
    InspectWorkItemResponse,
    ListReplayEntriesRequest,
    ListReplayEntriesResponse,
    ListReplaysRequest,
    ListReplaysResponse,
    ListWorkItemsRequest,
    ListWorkItemsResponse,
    Replay,
    ReplayEffect,
    ReplayEntry,
    ReplayEntryState,
    ReplaySelection,
    ReplayState,
    ResolveWorkItemRequest,
    ResolveWorkItemResponse,
    RetryWorkItemRequest,
    RetryWorkItemResponse,
    RunReplayRequest,
    RunReplayResponse,
    SendElsewhereWorkItemRequest,
    SendElsewhereWorkItemResponse,
    SetAgingRuleRequest,
    SetAgingRuleResponse,
    WorkItem,
    WorkItemInspection,
    WorkItemKind,
    WorkItemState,
)

_REPLAY_CREATE_REPLAY = Method(
    "/corridor.operations.v1.ReplayService/CreateReplay",
    CreateReplayResponse,
    Key.REQUIRED,
    10.0,
    Http("POST", "/v1/replays", "*", "replay"),
)

_REPLAY_GET_REPLAY = Method(
    "/corridor.operations.v1.ReplayService/GetReplay",
    GetReplayResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/replays/{replay_id}", "", "replay"),
)

_REPLAY_LIST_REPLAYS = Method(
    "/corridor.operations.v1.ReplayService/ListReplays",
    ListReplaysResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/replays"),
)

_REPLAY_LIST_REPLAY_ENTRIES = Method(
    "/corridor.operations.v1.ReplayService/ListReplayEntries",
    ListReplayEntriesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/replays/{replay_id}/entries"),
)

_REPLAY_RUN_REPLAY = Method(
    "/corridor.operations.v1.ReplayService/RunReplay",
    RunReplayResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/replays/{replay_id}:run", "*", "replay"),
)

_REPLAY_CANCEL_REPLAY = Method(
    "/corridor.operations.v1.ReplayService/CancelReplay",
    CancelReplayResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/replays/{replay_id}:cancel", "*", "replay"),
)


class ReplayCalls:
    """ReplayService takes many deliveries or work items up again at once, after showing what that would change."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create_replay(
        self,
        request: CreateReplayRequest | None = None,
        /,
        *,
        selection: ReplaySelection | None = None,
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """CreateReplay chooses what is looked at again, and begins to find out what that would change. Nothing is changed.

        GetReplay tells when it is ready. At most 10,000 entries are chosen; a larger choice is refused.
        So is one more where 50 of the company are not at their end.

        Fields:
            selection: What it is about.
            reason: Why, such as `The adapter has learnt the new word`.

        Raises errors.ReplayTooLarge, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyRequired, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CreateReplayRequest, request, {"selection": selection, "reason": reason})
        answer = self._caller.call(
            _REPLAY_CREATE_REPLAY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.replay)

    def get_replay(
        self,
        request: GetReplayRequest | None = None,
        /,
        *,
        replay_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """GetReplay returns one replay with its counts by effect.

        Fields:
            replay_id: The replay's id.

        Raises errors.NotFound.
        """
        message = given(GetReplayRequest, request, {"replay_id": replay_id})
        answer = self._caller.call(_REPLAY_GET_REPLAY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.replay)

    def list_replays(
        self,
        request: ListReplaysRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: ReplayState = ReplayState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListReplaysResponse, Replay]:
        """ListReplays returns replays, the newest first.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            state: Only replays in this state.

        Raises errors.PageTokenInvalid.
        """
        message = given(ListReplaysRequest, request, {"page_size": page_size, "page_token": page_token, "state": state})
        return self._caller.page(
            _REPLAY_LIST_REPLAYS, message, "replays", timeout_seconds=timeout_seconds, headers=headers
        )

    def list_replay_entries(
        self,
        request: ListReplayEntriesRequest | None = None,
        /,
        *,
        replay_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        effect: ReplayEffect = ReplayEffect(0),
        state: ReplayEntryState = ReplayEntryState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListReplayEntriesResponse, ReplayEntry]:
        """ListReplayEntries returns the entries of a replay in their order, each with what it would change.

        Fields:
            replay_id: The replay's id.
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            effect: Only entries with this effect.
            state: Only entries in this state.

        Raises errors.NotFound, errors.PageTokenInvalid.
        """
        message = given(
            ListReplayEntriesRequest,
            request,
            {
                "replay_id": replay_id,
                "page_size": page_size,
                "page_token": page_token,
                "effect": effect,
                "state": state,
            },
        )
        return self._caller.page(
            _REPLAY_LIST_REPLAY_ENTRIES, message, "entries", timeout_seconds=timeout_seconds, headers=headers
        )

    def run_replay(
        self,
        request: RunReplayRequest | None = None,
        /,
        *,
        replay_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """RunReplay does what was shown, in the background. An entry that would change something else by now is left.

        A replay that runs, or has run, is not run again: the call returns it as it is.

        Fields:
            replay_id: The replay's id.

        Raises errors.NotFound, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RunReplayRequest, request, {"replay_id": replay_id})
        answer = self._caller.call(
            _REPLAY_RUN_REPLAY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.replay)

    def cancel_replay(
        self,
        request: CancelReplayRequest | None = None,
        /,
        *,
        replay_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """CancelReplay gives a replay up. What was done before stays done.

        Fields:
            replay_id: The replay's id.

        Raises errors.NotFound, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(CancelReplayRequest, request, {"replay_id": replay_id})
        answer = self._caller.call(
            _REPLAY_CANCEL_REPLAY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.replay)


class AsyncReplayCalls:
    """ReplayService takes many deliveries or work items up again at once, after showing what that would change."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create_replay(
        self,
        request: CreateReplayRequest | None = None,
        /,
        *,
        selection: ReplaySelection | None = None,
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """CreateReplay chooses what is looked at again, and begins to find out what that would change. Nothing is changed.

        As `ReplayCalls.create_replay`, awaited.
        """
        message = given(CreateReplayRequest, request, {"selection": selection, "reason": reason})
        answer = await self._caller.call(
            _REPLAY_CREATE_REPLAY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.replay)

    async def get_replay(
        self,
        request: GetReplayRequest | None = None,
        /,
        *,
        replay_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """GetReplay returns one replay with its counts by effect.

        As `ReplayCalls.get_replay`, awaited.
        """
        message = given(GetReplayRequest, request, {"replay_id": replay_id})
        answer = await self._caller.call(_REPLAY_GET_REPLAY, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.replay)

    async def list_replays(
        self,
        request: ListReplaysRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: ReplayState = ReplayState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListReplaysResponse, Replay]:
        """ListReplays returns replays, the newest first.

        As `ReplayCalls.list_replays`, awaited.
        """
        message = given(ListReplaysRequest, request, {"page_size": page_size, "page_token": page_token, "state": state})
        return await self._caller.page(
            _REPLAY_LIST_REPLAYS, message, "replays", timeout_seconds=timeout_seconds, headers=headers
        )

    async def list_replay_entries(
        self,
        request: ListReplayEntriesRequest | None = None,
        /,
        *,
        replay_id: str = "",
        page_size: int = 0,
        page_token: str = "",
        effect: ReplayEffect = ReplayEffect(0),
        state: ReplayEntryState = ReplayEntryState(0),
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListReplayEntriesResponse, ReplayEntry]:
        """ListReplayEntries returns the entries of a replay in their order, each with what it would change.

        As `ReplayCalls.list_replay_entries`, awaited.
        """
        message = given(
            ListReplayEntriesRequest,
            request,
            {
                "replay_id": replay_id,
                "page_size": page_size,
                "page_token": page_token,
                "effect": effect,
                "state": state,
            },
        )
        return await self._caller.page(
            _REPLAY_LIST_REPLAY_ENTRIES, message, "entries", timeout_seconds=timeout_seconds, headers=headers
        )

    async def run_replay(
        self,
        request: RunReplayRequest | None = None,
        /,
        *,
        replay_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """RunReplay does what was shown, in the background. An entry that would change something else by now is left.

        As `ReplayCalls.run_replay`, awaited.
        """
        message = given(RunReplayRequest, request, {"replay_id": replay_id})
        answer = await self._caller.call(
            _REPLAY_RUN_REPLAY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.replay)

    async def cancel_replay(
        self,
        request: CancelReplayRequest | None = None,
        /,
        *,
        replay_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Replay:
        """CancelReplay gives a replay up. What was done before stays done.

        As `ReplayCalls.cancel_replay`, awaited.
        """
        message = given(CancelReplayRequest, request, {"replay_id": replay_id})
        answer = await self._caller.call(
            _REPLAY_CANCEL_REPLAY,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.replay)


_WORKITEM_GET_WORK_ITEM = Method(
    "/corridor.operations.v1.WorkItemService/GetWorkItem",
    GetWorkItemResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/work-items/{work_item_id}", "", "work_item"),
)

_WORKITEM_INSPECT_WORK_ITEM = Method(
    "/corridor.operations.v1.WorkItemService/InspectWorkItem",
    InspectWorkItemResponse,
    Key.NONE,
    10.0,
    Http("GET", "/v1/work-items/{work_item_id}:inspect", "", "inspection"),
)

_WORKITEM_LIST_WORK_ITEMS = Method(
    "/corridor.operations.v1.WorkItemService/ListWorkItems",
    ListWorkItemsResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/work-items"),
)

_WORKITEM_RESOLVE_WORK_ITEM = Method(
    "/corridor.operations.v1.WorkItemService/ResolveWorkItem",
    ResolveWorkItemResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/work-items/{work_item_id}:resolve", "*", "work_item"),
)

_WORKITEM_ASSIGN_WORK_ITEM = Method(
    "/corridor.operations.v1.WorkItemService/AssignWorkItem",
    AssignWorkItemResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/work-items/{work_item_id}:assign", "*", "work_item"),
)

_WORKITEM_RETRY_WORK_ITEM = Method(
    "/corridor.operations.v1.WorkItemService/RetryWorkItem",
    RetryWorkItemResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/work-items/{work_item_id}:retry", "*"),
)

_WORKITEM_SEND_ELSEWHERE_WORK_ITEM = Method(
    "/corridor.operations.v1.WorkItemService/SendElsewhereWorkItem",
    SendElsewhereWorkItemResponse,
    Key.OPTIONAL,
    5.0,
    Http("POST", "/v1/work-items/{work_item_id}:send-elsewhere", "*"),
)

_WORKITEM_GET_AGING_RULES = Method(
    "/corridor.operations.v1.WorkItemService/GetAgingRules",
    GetAgingRulesResponse,
    Key.NONE,
    5.0,
    Http("GET", "/v1/aging-rules"),
)

_WORKITEM_SET_AGING_RULE = Method(
    "/corridor.operations.v1.WorkItemService/SetAgingRule",
    SetAgingRuleResponse,
    Key.OPTIONAL,
    5.0,
    Http("PUT", "/v1/aging-rules", "rule", "rule"),
)


class WorkItemCalls:
    """WorkItemService is the list of what people have to look at."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_work_item(
        self,
        request: GetWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItem:
        """GetWorkItem returns one work item.

        Fields:
            work_item_id: The work item's id.

        Raises errors.NotFound.
        """
        message = given(GetWorkItemRequest, request, {"work_item_id": work_item_id})
        answer = self._caller.call(_WORKITEM_GET_WORK_ITEM, message, timeout_seconds=timeout_seconds, headers=headers)
        return present(answer.work_item)

    def inspect_work_item(
        self,
        request: InspectWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItemInspection:
        """InspectWorkItem returns everything that is known of a work item: the resource, its timeline, the decisions about where
        it goes, and what was said to and by providers, redacted as it was kept. Nothing shows it unredacted.

        Fields:
            work_item_id: The work item's id.

        Raises errors.NotFound.
        """
        message = given(InspectWorkItemRequest, request, {"work_item_id": work_item_id})
        answer = self._caller.call(
            _WORKITEM_INSPECT_WORK_ITEM, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.inspection)

    def list_work_items(
        self,
        request: ListWorkItemsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: WorkItemState = WorkItemState(0),
        resource_id: str = "",
        kinds: Sequence[WorkItemKind] = (),
        assignee_id: str = "",
        domain: str = "",
        provider: str = "",
        connection_id: str = "",
        older_than: datetime.timedelta | None = None,
        oldest_first: bool = False,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page[ListWorkItemsResponse, WorkItem]:
        """ListWorkItems returns work items, the newest first, or the oldest first if asked; with counts of the open ones.

        Fields:
            page_size: How many to return at most: 1 to 250. Missing or 0 means 50.
            page_token: Where to go on: the `next_page_token` of the page before.
            state: Only work items in this state.
            resource_id: Only work items of this resource.
            kinds: Only work items of these kinds.
            assignee_id: Only work items of this member or API key, or `nobody`.
            domain: Only work items of resources of this domain, such as `payouts`.
            provider: Only work items about this provider.
            connection_id: Only work items about this connection.
            older_than: Only work items that were opened longer ago than this.
            oldest_first: The oldest first.

        Raises errors.PageTokenInvalid.
        """
        message = given(
            ListWorkItemsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "state": state,
                "resource_id": resource_id,
                "kinds": kinds,
                "assignee_id": assignee_id,
                "domain": domain,
                "provider": provider,
                "connection_id": connection_id,
                "older_than": older_than,
                "oldest_first": oldest_first,
            },
        )
        return self._caller.page(
            _WORKITEM_LIST_WORK_ITEMS, message, "work_items", timeout_seconds=timeout_seconds, headers=headers
        )

    def resolve_work_item(
        self,
        request: ResolveWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        resolution: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItem:
        """ResolveWorkItem closes a work item with what was found out. It moves no money; the resource has calls of its own for that.

        An item that was resolved before keeps its resolution, and the call is refused.

        Fields:
            work_item_id: The work item's id.
            resolution: What was found out and done.

        Raises errors.NotFound, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(ResolveWorkItemRequest, request, {"work_item_id": work_item_id, "resolution": resolution})
        answer = self._caller.call(
            _WORKITEM_RESOLVE_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.work_item)

    def assign_work_item(
        self,
        request: AssignWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        assignee_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItem:
        """AssignWorkItem gives an open work item to a member or an API key, or takes it back from whoever has it.

        Fields:
            work_item_id: The work item's id.
            assignee_id: The member or the API key. Empty: nobody.

        Raises errors.NotFound, errors.StateConflict, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(AssignWorkItemRequest, request, {"work_item_id": work_item_id, "assignee_id": assignee_id})
        answer = self._caller.call(
            _WORKITEM_ASSIGN_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.work_item)

    def retry_work_item(
        self,
        request: RetryWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RetryWorkItemResponse:
        """RetryWorkItem takes up again what is stuck, at the same provider and under the same key there.

        What may have reached a provider is asked about first, always, and sent again only where the provider knows nothing of
        it and promises that repeating is safe. The item is resolved by what comes out, or stays open with what was found.

        Fields:
            work_item_id: The work item's id.

        Raises errors.NotFound, errors.StateConflict, errors.NothingToRetry, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(RetryWorkItemRequest, request, {"work_item_id": work_item_id})
        answer = self._caller.call(
            _WORKITEM_RETRY_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def send_elsewhere_work_item(
        self,
        request: SendElsewhereWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        connection_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SendElsewhereWorkItemResponse:
        """SendElsewhereWorkItem has a payout or payment sent over another connection than the rules would choose.

        It is refused unless it is certain that nothing happened: as soon as one provider may have acted, no other is asked. The
        refusal names the attempt that forbids it.

        Fields:
            work_item_id: The work item's id.
            connection_id: The connection. Empty: the next one that the rules name after the last one that was tried.
            reason: Why, for whoever reads the decision later.

        Raises errors.NotFound, errors.StateConflict, errors.MayHaveActed, errors.ConnectionNotFound, errors.ConnectionNotUsable, errors.ProviderNotLive, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(
            SendElsewhereWorkItemRequest,
            request,
            {"work_item_id": work_item_id, "connection_id": connection_id, "reason": reason},
        )
        answer = self._caller.call(
            _WORKITEM_SEND_ELSEWHERE_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    def get_aging_rules(
        self,
        request: GetAgingRulesRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetAgingRulesResponse:
        """GetAgingRules returns for each kind of work item at which ages the company is told again."""
        message = given(GetAgingRulesRequest, request, {})
        answer = self._caller.call(_WORKITEM_GET_AGING_RULES, message, timeout_seconds=timeout_seconds, headers=headers)
        return answer

    def set_aging_rule(
        self,
        request: SetAgingRuleRequest | None = None,
        /,
        *,
        rule: AgingRule | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AgingRule:
        """SetAgingRule sets at which ages of a kind of work item the company is told again; it holds for open ones at once.

        Fields:
            rule: The rule. Its time is set by Corridor.

        With `if_match`, the etag that you read, nothing is done once the resource has another.

        Raises errors.EtagMismatch, errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, errors.IdempotencyInProgress.
        """
        message = given(SetAgingRuleRequest, request, {"rule": rule})
        answer = self._caller.call(
            _WORKITEM_SET_AGING_RULE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.rule)


class AsyncWorkItemCalls:
    """WorkItemService is the list of what people have to look at."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_work_item(
        self,
        request: GetWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItem:
        """GetWorkItem returns one work item.

        As `WorkItemCalls.get_work_item`, awaited.
        """
        message = given(GetWorkItemRequest, request, {"work_item_id": work_item_id})
        answer = await self._caller.call(
            _WORKITEM_GET_WORK_ITEM, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.work_item)

    async def inspect_work_item(
        self,
        request: InspectWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItemInspection:
        """InspectWorkItem returns everything that is known of a work item: the resource, its timeline, the decisions about where

        As `WorkItemCalls.inspect_work_item`, awaited.
        """
        message = given(InspectWorkItemRequest, request, {"work_item_id": work_item_id})
        answer = await self._caller.call(
            _WORKITEM_INSPECT_WORK_ITEM, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return present(answer.inspection)

    async def list_work_items(
        self,
        request: ListWorkItemsRequest | None = None,
        /,
        *,
        page_size: int = 0,
        page_token: str = "",
        state: WorkItemState = WorkItemState(0),
        resource_id: str = "",
        kinds: Sequence[WorkItemKind] = (),
        assignee_id: str = "",
        domain: str = "",
        provider: str = "",
        connection_id: str = "",
        older_than: datetime.timedelta | None = None,
        oldest_first: bool = False,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncPage[ListWorkItemsResponse, WorkItem]:
        """ListWorkItems returns work items, the newest first, or the oldest first if asked; with counts of the open ones.

        As `WorkItemCalls.list_work_items`, awaited.
        """
        message = given(
            ListWorkItemsRequest,
            request,
            {
                "page_size": page_size,
                "page_token": page_token,
                "state": state,
                "resource_id": resource_id,
                "kinds": kinds,
                "assignee_id": assignee_id,
                "domain": domain,
                "provider": provider,
                "connection_id": connection_id,
                "older_than": older_than,
                "oldest_first": oldest_first,
            },
        )
        return await self._caller.page(
            _WORKITEM_LIST_WORK_ITEMS, message, "work_items", timeout_seconds=timeout_seconds, headers=headers
        )

    async def resolve_work_item(
        self,
        request: ResolveWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        resolution: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItem:
        """ResolveWorkItem closes a work item with what was found out. It moves no money; the resource has calls of its own for that.

        As `WorkItemCalls.resolve_work_item`, awaited.
        """
        message = given(ResolveWorkItemRequest, request, {"work_item_id": work_item_id, "resolution": resolution})
        answer = await self._caller.call(
            _WORKITEM_RESOLVE_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.work_item)

    async def assign_work_item(
        self,
        request: AssignWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        assignee_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WorkItem:
        """AssignWorkItem gives an open work item to a member or an API key, or takes it back from whoever has it.

        As `WorkItemCalls.assign_work_item`, awaited.
        """
        message = given(AssignWorkItemRequest, request, {"work_item_id": work_item_id, "assignee_id": assignee_id})
        answer = await self._caller.call(
            _WORKITEM_ASSIGN_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.work_item)

    async def retry_work_item(
        self,
        request: RetryWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RetryWorkItemResponse:
        """RetryWorkItem takes up again what is stuck, at the same provider and under the same key there.

        As `WorkItemCalls.retry_work_item`, awaited.
        """
        message = given(RetryWorkItemRequest, request, {"work_item_id": work_item_id})
        answer = await self._caller.call(
            _WORKITEM_RETRY_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def send_elsewhere_work_item(
        self,
        request: SendElsewhereWorkItemRequest | None = None,
        /,
        *,
        work_item_id: str = "",
        connection_id: str = "",
        reason: str = "",
        idempotency_key: str = "",
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SendElsewhereWorkItemResponse:
        """SendElsewhereWorkItem has a payout or payment sent over another connection than the rules would choose.

        As `WorkItemCalls.send_elsewhere_work_item`, awaited.
        """
        message = given(
            SendElsewhereWorkItemRequest,
            request,
            {"work_item_id": work_item_id, "connection_id": connection_id, "reason": reason},
        )
        answer = await self._caller.call(
            _WORKITEM_SEND_ELSEWHERE_WORK_ITEM,
            message,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return answer

    async def get_aging_rules(
        self,
        request: GetAgingRulesRequest | None = None,
        /,
        *,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GetAgingRulesResponse:
        """GetAgingRules returns for each kind of work item at which ages the company is told again.

        As `WorkItemCalls.get_aging_rules`, awaited.
        """
        message = given(GetAgingRulesRequest, request, {})
        answer = await self._caller.call(
            _WORKITEM_GET_AGING_RULES, message, timeout_seconds=timeout_seconds, headers=headers
        )
        return answer

    async def set_aging_rule(
        self,
        request: SetAgingRuleRequest | None = None,
        /,
        *,
        rule: AgingRule | None = None,
        idempotency_key: str = "",
        if_match: str | None = None,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AgingRule:
        """SetAgingRule sets at which ages of a kind of work item the company is told again; it holds for open ones at once.

        As `WorkItemCalls.set_aging_rule`, awaited.
        """
        message = given(SetAgingRuleRequest, request, {"rule": rule})
        answer = await self._caller.call(
            _WORKITEM_SET_AGING_RULE,
            message,
            idempotency_key=idempotency_key,
            if_match=if_match,
            timeout_seconds=timeout_seconds,
            headers=headers,
        )
        return present(answer.rule)
