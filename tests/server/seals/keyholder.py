"""What tests of seals have in common: a KMS that can be taken away, and seals on a database of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.platform.vault.kms_local import LocalKms
from server.store.data_keys import DataKeySeals
from server.store.embedded import Embedded
from server.store.engine import Store
from server.store.kms import KmsAway
from server.store.secrets import Keyring
from tests.database import fresh_database, worker

RING = Keyring(b"m" * 32)


class MovableKms(LocalKms):
    """The local KMS, as long as it is there."""

    away = False
    asked = 0

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """The data key, if the KMS is there."""
        self._ask()
        return super().unwrap(key_id, wrapped, context)

    def wrap(self, key_id: str, data_key: bytes, context: str) -> bytes:
        """The wrapped key, if the KMS is there."""
        self._ask()
        return super().wrap(key_id, data_key, context)

    def _ask(self) -> None:
        self.asked += 1
        if self.away:
            raise KmsAway("taken away")


@pytest.fixture
def kms(tmp_path: Path) -> MovableKms:
    """A KMS with a key file of its own."""
    return MovableKms(RING, tmp_path / "kek.json")


@pytest.fixture(scope="module")
def url(postgres: Embedded, migrated: str) -> str:
    """The owner's URL of a database for the module."""
    return fresh_database(postgres, f"seals_{worker()}", template=migrated)


@pytest.fixture
def seals(url: str, kms: MovableKms) -> Iterator[DataKeySeals]:
    """Seals of one process."""
    made = another(url, kms)
    yield made
    made.close()


def another(url: str, kms: MovableKms, **how: float) -> DataKeySeals:
    """Seals of another process."""
    return DataKeySeals(Store(url, pool_size=2), kms, **how)
