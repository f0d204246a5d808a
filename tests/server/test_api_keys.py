"""API keys in code: their form, whose they are, and how long a cache may be wrong."""

import pytest

from corridor.type.v1.environment_pb2 import Environment
from server.platform.access import admin
from server.store.api_keys import ApiKeys
from tests.serving import LIVE, SANDBOX, Running


def made(corridor: Running, environment: "Environment.ValueType" = SANDBOX) -> tuple[str, str]:
    """A key of a new company: its id and its secret."""
    company_id = corridor.company()
    key, secret = admin.create_key(corridor.parts.store, corridor.parts.keys, company_id, environment, "test")
    return key.api_key_id, secret


def fresh(corridor: Running, seconds: float = 0.0) -> ApiKeys:
    """Another process's view of the keys."""
    return ApiKeys(corridor.parts.store, corridor.parts.keyring.derived("api keys"), fresh_seconds=seconds)


@pytest.mark.parametrize(("environment", "prefix"), [(SANDBOX, "ck_test_"), (LIVE, "ck_live_")])
def test_a_key_tells_its_environment(corridor: Running, environment: "Environment.ValueType", prefix: str) -> None:
    api_key_id, secret = made(corridor, environment)

    caller, _ = fresh(corridor).caller(secret)

    assert secret.startswith(prefix)
    assert caller is not None
    assert (api_key_id, environment, environment == LIVE) == (caller.caller_id, caller.environment, caller.live)


def test_a_key_is_not_shown_where_it_is_named(corridor: Running) -> None:
    new = corridor.parts.keys.make(SANDBOX)

    assert new.secret.removeprefix(new.prefix) not in repr(new)


def test_what_is_stored_opens_nothing(corridor: Running) -> None:
    _, secret = made(corridor)
    with corridor.parts.store.anyone() as connection:
        row = connection.execute("SELECT * FROM corridor.find_api_key(%s)", (secret[:24],)).fetchone()

    assert row is not None
    assert secret[25:].encode() not in row[3]
    assert 32 == len(row[3])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
        lambda key: key[:-1],
        lambda key: key + "0",
        lambda key: key + "\n",
        lambda key: key.upper(),
        lambda key: key.replace("ck_test_", "ck_live_"),
        lambda key: key[:24],
        lambda key: key[:24] + "_" + "0" * 52,
        lambda key: "",
        lambda key: "ck_test_" + "é" * 16 + key[24:],
    ],
)
def test_a_spoilt_key_is_nobodys(corridor: Running, spoil: object) -> None:
    _, secret = made(corridor)

    assert fresh(corridor).caller(spoil(secret))[0] is None  # type: ignore[operator] # a function, above


def test_a_wrong_secret_tells_whose_key_it_pretends_to_be(corridor: Running) -> None:
    api_key_id, secret = made(corridor)

    caller, suspect = fresh(corridor).caller(secret[:24] + "_" + "0" * 52)

    assert caller is None
    assert suspect is not None
    assert api_key_id == suspect.caller_id


def test_another_installation_does_not_know_the_key(corridor: Running) -> None:
    _, secret = made(corridor)

    assert ApiKeys(corridor.parts.store, b"another pepper").caller(secret)[0] is None


def test_a_cached_key_is_asked_about_again_when_it_is_old(corridor: Running) -> None:
    api_key_id, secret = made(corridor)
    cached, asking = fresh(corridor, 60.0), fresh(corridor, 0.0)
    caller, _ = cached.caller(secret)
    assert caller is not None
    assert asking.caller(secret)[0] is not None

    with corridor.parts.store.of(caller.company_id, SANDBOX) as connection:
        connection.execute("UPDATE corridor.api_keys SET state = 2 WHERE api_key_id = %s", (api_key_id,))

    assert asking.caller(secret)[0] is None
    assert cached.caller(secret)[0] is not None
    cached.forget(secret[:24])
    assert cached.caller(secret)[0] is None
