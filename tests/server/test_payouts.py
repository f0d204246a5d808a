"""Payouts over gRPC: accepted, read, listed, cancelled, retried, released, quoted, told of."""

from typing import Any

import pytest

from corridor.payouts.v1 import payout_pb2, payout_reason_pb2, payout_settings_pb2
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.providers.v1 import connection_pb2, route_pb2
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.type.v1 import rail_pb2, timeline_pb2
from corridor.type.v1.money_pb2 import Money
from server.kit import ids
from tests.server import people
from tests.serving import SANDBOX, Client, Refused, Running

ACCEPTED, HELD, CANCELLED = (
    payout_pb2.PAYOUT_STATE_ACCEPTED,
    payout_pb2.PAYOUT_STATE_HELD,
    payout_pb2.PAYOUT_STATE_CANCELLED,
)


def get(client: Client, payout_id: str) -> payout_pb2.Payout:
    """The payout as it stands."""
    found: payout_pb2.Payout = client.call("PayoutService/GetPayout", api.GetPayoutRequest(payout_id=payout_id)).payout
    return found


def cancel(client: Client, payout_id: str, **how: Any) -> payout_pb2.Payout:
    """The payout after it was cancelled."""
    request = api.CancelPayoutRequest(payout_id=payout_id)
    found: payout_pb2.Payout = client.call("PayoutService/CancelPayout", request, **how).payout
    return found


def release(client: Client, payout_id: str) -> payout_pb2.Payout:
    """The payout after it was released."""
    request = api.ReleasePayoutRequest(payout_id=payout_id)
    found: payout_pb2.Payout = client.call("PayoutService/ReleasePayout", request).payout
    return found


def work_of(corridor: Running, payout_id: str) -> list[tuple[str, int, int]]:
    """What is still to be done for a payout: kind, state, tries."""
    with corridor.parts.store.anyone() as connection:
        query = "SELECT kind, state, tries FROM corridor.work WHERE resource_id = %s ORDER BY work_id"
        return connection.execute(query, (payout_id,)).fetchall()


def test_a_new_payout_is_what_was_asked_for(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)

    made = people.payout(client, to, 12_50, reference="Invoice № 7", metadata={"order": "9"})

    assert made == get(client, made.payout_id)
    assert (ACCEPTED, to, 1, SANDBOX) == (made.state, made.beneficiary_id, made.revision, made.environment)
    assert Money(currency_code="EUR", amount_minor=12_50) == made.amount
    assert ("Invoice № 7", "Invoice No 7") == (made.reference, made.statement_text)
    assert {"order": "9"} == dict(made.metadata)
    assert rail_pb2.RAIL_SEPA == made.rail
    assert client.trailers["x-correlation-id"] != ""


def test_payout_audit_row_event_and_work_are_there_together(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)

    with people.rows(corridor, client) as connection:
        audit = connection.execute(
            "SELECT action, outcome, correlation_id FROM corridor.audit WHERE resource_id = %s", (made.payout_id,)
        ).fetchall()
        event = connection.execute(
            "SELECT type, sequence, correlation_id FROM corridor.events WHERE resource_id = %s", (made.payout_id,)
        ).fetchall()

    assert [("payout.create", 1, made.correlation_id)] == audit
    assert [("payout.accepted", 1, made.correlation_id)] == event
    assert [("payouts.dispatch", 0, 0)] == work_of(corridor, made.payout_id)


def test_a_refused_payout_leaves_nothing_but_its_audit_row(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)

    found = people.refused(client, "PayoutService/CreatePayout", people.create(to, currency="USD"), key="k")

    assert "CURRENCY_NOT_SUPPORTED" == found.reason
    with people.rows(corridor, client) as connection:
        assert (0,) == connection.execute("SELECT count(*) FROM corridor.payouts").fetchone()
        assert [("CURRENCY_NOT_SUPPORTED",)] == connection.execute(
            "SELECT reason FROM corridor.audit WHERE outcome = 2"
        ).fetchall()


def test_a_payout_to_nobody_is_refused(corridor: Running) -> None:
    found = people.refused(
        corridor.client(), "PayoutService/CreatePayout", people.create(ids.new("ben")), key=people.new_key()
    )

    assert "BENEFICIARY_NOT_FOUND" == found.reason


def test_a_payout_above_the_threshold_is_held_until_it_is_released(corridor: Running) -> None:
    client = corridor.client()
    people.hold_above(client, 1000)

    made = people.payout(client, minor=1001)

    assert (HELD, payout_reason_pb2.PAYOUT_REASON_AMOUNT_REVIEW) == (made.state, made.reason)
    assert [] == work_of(corridor, made.payout_id)
    released = release(client, made.payout_id)
    assert (ACCEPTED, payout_reason_pb2.PAYOUT_REASON_UNSPECIFIED, 2) == (
        released.state, released.reason, released.revision,
    )  # fmt: skip
    assert [("payouts.dispatch", 0, 0)] == work_of(corridor, made.payout_id)


def test_only_a_held_payout_is_released(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)

    with pytest.raises(Refused) as refused:
        release(client, made.payout_id)

    assert "PAYOUT_NOT_HELD" == refused.value.reason


