"""The work of an erasure: it goes on where it was killed, and the database lets nothing else through."""

import psycopg
import pytest

from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.type.v1.money_pb2 import Money
from corridor.vault.v1.erasure_pb2 import ERASURE_STATE_COMPLETE, ERASURE_STATE_RUNNING
from server.kit import ids
from server.kit.context import Caller, Context
from server.platform.vault import clearing, erasing
from server.platform.vault.erasing import PLACES, Erasing
from server.store.work import Again, Done, Job
from tests.server import people
from tests.server.vault.erasure_scene import REFERENCE, erase, now, repeated, someone
from tests.serving import SANDBOX, Running


def test_an_erasure_goes_on_where_it_was_killed(corridor: Running) -> None:
    client = corridor.client()
    people.hold_above(client, 1)
    beneficiary_id = someone(client)
    for _ in range(3):
        payout = people.payout(client, beneficiary_id, reference=REFERENCE)
        cancel = payouts.CancelPayoutRequest(payout_id=payout.payout_id)
        client.call("PayoutService/CancelPayout", cancel, key=people.new_key())
    erasure = erase(client, beneficiary_id)
    company_id = people.company_of(corridor, client)
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", company_id, SANDBOX))
    job = Job(company_id, SANDBOX, 1, erasing.KIND, "", erasure.erasure_id, 1, "", "", *[None] * 2)  # type: ignore[arg-type]  # no lease
    rounds = 0
    while True:
        rounds += 1
        outcome = Erasing(corridor.parts.store, batch=1, lease_seconds=0.02).run(
            context, job
        )  # a new process each time
        if isinstance(outcome, Done):
            break
        assert isinstance(outcome, Again)
        assert rounds < 1000

    done = now(client, erasure)
    assert rounds > 1
    assert ERASURE_STATE_COMPLETE == done.state
    assert 3 == {each.record: each.count for each in done.counts}["payouts"]
    assert set() == repeated(corridor, company_id)
    assert isinstance(Erasing(corridor.parts.store).run(context, job), Done)  # work that comes twice does nothing


def test_the_servers_role_overwrites_nothing_without_an_erasure(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id, stranger = someone(client), someone(client)
    call = "SELECT corridor.erase_value(%s, %s, %s, %s, %s, %s, %s)"

    def attempt(erasure_id: str, record: str, key: str, field: str, digest: bytes) -> bool:
        with people.rows(corridor, client) as connection:
            row = connection.execute(call, (erasure_id, record, [key], field, digest, b"x", None)).fetchone()
            return bool(row and row[0])

    with people.rows(corridor, client) as connection:
        rows = connection.execute("SELECT beneficiary_id, sha256(message) FROM corridor.beneficiaries").fetchall()
        digests = dict(rows)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE corridor.beneficiaries SET message = ''")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attempt(ids.new("er"), "beneficiaries", beneficiary_id, "message", digests[beneficiary_id])
    erasure = erase(client, beneficiary_id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attempt(erasure.erasure_id, "audit", beneficiary_id, "message", digests[beneficiary_id])
    assert not attempt(erasure.erasure_id, "beneficiaries", stranger, "message", digests[stranger])
    assert not attempt(erasure.erasure_id, "beneficiaries", beneficiary_id, "message", b"another")
    with people.rows(corridor, client) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            "INSERT INTO corridor.erased_values OVERRIDING SYSTEM VALUE SELECT * FROM corridor.erased_values"
        )
    assert ERASURE_STATE_RUNNING == now(client, erasure).state


def test_every_place_of_the_work_is_one_that_the_database_lets_through(corridor: Running) -> None:
    client = corridor.client()
    erasure = erase(client, someone(client))
    call = "SELECT corridor.erase_value(%s, %s, %s, %s, %s, %s, %s)"
    with people.rows(corridor, client) as connection:
        for place in PLACES:
            for column in place.columns:
                text = "" if column.text else None
                new = None if column.text else b""
                values = (erasure.erasure_id, place.table, ["x"] * len(place.key), column.column, b"", new, text)
                assert (False,) == connection.execute(call, values).fetchone(), (place.table, column.column)


def test_clearing_leaves_money_and_ids() -> None:
    payout = Payout(
        payout_id="po_1", reference="x", amount=Money(currency_code="EUR", amount_minor=5), metadata={"a": "b"}
    )

    assert Payout(payout_id="po_1", amount=payout.amount) == clearing.cleared(payout)
