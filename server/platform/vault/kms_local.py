"""The KMS of one machine: key-encryption keys from the master key, and from a key file once they were rotated.

Every process that unwraps reads the same file, which only ever gets longer; it holds keys and nothing else does.
"""

import base64
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.store.data_keys import KEY_BYTES
from server.store.kms import KmsRefused
from server.store.secrets import Keyring

_NONCE_BYTES = 12
_FIRST = "local/1"  # derived from the master key, so that a new installation needs no further file


class LocalKms:
    """Wraps with AES-256-GCM under keys that this machine has."""

    def __init__(self, keyring: Keyring, file: Path) -> None:
        self._first = keyring.derived("key encryption")
        self._file = file
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._keys: Mapping[str, bytes] = {}

    def current_key_id(self) -> str:
        """The newest key."""
        return list(self._all())[-1]

    def wrap(self, key_id: str, data_key: bytes, context: str) -> bytes:
        """The data key, encrypted."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher(key_id).encrypt(nonce, data_key, context.encode())

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """The data key. Raises `KmsRefused`."""
        try:
            return self._cipher(key_id).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise KmsRefused(f"a data key does not unwrap with {key_id}: is this the right master key?") from None

    def rotate(self) -> str:
        """Add a key to the file."""
        with self._lock:
            keys = dict(self._read())
            key_id = f"local/{len(keys) + 2}"
            keys[key_id] = os.urandom(KEY_BYTES)
            self._write(keys)
            self._keys = keys
        return key_id

    def close(self) -> None:
        """Nothing is open."""

    def _cipher(self, key_id: str) -> AESGCM:
        key = self._all().get(key_id)
        if key is None:
            raise KmsRefused(f"there is no key-encryption key {key_id}: {self._file} must be the same everywhere.")
        return AESGCM(key)

    def _all(self) -> Mapping[str, bytes]:
        with self._lock:
            changed = self._file.stat().st_mtime if self._file.exists() else 0.0
            if changed != self._read_at:
                self._keys, self._read_at = self._read(), changed
            return {_FIRST: self._first, **self._keys}

    def _read(self) -> Mapping[str, bytes]:
        if not self._file.exists():
            return {}
        try:
            found = {
                key_id: base64.b64decode(key, validate=True)
                for key_id, key in json.loads(self._file.read_text()).items()
            }
        except (ValueError, AttributeError, TypeError):
            raise KmsRefused(f"{self._file} is no key file: restore it from its backup.") from None
        return found

    def _write(self, keys: Mapping[str, bytes]) -> None:
        """Replace the file whole, so that a reader or a crash never sees half of it."""
        text = json.dumps({key_id: base64.b64encode(key).decode() for key_id, key in keys.items()}, indent=1)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self._file)