def test_a_payout_above_the_companys_limit_is_refused(corridor: Running) -> None:
    client = corridor.client()
    people.hold_above(client, 0, refuse=1000)
    to = people.beneficiary(client)

    found = people.refused(client, "PayoutService/CreatePayout", people.create(to, 1001), key=people.new_key())

    assert ("AMOUNT_ABOVE_LIMIT", ["amount.amount_minor"]) == (found.reason, found.fields)


@pytest.mark.parametrize("held", [False, True])
def test_a_payout_that_was_not_sent_is_cancelled(corridor: Running, held: bool) -> None:
    client = corridor.client()
    people.hold_above(client, 1 if held else 0)
    made = people.payout(client)

    cancelled = cancel(client, made.payout_id)

    assert (CANCELLED, payout_reason_pb2.PAYOUT_REASON_CANCELLED_BY_COMPANY) == (cancelled.state, cancelled.reason)
    assert cancelled == get(client, made.payout_id)
    assert cancelled == cancel(client, made.payout_id)  # again is no error, and changes nothing


def test_a_payout_that_may_be_on_its_way_is_not_cancelled(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)
    with people.rows(corridor, client) as connection:
        connection.execute(
            """INSERT INTO corridor.attempts VALUES
            (%s, 1, %s, %s, 'conn_1', 'sandbox', 'create_payout', 0, '', '', '[]', '', now(), NULL)""",
            (people.company_of(corridor, client), ids.new("att"), made.payout_id),
        )

    with pytest.raises(Refused) as refused:
        cancel(client, made.payout_id)

    assert "STATE_CONFLICT" == refused.value.reason
    assert ACCEPTED == get(client, made.payout_id).state


def test_retrying_brings_waiting_work_back(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)
    with corridor.parts.store.anyone() as connection:
        connection.execute("UPDATE corridor.work SET state = 1, tries = 12 WHERE resource_id = %s", (made.payout_id,))

    client.call("PayoutService/RetryPayout", api.RetryPayoutRequest(payout_id=made.payout_id))

    assert [("payouts.dispatch", 0, 0)] == work_of(corridor, made.payout_id)


def test_nothing_is_retried_where_nothing_waits(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)
    cancel(client, made.payout_id)

    found = people.refused(client, "PayoutService/RetryPayout", api.RetryPayoutRequest(payout_id=made.payout_id))

    assert "PAYOUT_NOT_RETRYABLE" == found.reason


def test_a_quote_names_route_fee_and_times(corridor: Running) -> None:
    client = corridor.client()
    fee = connection_pb2.ConnectionFee(currency_code="EUR", fixed_minor=20, basis_points=10)
    request = connections.CreateConnectionRequest(
        provider="sandbox", title="Main", credentials={"api_key": "k", "webhook_secret": "w"}, fees=[fee]
    )
    connection = client.call("ConnectionService/CreateConnection", request, key=people.new_key()).connection
    ask = api.QuotePayoutRequest(
        beneficiary_id=people.beneficiary(client), amount=Money(currency_code="EUR", amount_minor=10_000)
    )
    assert "ROUTE_NOT_FOUND" == people.refused(client, "PayoutService/QuotePayout", ask).reason
    client.call(
        "RouteService/SetRoute",
        routes.SetRouteRequest(
            domain="payouts", mode=route_pb2.ROUTE_MODE_ON, primary_connection_id=connection.connection_id
        ),
    )

    quote = client.call("PayoutService/QuotePayout", ask).quote

    assert (connection.connection_id, "sandbox", rail_pb2.RAIL_SEPA) == (
        quote.connection_id,
        quote.provider,
        quote.rail,
    )
    assert Money(currency_code="EUR", amount_minor=30) == quote.fee
    assert quote.expected_settlement_time.ToDatetime() >= quote.create_time.ToDatetime()


def test_a_timeline_tells_what_happened_in_order(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)
    cancel(client, made.payout_id)

    request = api.GetPayoutTimelineRequest(payout_id=made.payout_id)
    entries = client.call("PayoutService/GetPayoutTimeline", request).entries

    kinds = {timeline_pb2.TIMELINE_KIND_CALL, timeline_pb2.TIMELINE_KIND_EVENT}
    assert ["payout.create", "payout.accepted", "payout.cancel", "payout.cancelled"] == [
        entry.summary for entry in entries if entry.kind in kinds
    ]


def test_settings_are_what_was_set(corridor: Running) -> None:
    client = corridor.client()
    empty = client.call("PayoutService/GetPayoutSettings", api.GetPayoutSettingsRequest()).settings

    people.hold_above(client, 5, refuse=7)

    now = client.call("PayoutService/GetPayoutSettings", api.GetPayoutSettingsRequest()).settings
    limit = payout_settings_pb2.PayoutLimit(currency_code="EUR", hold_above_minor=5, refuse_above_minor=7)
    assert payout_settings_pb2.PayoutSettings(etag=empty.etag) == empty
    assert payout_settings_pb2.PayoutSettings(limits=[limit], etag=now.etag) == now
