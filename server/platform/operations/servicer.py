"""WorkItemService: what people say of work items, and what they have done about them.

Rule: nothing is sent or asked here. What a person wants done is done by the work that would do it anyway.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.operations.v1 import work_item_service_pb2 as api
from corridor.operations.v1.aging_rule_pb2 import AgingRule
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN, WorkItem, WorkItemKind
from server.kit import context as contexts
from server.kit import etags, ids
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.kit.paging import PageTokens
from server.platform.operations import aging, repository
from server.platform.operations.inspecting import Inspecting
from server.platform.operations.repository import Filter
from server.platform.operations.showing import Showing
from server.store import aging as ages
from server.store import audit, idempotency, locks, work_items
from server.store.engine import Connection, Store
from server.store.wake import Waker


class WorkItemServicer:
    """The list of what people of the caller's company have to look at."""

    def __init__(
        self, store: Store, tokens: PageTokens, showing: Showing, inspecting: Inspecting, waker: Waker
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._showing = showing
        self._retrying = showing.retrying
        self._elsewhere = showing.elsewhere
        self._inspecting = inspecting
        self._waker = waker

    def GetWorkItem(self, request: api.GetWorkItemRequest, _: grpc.ServicerContext) -> api.GetWorkItemResponse:
        """One work item, with what can be done with it."""
        return api.GetWorkItemResponse(work_item=self._found(contexts.current(), request.work_item_id))

    def InspectWorkItem(
        self, request: api.InspectWorkItemRequest, _: grpc.ServicerContext
    ) -> api.InspectWorkItemResponse:
        """Everything that is known of one."""
        context = contexts.current()
        item = self._found(context, request.work_item_id)
        return api.InspectWorkItemResponse(inspection=self._inspecting.inspect(context, item))

    def ListWorkItems(self, request: api.ListWorkItemsRequest, _: grpc.ServicerContext) -> api.ListWorkItemsResponse:
        """A page of work items; on the first page, how many of each kind are open."""
        context = contexts.current()
        page, now = self._tokens.page(context, request), self._showing.clock.now()
        where = Filter(
            state=request.state,
            resource_id=request.resource_id,
            kinds=request.kinds,
            assignee_id=request.assignee_id,
            domain=request.domain,
            provider=request.provider,
            connection_id=request.connection_id,
            opened_before=now - request.older_than.ToTimedelta() if request.HasField("older_than") else None,
        )
        with self._store.mine() as connection:
            items, more = repository.page(connection, context, page, where, oldest_first=request.oldest_first)
            self._showing.fill(connection, context, items)
            counts = [] if request.page_token else repository.open_counts(connection, context, now)
        following = self._tokens.next(context, request, items[-1].work_item_id) if more else ""
        response = api.ListWorkItemsResponse(work_items=items, next_page_token=following)
        if not request.page_token:
            response.open.counts.extend(counts)
        return response

    def AssignWorkItem(self, request: api.AssignWorkItemRequest, _: grpc.ServicerContext) -> bytes:
        """Give a work item to somebody, or take it back."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            if request.assignee_id and self._showing.name(connection, context, request.assignee_id) is None:
                why = "must be a member or an API key of the company in this environment"
                raise fail(
                    reasons.ERROR_REASON_INVALID_ARGUMENT, "There is no such member or API key.",
                    violations=[Violation("assignee_id", why, "assignee")],
                )  # fmt: skip
            self._open(connection, context, request.work_item_id)
            item = repository.assign(connection, context, request.work_item_id, request.assignee_id)
            assert item is not None  # it is open, and locked
            audit.record(connection, context, item.work_item_id, f"to {request.assignee_id or 'nobody'}")
            self._showing.fill(connection, context, [item])
            return answer(item.work_item_id, api.AssignWorkItemResponse(work_item=item))

    def ResolveWorkItem(self, request: api.ResolveWorkItemRequest, _: grpc.ServicerContext) -> bytes:
        """Close a work item. What was written first stands: a second resolution is refused, not dropped."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            self._open(connection, context, request.work_item_id)
            item = work_items.resolve(connection, context, request.work_item_id, request.resolution)
            assert item is not None  # it is open, and locked
            audit.record(connection, context, item.work_item_id)
            self._showing.fill(connection, context, [item])
            return answer(item.work_item_id, api.ResolveWorkItemResponse(work_item=item))

    def RetryWorkItem(self, request: api.RetryWorkItemRequest, _: grpc.ServicerContext) -> bytes:
        """Take up again what is stuck."""
        context = contexts.current()
        idempotency.check(self._store, context)
        genuine = self._is_genuine(context, self._existing(context, request.work_item_id))
        with idempotency.once(self._store, context) as (connection, answer):
            item = self._existing(context, request.work_item_id, connection)
            plan = self._retrying.plan(connection, context, item, genuine=genuine)
            item = self._open(connection, context, request.work_item_id)  # after its resource, as everywhere
            if plan.busy:
                raise fail(reasons.ERROR_REASON_STATE_CONFLICT, plan.what, retry_after_seconds=2.0)
            if not plan.possible:
                raise fail(reasons.ERROR_REASON_NOTHING_TO_RETRY, plan.what)
            self._retrying.begin(connection, context, item, plan)
            audit.record(connection, context, item.resource_id, f"{item.work_item_id}: {plan.what}")
            self._showing.fill(connection, context, [item])
            data = answer(item.work_item_id, api.RetryWorkItemResponse(work_item=item, what=plan.what))
        self._waker.wake()
        return data

    def SendElsewhereWorkItem(self, request: api.SendElsewhereWorkItemRequest, _: grpc.ServicerContext) -> bytes:
        """Have it sent over another connection."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            item = self._existing(context, request.work_item_id, connection)
            if item.state != WORK_ITEM_STATE_OPEN:
                raise _resolved()
            over = self._elsewhere.send(connection, context, item, request.connection_id)
            item = self._open(connection, context, request.work_item_id)
            self._retrying.watch(connection, context, item)
            repository.note(connection, context, item, f"Sent over {over} by a person's choice: {request.reason}")
            audit.record(connection, context, item.resource_id, f"{item.work_item_id} over {over}")
            self._showing.fill(connection, context, [item])
            response = api.SendElsewhereWorkItemResponse(work_item=item, connection_id=over)
            data = answer(item.work_item_id, response)
        self._waker.wake()
        return data

    def GetAgingRules(self, _request: api.GetAgingRulesRequest, _: grpc.ServicerContext) -> api.GetAgingRulesResponse:
        """At which ages the company is told again."""
        with self._store.mine() as connection:
            found = ages.of_company(connection, contexts.current())
        return api.GetAgingRulesResponse(rules=[_rule(kind, *each) for kind, each in sorted(found.items())])

    def SetAgingRule(self, request: api.SetAgingRuleRequest, _: grpc.ServicerContext) -> bytes:
        """Set the ages of a kind."""
        context, rule, now = contexts.current(), AgingRule(), self._showing.clock.now()
        seconds = [each.seconds for each in request.rule.ages]
        if seconds != sorted(set(seconds)):
            raise fail(
                reasons.ERROR_REASON_INVALID_ARGUMENT, "The ages do not rise.",
                violations=[Violation("rule.ages", "must rise", "order")],
            )  # fmt: skip
        rule.CopyFrom(request.rule)
        rule.update_time.FromDatetime(now)
        with idempotency.once(self._store, context) as (connection, answer):
            locks.alone(connection, context, "aging rules")
            etags.check(context, _rule(rule.kind, *ages.of_company(connection, context)[rule.kind]))
            aging.set_ages(connection, context, rule.kind, seconds, now)
            audit.record(connection, context, "", WorkItemKind.Name(rule.kind))
            return answer("", api.SetAgingRuleResponse(rule=rule))

    def _found(self, context: Context, work_item_id: str) -> WorkItem:
        with self._store.mine() as connection:
            item = self._existing(context, work_item_id, connection)
            self._showing.fill(connection, context, [item])
        item.actions.extend(self._showing.options(context, item))
        return item

    def _existing(self, context: Context, work_item_id: str, connection: Connection | None = None) -> WorkItem:
        if connection is None:
            with self._store.mine() as own:
                return self._existing(context, work_item_id, own)
        item = work_items.get(connection, context, work_item_id)
        if item is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such work item.")
        return item

    def _open(self, connection: Connection, context: Context, work_item_id: str) -> WorkItem:
        """The item, open and locked."""
        item = work_items.get(connection, context, work_item_id, lock=True)
        if item is None:
            raise fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such work item.")
        if item.state != WORK_ITEM_STATE_OPEN:
            raise _resolved()
        return item

    def _is_genuine(self, context: Context, item: WorkItem) -> bool:
        """Whether the delivery that an item is about is signed by a secret of today; True of whatever else."""
        if not ids.is_id(item.resource_id, "in"):
            return True
        kept = self._retrying.rereading.load(context, item.resource_id)
        return kept is not None and not self._retrying.rereading.refusal(context, kept)


def _resolved() -> Failure:
    return fail(reasons.ERROR_REASON_STATE_CONFLICT, "The work item was resolved before.")


def _rule(kind: int, ages_seconds: Sequence[int], time: datetime | None) -> AgingRule:
    rule = AgingRule(kind=WorkItemKind.ValueType(kind))
    for each in ages_seconds:
        rule.ages.add().FromTimedelta(timedelta(seconds=each))
    if time:
        rule.update_time.FromDatetime(time)
    return rule
