"""Where money could have moved twice, or a payout could have been forgotten: found once, and kept from returning."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_ACCEPTED, PAYOUT_STATE_SENT, PAYOUT_STATE_SETTLED
from server.kit import ids
from server.kit.context import Context
from server.kit.lifecycle import Verdict
from server.store.observations import Source
from tests.server import people
from tests.server.flows.conftest import bridge, busy, flow
from tests.server.flows.stage import Stage
from tests.serving import Refused, Running, until

__all__ = ["bridge", "busy", "flow"]


def test_a_key_of_another_call_asks_no_provider_to_cancel(flow: Stage) -> None:
    vendor = flow.vendor(step_seconds=60)
    flow.route(vendor)
    first, second = (flow.reaches(flow.pay(), PAYOUT_STATE_SENT, hurry=False) for _ in range(2))
    until(lambda: flow.now(second).provider_reference)
    key = people.new_key()
    flow.client.call("PayoutService/CancelPayout", api.CancelPayoutRequest(payout_id=first.payout_id), key=key)

    with pytest.raises(Refused) as refused:
        flow.client.call("PayoutService/CancelPayout", api.CancelPayoutRequest(payout_id=second.payout_id), key=key)

    assert "IDEMPOTENCY_KEY_REUSED" == refused.value.reason
    assert [] == flow.attempts(second, "cancel_payout")
    assert PAYOUT_STATE_SENT == flow.now(second).state


def test_an_answer_that_cannot_be_about_the_payout_leaves_it_followed(flow: Stage) -> None:
    vendor = flow.vendor(step_seconds=60, webhooks=False)
    flow.route(vendor)
    original = vendor.simulator.create_transfer  # type: ignore[attr-defined] # the sandbox's

    def other(request: object) -> object:
        answer = original(request)
        return type(answer)(answer.status, answer.body | {"amount": 1}, answer.headers)

    vendor.simulator.create_transfer = other  # type: ignore[attr-defined] # a vendor that answers with another amount
    made = flow.pay()

    found = flow.reaches(made, PAYOUT_STATE_SENT, hurry=False)
    vendor.simulator.move(made.payout_id, "paid")

    assert vendor.connection_id == found.connection_id
    assert PAYOUT_STATE_SETTLED == flow.reaches(made, PAYOUT_STATE_SETTLED).state


def test_an_observation_of_another_payout_changes_nothing(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)
    caller, _ = corridor.parts.keys.caller(client.key)
    context = Context("req", "corr", caller=caller)
    seen = PayoutObservation(payout_id=ids.new("po"), state=PAYOUT_STATE_SETTLED)

    found = corridor.parts.payouts.observe(context, made.payout_id, "", seen, Source.POLL, "poll")

    assert found is not None
    assert (PAYOUT_STATE_ACCEPTED, Verdict.CONFLICTS) == (found[0].state, found[1])


def test_a_server_whose_clock_is_wrong_neither_delays_a_payout_nor_shortens_its_key(
    corridor: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    for days in (-30, 30):
        wrong = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr("server.kit.clock.SystemClock.now", lambda _, wrong=wrong: wrong)
        people.payout(client, to)

    with people.rows(corridor, client) as connection:
        key = "SELECT count(*) FROM corridor.idempotency WHERE create_time NOT BETWEEN now() - %s AND now() + %s"
        hour = timedelta(hours=1)
        assert (0,) == connection.execute(key, (hour, hour)).fetchone()
        due = "SELECT count(*) FROM corridor.work WHERE company_id = %s AND run_time <= now()"
        assert (2,) == connection.execute(due, (people.company_of(corridor, client),)).fetchone()


def test_a_key_that_vanishes_while_it_is_claimed_is_never_an_acceptance(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as admin:
        admin.execute("CREATE FUNCTION corridor.vanish() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        admin.execute(
            "CREATE TRIGGER vanish BEFORE INSERT ON corridor.idempotency FOR EACH ROW "
            "WHEN (NEW.method LIKE '%CreatePayout') EXECUTE FUNCTION corridor.vanish()"
        )
        try:
            found = people.refused(client, "PayoutService/CreatePayout", people.create(to), key="k")
        finally:
            admin.execute("DROP FUNCTION corridor.vanish CASCADE")

    assert "UNAVAILABLE" == found.reason
