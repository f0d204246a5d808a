"""The chore that looks after approvals: those that nobody decides are brought before more people, and expire."""

import structlog

from corridor.options.v1 import method_pb2
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Caller, Context
from server.platform.approvals import repository
from server.platform.approvals.deciding import Deciding
from server.store.engine import Store

_log = structlog.get_logger("corridor.approvals")

_AT_ONCE = 100


def look_after(store: Store, deciding: Deciding) -> None:
    """Let approvals expire that nobody decided, and bring those before more people that wait for long."""
    with store.anyone() as connection:
        due = repository.due(connection, _AT_ONCE)
    for company_id, environment, approval_id in due:
        request_id = ids.request_id()
        caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)  # type: ignore[arg-type] # a stored environment
        context = Context(request_id=request_id, correlation_id=request_id, caller=caller)
        try:
            with contexts.bound(context), store.transaction(company_id, environment) as connection:
                deciding.look_after(connection, context, approval_id)
        except Exception:  # whatever it is: one that cannot be looked after must not hold the others back
            _log.exception("approval_not_looked_after", approval_id=approval_id)
