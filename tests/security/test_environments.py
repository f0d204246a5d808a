"""An installation that serves one environment refuses credentials of the other, and tells only who holds them."""

from pathlib import Path

import pytest

from server.store.embedded import Embedded
from tests.database import fresh_database, worker
from tests.security.stage import Wire
from tests.serving import LIVE, SANDBOX, running


@pytest.mark.parametrize(("served", "refused"), [("sandbox", LIVE), ("live", SANDBOX), ("both", None)])
def test_keys_of_another_environment_open_nothing(
    postgres: Embedded, migrated: str, tmp_path: Path, served: str, refused: int | None
) -> None:
    url = fresh_database(postgres, f"environments_{worker()}", template=migrated)
    with running(url, tmp_path, environments=served) as corridor, Wire(corridor.address) as wire:
        for environment in (SANDBOX, LIVE):
            key = corridor.client(environment=environment).key
            expected = "CREDENTIAL_WRONG_ENVIRONMENT" if environment == refused else ""

            assert expected == wire.call([(b"authorization", b"Bearer " + key.encode())])
            forged = f"{key.rpartition('_')[0]}_{'0' * 52}".encode()
            assert "UNAUTHENTICATED" == wire.call([(b"authorization", b"Bearer " + forged)])
