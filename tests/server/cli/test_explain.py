"""What is expected to go wrong is one line with what to do; what is not keeps its traceback."""

import pytest

from adapters.kit.manifest import ManifestError
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.cli import explain
from server.kit.errors import fail
from server.settings import SettingsError
from server.store.embedded import EmbeddedError
from server.store.secrets import MasterKeyError


@pytest.mark.parametrize(
    "error",
    [
        SettingsError("set a number"),
        EmbeddedError("choose another directory"),
        MasterKeyError("make one"),
        ManifestError("correct it"),
        fail(reasons.ERROR_REASON_NOT_FOUND, "There is no such key."),
    ],
)
def test_an_expected_error_is_told_in_one_line(error: Exception) -> None:
    told = explain.in_one_line(error)

    assert told is not None
    assert 1 == len(told.splitlines())


def test_an_unexpected_error_is_not_explained_away() -> None:
    assert explain.in_one_line(ZeroDivisionError("a bug")) is None


def test_a_password_in_a_url_is_not_told() -> None:
    assert "at postgresql://app:•••@db/corridor" == explain.flat("at  postgresql://app:hunter2@db/corridor\n")
