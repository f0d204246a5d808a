"""Which KMS an installation has: its own key file, or a transit engine. Nothing else may know which."""

from pathlib import Path

from server.platform.vault.kms_local import LocalKms
from server.platform.vault.kms_transit import TransitKms
from server.settings import Settings
from server.store.kms import Kms
from server.store.secrets import Keyring

_FILE = "kek.json"


def of(settings: Settings, keyring: Keyring) -> Kms:
    """The KMS that the settings name."""
    if settings.kms == "transit":
        token, authorities = Path(settings.kms_token_file), settings.kms_ca_file
        return TransitKms(settings.kms_url, settings.kms_key, token, ca_file=Path(authorities) if authorities else None)
    return LocalKms(keyring, Path(settings.kms_key_file or settings.data_dir / _FILE))
