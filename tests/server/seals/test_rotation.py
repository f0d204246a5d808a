"""Rotation: while calls run, killed in the middle, and from before there were seals. Nothing is unreadable ever."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.rows import TupleRow

from corridor.events.v1 import event_service_pb2
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import Payout
from server.kit.context import Caller
from server.platform.vault.keys_rotate import Rotation, rewrap
from server.store import sealed
from server.store.seals import SealError
from tests.database import fresh_database, worker
from tests.server import people
from tests.serving import SANDBOX, Client, Running, running

Owner = psycopg.Connection[TupleRow]


class Killed(BaseException):
    """The process ends here."""


def quiet(_what: str, _done: int, _total: int) -> None:
    """Shows nothing."""


@pytest.fixture
def serving(postgres: object, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server on a database of the test's own."""
    url = fresh_database(postgres, f"rotation_{worker()}", template=migrated)  # type: ignore[arg-type] # the fixture's
    with running(url, tmp_path_factory.mktemp("rotation")) as found:
        # As if many seconds had passed between one look and the next.
        found.parts.seals._current_seconds = 0.0
        yield found


@pytest.fixture
def owner(serving: Running) -> Iterator[Owner]:
    """The owner's connection."""
    with psycopg.connect(serving.parts.store.url, autocommit=True) as connection:
        yield connection


def rotation(serving: Running, owner: Owner) -> Rotation:
    """A rotation that waits a moment only: every process here knows new keys at once."""
    return Rotation(owner, serving.parts.seals, serving.parts.keyring, settle_seconds=0.2)


def states(owner: Owner, company: str) -> list[int]:
    """The states of a company's data keys for resources, the oldest first."""
    query = """SELECT state FROM corridor.data_keys WHERE company_id = %s AND environment = 1 AND purpose = 'resources'
        ORDER BY data_key_number"""
    return [row[0] for row in owner.execute(query, (company,))]


def read(client: Client, made: list[Payout]) -> None:
    """Every payout and event can be read, and is what it was."""
    for payout in made:
        found = client.call("PayoutService/GetPayout", api.GetPayoutRequest(payout_id=payout.payout_id)).payout
        assert payout == found
        request = event_service_pb2.ListEventsRequest(resource_id=payout.payout_id)
        assert client.call("EventService/ListEvents", request).events[0].data.ByteSize()


def test_after_a_rotation_all_is_readable_and_the_old_keys_are_gone(serving: Running, owner: Owner) -> None:
    client = serving.client()
    company = people.company_of(serving, client)
    beneficiary = people.beneficiary(client)
    made = [people.payout(client, beneficiary, reference=f"invoice {number}") for number in range(5)]
    before = {row[0]: row[1] for row in owner.execute("SELECT payout_id, message FROM corridor.payouts")}

    report = rotation(serving, owner).rotate(quiet)

    read(client, made)
    after = {row[0]: row[1] for row in owner.execute("SELECT payout_id, message FROM corridor.payouts")}
    assert before.keys() == after.keys()
    assert not [key for key in before if before[key] == after[key]]
    assert [3, 1] == states(owner, company)
    assert (0, 0) == (report.unreadable, report.kept)
    assert report.destroyed == report.new_keys > 0
    gone = owner.execute("SELECT count(*) FROM corridor.data_keys WHERE state = 3 AND wrapped IS NULL").fetchone()
    assert (report.destroyed,) == gone


def test_what_is_sealed_with_a_destroyed_key_never_opens_again(serving: Running, owner: Owner) -> None:
    client = serving.client()
    company = people.company_of(serving, client)
    people.payout(client)
    row = owner.execute("SELECT message, payout_id FROM corridor.payouts").fetchone()
    assert row is not None

    rotation(serving, owner).rotate(quiet)
    serving.parts.seals.forget()

    with pytest.raises(SealError, match="is destroyed"):
        sealed.PAYOUT.open(serving.parts.seals, Caller(0, "", company, SANDBOX), *row)


def test_calls_go_on_during_a_rotation(serving: Running, owner: Owner) -> None:
    client = serving.client()
    beneficiary = people.beneficiary(client)
    made = [people.payout(client, beneficiary) for _ in range(20)]
    over = threading.Event()
    done: list[Payout] = []

    def call() -> None:
        mine = Client(serving.address, client.key)
        while not over.is_set():
            payout = people.payout(mine, beneficiary)
            read(mine, [payout, made[len(done) % len(made)]])
            done.append(payout)

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(call) for _ in range(3)]
        try:
            reports = [rotation(serving, owner).rotate(quiet) for _ in range(2)]
        finally:
            over.set()
        for each in calls:
            each.result()

    read(client, made + done)
    assert done
    assert [0, 0] == [report.unreadable for report in reports]
    assert 3 == states(owner, people.company_of(serving, client))[0]


