"""The KMS port: each adapter wraps for one context, rotates, and tells absence from refusal."""

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server import settings
from server.kit import ids
from server.kit.errors import Failure
from server.platform.vault import kms
from server.platform.vault.kms_local import LocalKms
from server.platform.vault.kms_transit import TransitKms
from server.store.data_keys import DataKeySeals
from server.store.engine import Store
from server.store.kms import Kms, KmsAway, KmsRefused
from server.store.seals import RESOURCES
from server.store.secrets import Keyring
from tests.server.seals.keyholder import RING
from tests.server.seals.transit import Engine, transit
from tests.serving import SANDBOX

DATA_KEY = bytes(range(32))


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A transit engine with a key for us."""
    with transit() as found:
        found.answer("POST", "/v1/transit/keys/corridor", found.token, {})
        yield found


@pytest.fixture
def remote(engine: Engine, tmp_path: Path) -> Iterator[TransitKms]:
    """The adapter for it."""
    token = tmp_path / "token"
    token.write_text(engine.token + "\n")
    made = TransitKms(engine.url, "corridor", token)
    yield made
    made.close()


@pytest.fixture(params=["local", "transit"])
def any_kms(request: pytest.FixtureRequest, tmp_path: Path) -> Kms:
    """Each kind."""
    if request.param == "local":
        return LocalKms(RING, tmp_path / "kek.json")
    found: TransitKms = request.getfixturevalue("remote")
    return found


def test_what_is_wrapped_unwraps(any_kms: Kms) -> None:
    key_id = any_kms.current_key_id()
    wrapped = any_kms.wrap(key_id, DATA_KEY, "co_1")

    assert DATA_KEY == any_kms.unwrap(key_id, wrapped, "co_1")
    assert DATA_KEY not in wrapped


def test_what_is_wrapped_for_one_does_not_unwrap_for_another(any_kms: Kms) -> None:
    key_id = any_kms.current_key_id()
    wrapped = any_kms.wrap(key_id, DATA_KEY, "co_1")

    with pytest.raises(KmsRefused):
        any_kms.unwrap(key_id, wrapped, "co_2")
    with pytest.raises(KmsRefused):
        any_kms.unwrap(key_id, wrapped[:-4] + b"AAA=", "co_1")


def test_after_a_rotation_older_keys_go_on_unwrapping(any_kms: Kms) -> None:
    old = any_kms.current_key_id()
    before = any_kms.wrap(old, DATA_KEY, "co_1")

    new = any_kms.rotate()
    after = any_kms.wrap(new, DATA_KEY, "co_1")

    assert new == any_kms.current_key_id() != old
    assert DATA_KEY == any_kms.unwrap(old, before, "co_1") == any_kms.unwrap(new, after, "co_1")


def test_a_sealed_engine_is_away_and_comes_back(engine: Engine, remote: TransitKms) -> None:
    key_id = remote.current_key_id()
    wrapped = remote.wrap(key_id, DATA_KEY, "co_1")
    engine.sealed = True

    with pytest.raises(KmsAway, match="HTTP 503"):
        remote.unwrap(key_id, wrapped, "co_1")
    engine.sealed = False
    assert DATA_KEY == remote.unwrap(key_id, wrapped, "co_1")


def test_an_engine_that_is_not_there_is_away(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")

    with pytest.raises(KmsAway, match="ConnectError"):
        TransitKms("http://127.0.0.1:1", "corridor", tmp_path / "token").current_key_id()


def test_a_wrong_token_is_refused_and_a_new_one_is_read_at_once(
    engine: Engine, remote: TransitKms, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("another")
    with pytest.raises(KmsRefused, match="HTTP 403") as refused:
        remote.current_key_id()
    assert "another" not in str(refused.value)

    (tmp_path / "token").write_text(engine.token)
    assert "transit/corridor:v1" == remote.current_key_id()


def test_a_missing_token_file_and_an_unknown_key_are_named(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(KmsRefused, match="token file"):
        TransitKms(engine.url, "corridor", tmp_path / "none").current_key_id()
    (tmp_path / "token").write_text(engine.token)
    with pytest.raises(KmsRefused, match="HTTP 404"):
        TransitKms(engine.url, "other", tmp_path / "token").current_key_id()


def test_a_version_that_policy_forbids_is_refused(engine: Engine, remote: TransitKms) -> None:
    key_id = remote.current_key_id()
    wrapped = remote.wrap(key_id, DATA_KEY, "co_1")
    engine.minimum = 2

    with pytest.raises(KmsRefused, match="HTTP 400"):
        remote.unwrap(key_id, wrapped, "co_1")


def test_the_local_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    LocalKms(RING, tmp_path / "kek.json").rotate()

    assert 0o600 == stat.S_IMODE(os.stat(tmp_path / "kek.json").st_mode)
    assert ["kek.json"] == os.listdir(tmp_path)


def test_another_process_sees_a_rotated_local_key(tmp_path: Path) -> None:
    one, other = LocalKms(RING, tmp_path / "kek.json"), LocalKms(RING, tmp_path / "kek.json")
    other.current_key_id()

    new = one.rotate()

    assert DATA_KEY == other.unwrap(new, one.wrap(new, DATA_KEY, "co_1"), "co_1")


def test_a_local_key_that_is_missing_and_a_wrong_master_key_are_told_apart(tmp_path: Path) -> None:
    one = LocalKms(RING, tmp_path / "kek.json")
    wrapped = one.wrap("local/1", DATA_KEY, "co_1")

    with pytest.raises(KmsRefused, match="must be the same everywhere"):
        one.unwrap("local/7", wrapped, "co_1")
    with pytest.raises(KmsRefused, match="right master key"):
        LocalKms(Keyring(b"n" * 32), tmp_path / "kek.json").unwrap("local/1", wrapped, "co_1")


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "kek.json").write_text("{")

    with pytest.raises(KmsRefused, match="restore it from its backup"):
        LocalKms(RING, tmp_path / "kek.json").current_key_id()


def test_the_settings_choose_the_kms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    base = replace(settings.from_environment(), data_dir=tmp_path)
    assert isinstance(kms.of(base, RING), LocalKms)

    (tmp_path / "token").write_text(engine.token)
    for name, value in (("", "transit"), ("_URL", engine.url), ("_KEY", "corridor")):
        monkeypatch.setenv(f"CORRIDOR_KMS{name}", value)
    with pytest.raises(settings.SettingsError, match="CORRIDOR_KMS_TOKEN_FILE"):
        settings.from_environment()
    monkeypatch.setenv("CORRIDOR_KMS_TOKEN_FILE", str(tmp_path / "token"))
    assert "transit/corridor:v1" == kms.of(settings.from_environment(), RING).current_key_id()
    monkeypatch.setenv("CORRIDOR_KMS", "cloud")
    with pytest.raises(settings.SettingsError, match="local or transit"):
        settings.from_environment()


def test_seals_rest_on_the_engine_and_it_sees_no_data(engine: Engine, remote: TransitKms, url: str) -> None:
    company = ids.new("co")
    one = DataKeySeals(Store(url, pool_size=2), remote)
    sealed = one.seal(company, SANDBOX, RESOURCES, "a", b"canary-data")
    other = DataKeySeals(Store(url, pool_size=2), remote)

    assert b"canary-data" == other.open(company, SANDBOX, RESOURCES, "a", sealed)
    assert not [body for body in engine.bodies if "canary" in body]

    engine.sealed = True
    assert b"canary-data" == other.open(company, SANDBOX, RESOURCES, "a", sealed)  # still known
    other.forget()
    with pytest.raises(Failure, match="UNAVAILABLE"):
        other.open(company, SANDBOX, RESOURCES, "a", sealed)
    engine.sealed = False
    assert b"canary-data" == other.open(company, SANDBOX, RESOURCES, "a", sealed)
