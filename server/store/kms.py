"""The port to whatever keeps key-encryption keys. Only data keys ever pass through it, never what they encrypt."""

from typing import Protocol


class Kms(Protocol):
    """Wraps data keys with a key-encryption key that it alone has. Its keys rotate; each has an id."""

    def current_key_id(self) -> str:
        """The key-encryption key by which new data keys are wrapped."""
        ...

    def wrap(self, key_id: str, data_key: bytes, context: str) -> bytes:
        """A data key, encrypted with a key-encryption key and bound to a text that says whose it is."""
        ...

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """The data key. Raises `KmsAway` or `KmsRefused`."""
        ...

    def rotate(self) -> str:
        """Make a new key-encryption key and let it be the current one; its id. Older ones go on unwrapping."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class KmsAway(Exception):  # noqa: N818 - how the call ended
    """The KMS does not answer, or is sealed; the same call may succeed later."""


class KmsRefused(Exception):  # noqa: N818 - how the call ended
    """The KMS answers that it cannot or will not: no such key, no right to it, or bytes that do not unwrap."""