@pytest.mark.parametrize("after", [1, 4, 12])
def test_a_rotation_that_was_killed_is_finished_later(serving: Running, owner: Owner, after: int) -> None:
    client = serving.client()
    beneficiary = people.beneficiary(client)
    made = [people.payout(client, beneficiary) for _ in range(5)]
    steps = 0

    def killing(_what: str, _done: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        if steps == after:
            raise Killed

    with pytest.raises(Killed):
        rotation(serving, owner).rotate(killing)
    read(client, made)
    assert [2, 1] == states(owner, people.company_of(serving, client))

    report = rotation(serving, owner).rotate(quiet, resume=True)

    read(client, made)
    assert (0, 0) == (report.new_keys, report.unreadable)
    assert [3, 1] == states(owner, people.company_of(serving, client))


def test_one_companys_rotation_leaves_the_others_keys(serving: Running, owner: Owner) -> None:
    one, other = serving.client(), serving.client()
    people.payout(one)
    people.payout(other)

    rotation(serving, owner).rotate(quiet, people.company_of(serving, one))

    assert [3, 1] == states(owner, people.company_of(serving, one))
    assert [1] == states(owner, people.company_of(serving, other))


def test_a_key_that_anything_still_uses_is_kept(serving: Running, owner: Owner) -> None:
    client = serving.client()
    people.payout(client)
    owner.execute("CREATE TABLE corridor.forgotten (company_id text, environment smallint, data bytea)")
    owner.execute("INSERT INTO corridor.forgotten SELECT company_id, environment, message FROM corridor.payouts")
    owner.execute("CREATE TABLE corridor.noted (company_id text, environment smallint, note text)")
    owner.execute("INSERT INTO corridor.noted SELECT company_id, environment, chr(1) || '2:abc' FROM corridor.payouts")

    report = rotation(serving, owner).rotate(quiet)

    assert report.kept >= 1
    assert [2, 1] == states(owner, people.company_of(serving, client))


def test_rows_from_before_seals_are_read_and_then_sealed(serving: Running, owner: Owner) -> None:
    client = serving.client()
    made = people.payout(client, reference="from before")
    company = people.company_of(serving, client)
    plain = made.SerializeToString(deterministic=True)
    owner.execute("UPDATE corridor.payouts SET message = %s WHERE payout_id = %s", (plain, made.payout_id))
    old = serving.parts.keyring.encrypt("s3cret", "conn_old")
    owner.execute(
        "INSERT INTO corridor.secrets VALUES (%s, 1, 'conn_old', 'sec_old', 'api_key', %s, now(), NULL)", (company, old)
    )
    owner.execute(
        "INSERT INTO corridor.work_items VALUES (%s, 1, 'wi_old', 'po_1', 1, 1, 'plain words', '', '', now(), NULL)",
        (company,),
    )
    read(client, [made])

    report = rotation(serving, owner).rotate(quiet)

    read(client, [made])
    row = owner.execute("SELECT message FROM corridor.payouts WHERE payout_id = %s", (made.payout_id,)).fetchone()
    assert row is not None
    assert b"from before" not in row[0]
    assert 0 == report.unreadable
    who = Caller(0, "", company, SANDBOX)
    stored = owner.execute("SELECT ciphertext FROM corridor.secrets WHERE secret_id = 'sec_old'").fetchone()
    summary = owner.execute("SELECT summary FROM corridor.work_items WHERE work_item_id = 'wi_old'").fetchone()
    assert stored is not None
    assert summary is not None
    assert b"s3cret" == sealed.SECRET.open(serving.parts.seals, who, stored[0], "conn_old")
    assert "plain" not in summary[0]
    assert "plain words" == sealed.SUMMARY.open_text(serving.parts.seals, who, summary[0], "wi_old")


def test_a_damaged_row_is_left_as_it_is_and_counted(serving: Running, owner: Owner) -> None:
    client = serving.client()
    made = people.payout(client)
    people.payout(client)
    owner.execute(
        "UPDATE corridor.payouts SET message = overlay(message PLACING '\\x0000'::bytea FROM 30) WHERE payout_id = %s",
        (made.payout_id,),
    )

    report = rotation(serving, owner).rotate(quiet)

    assert (1, 1) == (report.unreadable, report.kept)


def test_a_replay_is_the_same_after_a_rotation(serving: Running, owner: Owner) -> None:
    client = serving.client()
    beneficiary = people.beneficiary(client)
    first = client.call("PayoutService/CreatePayout", people.create(beneficiary), key="rotated")

    rotation(serving, owner).rotate(quiet)

    with running(serving.parts.store.url, serving.parts.settings.data_dir) as other:
        again = Client(other.address, client.key).call(
            "PayoutService/CreatePayout", people.create(beneficiary), key="rotated"
        )
    assert first == again


def test_a_new_key_encryption_key_wraps_data_keys_anew_and_touches_no_data(serving: Running, owner: Owner) -> None:
    client = serving.client()
    made = people.payout(client)
    before = owner.execute("SELECT message FROM corridor.payouts").fetchall()

    wrapped = rewrap(owner, serving.parts.kms, quiet)
    serving.parts.seals.forget()

    assert wrapped > 0
    assert before == owner.execute("SELECT message FROM corridor.payouts").fetchall()
    assert [("local/2",)] == owner.execute("SELECT DISTINCT kek_id FROM corridor.data_keys").fetchall()
    read(client, [made])
    assert 0 == rewrap(owner, serving.parts.kms, quiet, resume=True)
