"""Where an approved call could have run twice, be lost, or end without a row: found once, and kept from returning."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from corridor.approvals.v1 import approval_pb2
from corridor.audit.v1.audit_entry_pb2 import AUDIT_OUTCOME_REFUSED
from corridor.options.v1 import method_pb2
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.vault.v1 import data_policy_service_pb2 as policies
from corridor.vault.v1.data_policy_pb2 import DataPolicy, Retention
from server.kit.clock import Clock
from server.kit.context import Caller
from server.platform.approvals import waiting
from server.platform.approvals.deciding import Deciding
from server.platform.vault.purging import Purging
from tests.server import people
from tests.server.approvals.office import Office, rule
from tests.server.flows.fixtures import bridge, busy, flow
from tests.serving import Running, until

__all__ = ["bridge", "busy", "flow"]

CREATE = "/corridor.payouts.v1.PayoutService/CreatePayout"


@pytest.fixture
def still(corridor: Running) -> Any:
    """A company whose work nobody does."""
    made = Office(corridor)
    yield made
    made.close()


class Later(Clock):
    """In five days."""

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC) + timedelta(days=5)


def owner(corridor: Running, statement: str, *values: object) -> list[Any]:
    """What a statement of the tables' owner gives."""
    with psycopg.connect(corridor.parts.store.url) as connection:
        cursor = connection.execute(statement, values)  # type: ignore[arg-type] # tests' own text
        return cursor.fetchall() if cursor.description else []


def ran_and_not_noted(still: Office) -> str:
    """The approval of a call that ran nine days ago, and whose worker died before it noted that."""
    still.put(rule())
    request = still.payout()
    approval = still.asked(request, key="one")
    still.approve(approval)
    still.put()
    owner(still.corridor, "UPDATE corridor.approvals SET method = 'away' WHERE approval_id = %s", approval)
    until(lambda: not still.corridor.parts.approval_policies.of(_who(still)).methods - {"away"})
    still.maker.call("PayoutService/CreatePayout", request, key="one")
    owner(still.corridor, "UPDATE corridor.approvals SET method = %s WHERE approval_id = %s", CREATE, approval)
    old = "UPDATE corridor.idempotency SET create_time = now() - interval '9 days' WHERE company_id = %s"
    owner(still.corridor, old, still.company_id)
    return approval


def _who(still: Office) -> Caller:
    caller, _ = still.corridor.parts.keys.caller(still.maker.key)
    assert caller is not None
    return caller


def keys(still: Office) -> list[Any]:
    """The keys that are kept of payouts."""
    query = "SELECT key FROM corridor.idempotency WHERE company_id = %s AND method = %s"
    return owner(still.corridor, query, still.company_id, CREATE)


def test_the_key_of_an_approved_call_is_kept_until_it_is_noted_that_it_ran(still: Office) -> None:
    ran_and_not_noted(still)
    with still.corridor.parts.store.anyone() as connection:
        connection.execute("SELECT corridor.forget_idempotency(1000)")
    assert [("one",)] == keys(still)

    request = policies.UpdateDataPolicyRequest(data_policy=DataPolicy(retention=Retention(idempotency_days=7)))
    still.checker.call("DataPolicyService/UpdateDataPolicy", request)
    list(Purging(still.corridor.parts.store).all())
    assert [("one",)] == keys(still)


def test_an_approved_call_that_has_not_run_is_never_purged(still: Office) -> None:
    still.put(rule())
    approval = still.asked(still.payout(), key="one")
    still.approve(approval)
    request = policies.UpdateDataPolicyRequest(data_policy=DataPolicy(retention=Retention(approvals_days=365)))
    still.checker.call("DataPolicyService/UpdateDataPolicy", request)
    old = "UPDATE corridor.approvals SET create_time = now() - interval '400 days' WHERE approval_id = %s"
    owner(still.corridor, old, approval)

    list(Purging(still.corridor.parts.store).all())

    assert approval_pb2.APPROVAL_STATE_APPROVED == still.now(approval).state


def test_an_approval_that_does_not_open_keeps_no_other_from_expiring(still: Office) -> None:
    still.put(rule())
    damaged, good = still.asked(still.payout(), key="one"), still.asked(still.payout(), key="two")
    owner(still.corridor, "UPDATE corridor.approvals SET expire_time = now() - interval '2 days'")
    owner(still.corridor, "UPDATE corridor.approvals SET message = substring(message FOR 40), "
          "expire_time = now() - interval '3 days' WHERE approval_id = %s", damaged)  # fmt: skip

    waiting.look_after(still.corridor.parts.store, Deciding(Later()))

    assert approval_pb2.APPROVAL_STATE_EXPIRED == still.now(good).state


def test_an_approved_call_that_fails_when_it_runs_is_in_the_trail(busy: Running) -> None:
    office = Office(busy)
    people.hold_above(office.checker, 1)
    payout = people.payout(office.maker)
    office.put(rule("corridor.payouts.v1.PayoutService.ReleasePayout"))
    release = payouts.ReleasePayoutRequest(payout_id=payout.payout_id)
    approval = office.asked(release, "PayoutService/ReleasePayout", key="r")
    cancel = payouts.CancelPayoutRequest(payout_id=payout.payout_id)
    office.checker.call("PayoutService/CancelPayout", cancel, key="c")
    office.approve(approval)
    office.reaches(approval, approval_pb2.APPROVAL_STATE_FAILED)

    rows = [entry for entry in office.audit(payout.payout_id) if entry.approval_id == approval]
    office.close()

    assert [(AUDIT_OUTCOME_REFUSED, "PAYOUT_NOT_HELD")] == [(row.outcome, row.reason) for row in rows]
    assert [method_pb2.CALLER_KIND_API_KEY] == [row.caller_kind for row in rows]
