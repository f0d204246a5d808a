"""The master key and what is derived from it (HKDF, RFC 5869), and secrets at rest, opened only to be used.

The master key never encrypts directly. Secrets are sealed with data keys; the oldest ones with a derived key.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.kit import ids
from server.kit.context import Caller, Context
from server.store.data_keys import is_seal
from server.store.engine import Connection
from server.store.sealed import SECRET
from server.store.seals import SealError, Seals

_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_FILE = "master.key"


class MasterKeyError(Exception):
    """The master key is missing, malformed, or not the one with which the secrets were stored."""


class Keyring:
    """Everything that is derived from the master key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != _KEY_BYTES:
            raise MasterKeyError(
                "CORRIDOR_MASTER_KEY must be 32 bytes in base64: make one with `openssl rand -base64 32`."
            )
        self._master = master
        self._cipher = AESGCM(self.derived("secrets at rest"))

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose."""
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"corridor " + purpose.encode()).derive(self._master)

    def encrypt(self, value: str, owner: str) -> bytes:
        """The value, encrypted for its owner: it cannot be decrypted as another owner's."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value.encode(), owner.encode())

    def decrypt(self, ciphertext: bytes, owner: str) -> str:
        """The value. Raises `MasterKeyError` if it was stored with another master key or for another owner."""
        try:
            return self._cipher.decrypt(ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag:
            raise MasterKeyError(
                "a stored secret does not open: this is not the master key it was stored with."
            ) from None


def keyring(master_key: str, data_dir: Path) -> Keyring:
    """The keyring of the configured master key, or of the key file in the data directory, made when it is missing."""
    if master_key:
        try:
            return Keyring(base64.b64decode(master_key, validate=True))
        except binascii.Error:
            raise MasterKeyError(
                "CORRIDOR_MASTER_KEY is not base64: make one with `openssl rand -base64 32`."
            ) from None
    path = data_dir / _KEY_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Keyring(path.read_bytes())
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(_KEY_BYTES))
    return Keyring(path.read_bytes())


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of one secret: its name, and its value where it is asked for."""

    secret_id: str
    name: str
    value: str

    def __repr__(self) -> str:
        return f"Stored({self.secret_id}, {self.name})"


_PUT = "INSERT INTO corridor.secrets VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp(), NULL)"
_ACTIVE = """
SELECT secret_id, name, ciphertext FROM corridor.secrets
WHERE company_id = %s AND environment = %s AND owner_id = %s
    AND (expire_time IS NULL OR expire_time > clock_timestamp())
ORDER BY secret_id DESC
"""
_RETIRE = """
UPDATE corridor.secrets SET expire_time = clock_timestamp() + make_interval(hours => %s)
WHERE company_id = %s AND environment = %s AND owner_id = %s AND name = %s
    AND secret_id <> %s AND (expire_time IS NULL OR expire_time > clock_timestamp() + make_interval(hours => %s))
"""


def put(connection: Connection, context: Context, ring: Keyring, owner_id: str, name: str, value: str) -> str:
    """Store a secret beside those of the same name; its id."""
    who = context.who
    secret_id = ids.new("sec")
    sealed = SECRET.seal(connection.seals, who, value.encode(), owner_id)
    values = (who.company_id, who.environment, owner_id, secret_id, name, sealed)
    connection.execute(_PUT, values)
    return secret_id


def retire(connection: Connection, context: Context, owner_id: str, name: str, *, but: str, after_hours: int) -> None:
    """Let every secret of the name end after some hours, except the one with the id `but`."""
    who = context.who
    connection.execute(_RETIRE, (after_hours, who.company_id, who.environment, owner_id, name, but, after_hours))


def active(connection: Connection, context: Context, ring: Keyring, owner_id: str) -> list[Stored]:
    """Every secret of the owner that has not ended, the newest first."""
    who = context.who
    rows = connection.execute(_ACTIVE, (who.company_id, who.environment, owner_id)).fetchall()
    return [
        Stored(secret_id, name, opened(connection.seals, who, ring, owner_id, ciphertext))
        for secret_id, name, ciphertext in rows
    ]


def opened(seals: Seals, who: Caller, ring: Keyring, owner_id: str, ciphertext: bytes) -> str:
    """A stored secret's value. Those from before data keys are encrypted with the master key's own."""
    if not is_seal(ciphertext):
        return ring.decrypt(ciphertext, owner_id)
    try:
        return SECRET.open(seals, who, ciphertext, owner_id).decode()
    except SealError:
        try:  # an old one begins with a random byte, which may be that of a seal
            return ring.decrypt(ciphertext, owner_id)
        except MasterKeyError:
            pass
        raise
