"""Secrets at rest: encrypted for their owner, opened with the right master key only, several at a time."""

import base64
import stat
from pathlib import Path

import pytest

from corridor.options.v1 import method_pb2
from server.kit import ids
from server.kit.context import Caller, Context
from server.store import secrets
from server.store.secrets import Keyring, MasterKeyError
from tests.serving import SANDBOX, Running

RING = Keyring(b"m" * 32)


def context() -> Context:
    """A call of a new company."""
    caller = Caller(method_pb2.CALLER_KIND_API_KEY, "key_1", ids.new("co"), SANDBOX)
    return Context(request_id="r", correlation_id="c", caller=caller)


def test_a_secret_opens_for_its_owner() -> None:
    assert "s3cret ☂" == RING.decrypt(RING.encrypt("s3cret ☂", "conn_1"), "conn_1")


def test_a_secret_is_not_in_what_is_stored() -> None:
    one, other = RING.encrypt("s3cret", "conn_1"), RING.encrypt("s3cret", "conn_1")

    assert b"s3cret" not in one
    assert one != other


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_a_changed_secret_does_not_open(at: int) -> None:
    stored = bytearray(RING.encrypt("s3cret", "conn_1"))
    stored[at] ^= 1

    with pytest.raises(MasterKeyError):
        RING.decrypt(bytes(stored), "conn_1")


def test_a_secret_does_not_open_for_another_owner_or_with_another_key() -> None:
    stored = RING.encrypt("s3cret", "conn_1")

    for ring, owner in ((RING, "conn_2"), (Keyring(b"n" * 32), "conn_1")):
        with pytest.raises(MasterKeyError, match="not the master key"):
            ring.decrypt(stored, owner)


def test_keys_for_each_purpose_differ() -> None:
    assert 3 == len({RING.derived("one"), RING.derived("other"), Keyring(b"n" * 32).derived("one")})
    assert RING.derived("one") == Keyring(b"m" * 32).derived("one")


@pytest.mark.parametrize("text", ["x", "not base64!", base64.b64encode(b"short").decode()])
def test_a_master_key_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(MasterKeyError, match="openssl rand -base64 32"):
        secrets.keyring(text, tmp_path)


def test_a_missing_master_key_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "new"

    one, other = secrets.keyring("", directory), secrets.keyring("", directory)

    assert one.derived("x") == other.derived("x")
    assert 0o600 == stat.S_IMODE((directory / "master.key").stat().st_mode)


def test_a_configured_master_key_leaves_no_file(tmp_path: Path) -> None:
    secrets.keyring(base64.b64encode(b"m" * 32).decode(), tmp_path)

    assert [] == list(tmp_path.iterdir())


def test_several_secrets_are_active_until_the_old_ones_are_retired(corridor: Running) -> None:
    call = context()
    with corridor.parts.store.of(call.who.company_id, SANDBOX) as connection:
        secrets.put(connection, call, RING, "conn_1", "webhook_secret", "old")
        new = secrets.put(connection, call, RING, "conn_1", "webhook_secret", "new")
        secrets.put(connection, call, RING, "conn_1", "api_key", "key")
        secrets.put(connection, call, RING, "conn_2", "webhook_secret", "another's")

        secrets.retire(connection, call, "conn_1", "webhook_secret", but=new, after_hours=1)
        during = [stored.value for stored in secrets.active(connection, call, RING, "conn_1")]
        secrets.retire(connection, call, "conn_1", "webhook_secret", but=new, after_hours=0)
        after = [stored.value for stored in secrets.active(connection, call, RING, "conn_1")]

    assert (["key", "new", "old"], ["key", "new"]) == (during, after)


def test_a_secret_is_not_shown_where_it_is_named(corridor: Running) -> None:
    call = context()
    with corridor.parts.store.of(call.who.company_id, SANDBOX) as connection:
        secrets.put(connection, call, RING, "conn_1", "api_key", "canary")
        assert "canary" not in repr(secrets.active(connection, call, RING, "conn_1"))
        assert [] == secrets.active(connection, context(), RING, "conn_1")
