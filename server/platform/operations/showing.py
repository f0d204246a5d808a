"""Work items as people see them: with their age, their assignee's name, and what can be done with them now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from corridor.operations.v1 import work_item_pb2 as proto
from corridor.operations.v1.work_item_pb2 import WORK_ITEM_STATE_OPEN, WorkItem, WorkItemActionOption
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Failure
from server.platform.access.oauth.members import Members
from server.platform.operations import repository
from server.platform.operations.elsewhere import Elsewhere
from server.platform.operations.retrying import Plan, Retrying
from server.store.engine import Connection, Store

_DEALT_WITH = "The work item was resolved."


@dataclass(frozen=True, slots=True)
class Showing:
    """Fills in what is not stored with an item."""

    store: Store
    members: Members
    clock: Clock
    retrying: Retrying
    elsewhere: Elsewhere

    def fill(self, connection: Connection, context: Context, items: Sequence[WorkItem]) -> None:
        """Age, tries and the names of assignees."""
        now = self.clock.now()
        tries = repository.tries(connection, context, sorted({item.resource_id for item in items}))
        names = {each: self.name(connection, context, each) for each in {item.assignee_id for item in items} if each}
        for item in items:
            until = item.resolve_time.ToDatetime(UTC) if item.HasField("resolve_time") else now
            item.age.FromTimedelta(max(until - item.create_time.ToDatetime(UTC), timedelta()))
            item.tries = tries.get(item.resource_id, 0)
            item.assignee_name = names.get(item.assignee_id) or ""

    def name(self, connection: Connection, context: Context, assignee_id: str) -> str | None:
        """The name of a member or an API key; None if the company has none of that id."""
        if ids.is_id(assignee_id, "mem"):
            member = self.members.get(connection, context, assignee_id)
            return (member.title or member.email) if member else None
        return repository.key_title(connection, context, assignee_id)

    def options(self, context: Context, item: WorkItem) -> list[WorkItemActionOption]:
        """What can be done with an item now. Nothing is changed: what is locked for it is let go."""
        if item.state != WORK_ITEM_STATE_OPEN:
            return [_option(each, False, _DEALT_WITH) for each in proto.WorkItemAction.values() if each]
        who = context.who
        with self.store.transaction(who.company_id, who.environment) as connection:
            plan = self.retrying.plan(connection, context, item)
            try:
                self.elsewhere.check(connection, context, item)
                other = _option(proto.WORK_ITEM_ACTION_SEND_ELSEWHERE, True, "It is certain that nothing happened.")
            except Failure as failure:
                other = _option(proto.WORK_ITEM_ACTION_SEND_ELSEWHERE, False, failure.detail)
        return [
            _option(proto.WORK_ITEM_ACTION_RETRY, plan.possible, plan.what),
            other,
            _option(proto.WORK_ITEM_ACTION_RESOLVE, True, "Say what was found out."),
            _replay(plan),
        ]


def _replay(plan: Plan) -> WorkItemActionOption:
    why = plan.what if not plan.possible else "Together with others, after a look at what that would change."
    return _option(proto.WORK_ITEM_ACTION_REPLAY, plan.possible, why)


def _option(action: "proto.WorkItemAction.ValueType", possible: bool, why: str) -> WorkItemActionOption:
    return WorkItemActionOption(action=action, possible=possible, why=why)
