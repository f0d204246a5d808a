"""Seals: opened by their company for what they are bound to, by nobody else, and without the KMS for a while."""

import os
import threading
import timeit
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from corridor.payouts.v1.payout_pb2 import Payout
from server.kit import ids
from server.kit.errors import Failure
from server.store import data_keys
from server.store.data_keys import DataKeySeals, is_seal, key_number
from server.store.seals import RESOURCES, SECRETS, VAULT, SealError, Unsealed
from tests.server.seals.keyholder import MovableKms, another
from tests.serving import LIVE, SANDBOX


@pytest.fixture
def company() -> str:
    """A company that no other test has."""
    return ids.new("co")


def numbers(url: str, company: str) -> list[tuple[object, ...]]:
    """Number, purpose and state of each of a company's data keys."""
    with psycopg.connect(url) as connection:
        query = "SELECT data_key_number, purpose, state FROM corridor.data_keys WHERE company_id = %s ORDER BY 1"
        return connection.execute(query, (company,)).fetchall()


def test_what_is_sealed_opens(seals: DataKeySeals, company: str) -> None:
    sealed = seals.seal(company, SANDBOX, RESOURCES, "payouts/po_1", b"40 EUR")

    assert b"40 EUR" == seals.open(company, SANDBOX, RESOURCES, "payouts/po_1", sealed)
    assert b"40 EUR" not in sealed


def test_nothing_is_sealed_alike_twice(seals: DataKeySeals, company: str) -> None:
    assert 100 == len({seals.seal(company, SANDBOX, RESOURCES, "a", b"x") for _ in range(100)})


def test_a_seal_never_looks_like_a_message(seals: DataKeySeals, company: str) -> None:
    assert is_seal(seals.seal(company, SANDBOX, RESOURCES, "a", b""))
    assert not is_seal(Payout(payout_id="po_1", revision=1).SerializeToString())
    assert not is_seal(b"")
    for first in range(8):  # a tag of field 0, which no message has (protobuf encoding: field numbers begin with 1)
        with pytest.raises(Exception, match=r"[Pp]ars"):
            Payout.FromString(bytes([first]) + b"12345678901234567890")


@pytest.mark.parametrize("at", [0, 1, 4, 5, 16, 17, -1])
def test_an_altered_seal_does_not_open(seals: DataKeySeals, company: str, at: int) -> None:
    sealed = bytearray(seals.seal(company, SANDBOX, RESOURCES, "a", b"secret"))
    sealed[at] ^= 1

    with pytest.raises(SealError) as raised:
        seals.open(company, SANDBOX, RESOURCES, "a", bytes(sealed))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("length", [0, 1, 5, 16, 17, 30])
def test_half_a_seal_does_not_open(seals: DataKeySeals, company: str, length: int) -> None:
    sealed = seals.seal(company, SANDBOX, RESOURCES, "a", b"secret")

    with pytest.raises(SealError):
        seals.open(company, SANDBOX, RESOURCES, "a", sealed[:length])


def test_a_seal_that_was_moved_does_not_open(seals: DataKeySeals, company: str) -> None:
    sealed = seals.seal(company, SANDBOX, RESOURCES, "payouts.message/po_1", b"x")
    other = ids.new("co")
    seals.seal(other, SANDBOX, RESOURCES, "a", b"x")
    seals.seal(company, LIVE, RESOURCES, "a", b"x")

    for place in (
        (company, SANDBOX, RESOURCES, "payouts.message/po_2"),
        (company, SANDBOX, RESOURCES, "events.message/po_1"),
        (company, SANDBOX, VAULT, "payouts.message/po_1"),
        (company, LIVE, RESOURCES, "payouts.message/po_1"),
        (other, SANDBOX, RESOURCES, "payouts.message/po_1"),
    ):
        with pytest.raises(SealError):
            seals.open(*place, sealed)


def test_every_purpose_has_a_key_of_its_own(seals: DataKeySeals, url: str, company: str) -> None:
    sealed = [seals.seal(company, SANDBOX, purpose, "a", b"x") for purpose in (RESOURCES, SECRETS, VAULT)]

    assert [1, 2, 3] == [key_number(each) for each in sealed]
    assert [(1, RESOURCES, 1), (2, SECRETS, 1), (3, VAULT, 1)] == numbers(url, company)


def test_what_one_process_sealed_another_opens(seals: DataKeySeals, url: str, kms: MovableKms, company: str) -> None:
    other = another(url, kms)

    assert b"x" == other.open(company, SANDBOX, RESOURCES, "a", seals.seal(company, SANDBOX, RESOURCES, "a", b"x"))
    other.close()


def test_processes_that_begin_at_once_make_one_key(url: str, kms: MovableKms, company: str) -> None:
    processes = [another(url, kms) for _ in range(4)]
    ready = threading.Barrier(4)

    def seal(process: DataKeySeals) -> bytes:
        ready.wait()
        return process.seal(company, SANDBOX, RESOURCES, "a", b"x")

    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(seal, processes))
    opened = [process.open(company, SANDBOX, RESOURCES, "a", each) for process in processes for each in sealed]

    assert [(1, RESOURCES, 1)] == numbers(url, company)
    assert {b"x"} == set(opened)
    for process in processes:
        process.close()


def test_data_keys_are_stored_wrapped(seals: DataKeySeals, url: str, kms: MovableKms, company: str) -> None:
    seals.seal(company, SANDBOX, RESOURCES, "a", b"x")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT kek_id, wrapped FROM corridor.data_keys WHERE company_id = %s", (company,)
        ).fetchone()

    assert row is not None
    assert 32 == len(kms.unwrap(*row, data_keys.wrap_context(company, SANDBOX, RESOURCES)))
    assert 12 + 32 + 16 == len(row[1])


