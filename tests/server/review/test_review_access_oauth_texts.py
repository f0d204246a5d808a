"""Secrets of OAuth are hidden in texts wherever they stand, like API keys; ids are not."""

import pytest

from server.kit import ids, redaction
from server.platform.access.oauth.hashes import CLIENT_SECRET, CODE, REFRESH_TOKEN, REQUEST, Hashes


@pytest.mark.parametrize("kind", [CLIENT_SECRET, CODE, REFRESH_TOKEN, REQUEST])
def test_a_secret_of_oauth_is_hidden(kind: str) -> None:
    secret = Hashes(b"pepper").make(kind).value

    assert f"took {redaction.HIDDEN}, twice" == redaction.text(f"took {secret}, twice")


def test_an_id_may_be_shown() -> None:
    said = f"{ids.request_id()} of {ids.new('oc')}"

    assert said == redaction.text(said)
