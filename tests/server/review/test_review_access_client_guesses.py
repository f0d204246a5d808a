"""Whoever tries secrets of OAuth clients is a stranger like one who tries API keys, and is counted as one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.kit.allowances import Allowance
from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.server.oauth import oauth_client as oauth
from tests.serving import Refused, Running, running


@pytest.fixture
def counting(postgres: Embedded, migrated: str, tmp_path: Path) -> Iterator[Running]:
    """A server that lets three wrong credentials pass from an address."""
    url = fresh_database(postgres, f"guesses_{worker()}", template=migrated)
    with running(url, tmp_path, rate_limits=True, rate_allowances={"strangers": Allowance("strangers", 3, 3600)}) as it:
        yield it


def test_an_address_that_guesses_client_secrets_is_not_listened_to_for_long(counting: Running) -> None:
    client = oauth.make(counting)
    client.secret = client.secret[:-4] + "0000"
    answers = [client.token().error for _ in range(3)]

    with pytest.raises(Refused) as refused:
        client.token()

    assert ["invalid_client"] * 3 == answers
    assert "RATE_LIMITED" == refused.value.reason
