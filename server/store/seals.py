"""Seals: stored messages and free texts are encrypted with a data key of the company (AES-256-GCM).

A seal is bound to what it belongs to: bytes that are moved to another row, table or company do not open.
"""

from typing import Protocol

RESOURCES = "resources"  # the purpose of data keys for messages of resources, events and what was said of them
SECRETS = "secrets"  # for credentials of providers, webhook secrets, OAuth secrets
VAULT = "vault"  # for tokenised values


class Seals(Protocol):
    """Encrypts and decrypts what is stored for a company. A purpose has data keys of its own."""

    def seal(self, company_id: str, environment: int, purpose: str, bound: str, data: bytes) -> bytes:
        """The data, sealed with the company's current data key of the purpose, bound to a text such as `payouts`."""
        ...

    def open(self, company_id: str, environment: int, purpose: str, bound: str, sealed: bytes) -> bytes:
        """What was sealed. Raises `SealError` for bytes that were altered, or bound to something else."""
        ...


class SealError(Exception):
    """Stored bytes do not open: altered, moved, or their data key is gone. The message names what, never the bytes."""


class Unsealed:
    """Where nobody has said how to seal: refuses, so that nothing is stored in the clear by mistake."""

    def seal(self, company_id: str, environment: int, purpose: str, bound: str, data: bytes) -> bytes:
        """Refuses."""
        raise SealError("this process was composed without seals: set `Store.seals`.")

    def open(self, company_id: str, environment: int, purpose: str, bound: str, sealed: bytes) -> bytes:
        """Refuses."""
        raise SealError("this process was composed without seals: set `Store.seals`.")