def test_without_the_kms_what_is_known_goes_on_for_a_while(seals: DataKeySeals, kms: MovableKms, company: str) -> None:
    sealed = seals.seal(company, SANDBOX, RESOURCES, "a", b"x")
    kms.away = True

    assert b"x" == seals.open(company, SANDBOX, RESOURCES, "a", sealed)
    assert seals.seal(company, SANDBOX, RESOURCES, "a", b"y")


def test_a_key_that_gets_old_serves_until_it_is_too_old(url: str, kms: MovableKms, company: str) -> None:
    old = another(url, kms, cache_seconds=1e-9, current_seconds=1e-9)
    sealed = old.seal(company, SANDBOX, RESOURCES, "a", b"x")
    kms.away = True
    with pytest.raises(Failure) as failed:
        old.open(company, SANDBOX, RESOURCES, "a", sealed)

    assert ("UNAVAILABLE", False) == (failed.value.name, failed.value.final)

    half = another(url, kms, cache_seconds=1000.0)
    kms.away = False
    half.open(company, SANDBOX, RESOURCES, "a", sealed)
    half._keys[company, SANDBOX, 1] = data_keys._Known(half._keys[company, SANDBOX, 1].cipher, 0.0, 1e12)
    kms.away = True
    assert b"x" == half.open(company, SANDBOX, RESOURCES, "a", sealed)
    old.close()
    half.close()


def test_without_the_kms_what_is_not_known_is_unavailable(url: str, kms: MovableKms, company: str) -> None:
    kms.away = True
    fresh = another(url, kms)

    with pytest.raises(Failure) as failed:
        fresh.seal(company, SANDBOX, RESOURCES, "a", b"x")

    assert "UNAVAILABLE" == failed.value.name
    assert [] == numbers(url, company)
    fresh.close()


def test_a_key_is_replaced_long_before_its_nonces_could_meet(
    seals: DataKeySeals, url: str, kms: MovableKms, company: str
) -> None:
    first = seals.seal(company, SANDBOX, RESOURCES, "a", b"x")
    with psycopg.connect(url) as connection:
        query = "UPDATE corridor.data_keys SET uses = %s WHERE company_id = %s"
        connection.execute(query, (data_keys.USES_AT_MOST, company))
    later = another(url, kms)

    second = later.seal(company, SANDBOX, RESOURCES, "a", b"y")

    assert [1, 2] == [key_number(first), key_number(second)]
    assert [(1, RESOURCES, 2), (2, RESOURCES, 1)] == numbers(url, company)
    assert b"x" == later.open(company, SANDBOX, RESOURCES, "a", first)
    later.close()


def test_processes_add_up_what_they_used(url: str, kms: MovableKms, company: str) -> None:
    forgetful = another(url, kms, current_seconds=0.0)
    for _ in range(5):
        forgetful.seal(company, SANDBOX, RESOURCES, "a", b"x")

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT uses FROM corridor.data_keys WHERE company_id = %s", (company,)).fetchone()
    assert row is not None
    assert 4 == row[0]  # the fifth is told with the next
    forgetful.close()


def test_a_process_without_seals_stores_nothing() -> None:
    with pytest.raises(SealError, match="composed without seals"):
        Unsealed().seal("co_1", SANDBOX, RESOURCES, "a", b"x")
    with pytest.raises(SealError, match="composed without seals"):
        Unsealed().open("co_1", SANDBOX, RESOURCES, "a", b"x")


def test_the_servers_role_cannot_change_a_key(seals: DataKeySeals, url: str, company: str) -> None:
    seals.seal(company, SANDBOX, RESOURCES, "a", b"x")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET ROLE corridor_app")
        connection.execute("SELECT set_config('corridor.company_id', %s, false)", (company,))
        connection.execute("SELECT set_config('corridor.environment', '1', false)")
        for statement in (
            "UPDATE corridor.data_keys SET wrapped = NULL",
            "UPDATE corridor.data_keys SET kek_id = ''",
            "DELETE FROM corridor.data_keys",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_company_sees_its_own_data_keys_alone(seals: DataKeySeals, url: str, company: str) -> None:
    seals.seal(company, SANDBOX, RESOURCES, "a", b"x")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET ROLE corridor_app")
        connection.execute("SELECT set_config('corridor.company_id', %s, false)", (ids.new("co"),))
        connection.execute("SELECT set_config('corridor.environment', '1', false)")
        assert [] == connection.execute("SELECT * FROM corridor.data_keys").fetchall()


def test_a_seal_costs_microseconds(seals: DataKeySeals, company: str) -> None:
    data = os.urandom(400)
    sealed = seals.seal(company, SANDBOX, RESOURCES, "payouts.message/po_1", data)
    tries = 5_000

    sealing = min(timeit.repeat(lambda: seals.seal(company, SANDBOX, RESOURCES, "a", data), number=tries, repeat=3))
    opening = min(
        timeit.repeat(
            lambda: seals.open(company, SANDBOX, RESOURCES, "payouts.message/po_1", sealed), number=tries, repeat=3
        )
    )

    print(f"seal {1e6 * sealing / tries:.1f} µs, open {1e6 * opening / tries:.1f} µs")
    assert sealing / tries < 100e-6
    assert opening / tries < 100e-6
