"""Tokens of card and account numbers. A value is stored sealed alone, and found again by a keyed digest alone."""

import hashlib
import hmac

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.vault.v1 import vault_token_pb2
from corridor.vault.v1.vault_token_pb2 import (
    VAULT_TOKEN_KIND_ACCOUNT_NUMBER,
    VAULT_TOKEN_KIND_IBAN,
    VAULT_TOKEN_KIND_PAN,
    VaultToken,
)
from server.kit import ids
from server.kit.card_numbers import luhn
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.kit.paging import Page
from server.store import pages
from server.store.engine import Connection
from server.store.sealed import VAULT_VALUE

KINDS = {
    "pan": VAULT_TOKEN_KIND_PAN,
    "iban": VAULT_TOKEN_KIND_IBAN,
    "account_number": VAULT_TOKEN_KIND_ACCOUNT_NUMBER,
}
NAMES = {kind: name for name, kind in KINDS.items()}

_HIDDEN = "•"
_FINGERPRINT_CHARACTERS = 32
_COLUMNS = "vault_token_id, kind, fingerprint, masked, environment, create_time"
_THIS = "WHERE company_id = %s AND environment = %s AND vault_token_id = %s"
_INSERT = f"""
INSERT INTO corridor.vault_tokens
    (company_id, environment, vault_token_id, kind, fingerprint, masked, value, create_time)
VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
"""
_SAME = f"""
SELECT {_COLUMNS} FROM corridor.vault_tokens
WHERE company_id = %s AND environment = %s AND kind = %s AND fingerprint = %s
"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.vault_tokens"
_VALUE = f"SELECT kind, value FROM corridor.vault_tokens {_THIS}"
_DELETE = f"DELETE FROM corridor.vault_tokens {_THIS} RETURNING true"


class Fingerprints:
    """Tells equal values, for who has the secret: digests of account numbers without one could be tried through."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, context: Context, kind: int, value: str) -> bytes:
        """The digest of a value (HMAC-SHA-256, RFC 2104): another one for each company, environment and kind."""
        who = context.who
        place = f"{who.company_id}/{who.environment}/{kind}/".encode()
        return hmac.new(self._secret, place + value.encode(), hashlib.sha256).digest()


def normal(name: str, given: str) -> str:
    """A value in normal form. Raises INVALID_ARGUMENT for one that cannot be right; never quotes it."""
    if name == "pan":
        digits = given.replace(" ", "").replace("-", "")
        if not 12 <= len(digits) <= 19:
            raise _wrong(name, "must have 12 to 19 digits", "length")
        if not luhn(digits):
            raise _wrong(name, "has a wrong check digit", "check_digit")
        return digits
    if name == "iban":
        try:
            return str(IBAN(given)) if given.isascii() else str(IBAN(""))
        except SchwiftyException:
            raise _wrong(name, "is no IBAN", "iban") from None
    return given


def masked(name: str, value: str) -> str:
    """What may be shown of a value: of a card's number what PCI DSS 4.0.1 allows in 3.4.1, else the last four."""
    shown = 6 if name == "pan" and len(value) >= 15 else 0
    last = 4 if len(value) > 8 else 0
    return value[:shown] + _HIDDEN * (len(value) - shown - last) + (value[-last:] if last else "")


def keep(connection: Connection, context: Context, fingerprints: Fingerprints, name: str, value: str) -> VaultToken:
    """The token of a value, new or not, in the caller's transaction."""
    who, kind, token_id = context.who, KINDS[name], ids.new("tok")
    fingerprint = fingerprints.of(context, kind, value)
    sealed = VAULT_VALUE.seal(connection.seals, who, value.encode(), token_id)
    shown = masked(name, value)
    while True:
        tenant = (who.company_id, who.environment)
        row = connection.execute(_SAME, (*tenant, kind, fingerprint)).fetchone()
        row = row or connection.execute(_INSERT, (*tenant, token_id, kind, fingerprint, shown, sealed)).fetchone()
        if row is not None:  # else another call made it just now, or made it and deleted it
            return _token(row)


def get(connection: Connection, context: Context, token_id: str) -> VaultToken | None:
    """One token, without its value."""
    row = connection.execute(f"{_SELECT} {_THIS}", _this(context, token_id)).fetchone()
    return _token(row) if row else None


def page(connection: Connection, context: Context, wanted: Page, kind: int) -> tuple[list[VaultToken], bool]:
    """A page of tokens, the newest first, and whether there are more."""
    rows, more = pages.newest_first(
        connection, context, _SELECT, key="vault_token_id", page=wanted, where={"kind": kind}
    )
    return [_token(row) for row in rows], more


def value(connection: Connection, context: Context, token_id: str) -> tuple[str, str] | None:
    """The name of a value's kind, and the value."""
    row = connection.execute(_VALUE, _this(context, token_id)).fetchone()
    if row is None:
        return None
    return NAMES[row[0]], VAULT_VALUE.open(connection.seals, context.who, row[1], token_id).decode()


def delete(connection: Connection, context: Context, token_id: str) -> bool:
    """Remove a token with its value; whether there was one."""
    return connection.execute(_DELETE, _this(context, token_id)).fetchone() is not None


def _this(context: Context, token_id: str) -> tuple[str, int, str]:
    return context.who.company_id, context.who.environment, token_id


def _token(row: tuple[object, ...]) -> VaultToken:
    token_id, kind, fingerprint, shown, environment, create_time = row
    assert isinstance(fingerprint, bytes)
    token = VaultToken(
        vault_token_id=str(token_id),
        kind=vault_token_pb2.VaultTokenKind.Name(kind),  # type: ignore[arg-type]  # as stored
        masked=str(shown),
        fingerprint=fingerprint.hex()[:_FINGERPRINT_CHARACTERS],
        environment=environment,  # type: ignore[arg-type]  # as stored
    )
    token.create_time.FromDatetime(create_time)  # type: ignore[arg-type]  # as stored
    return token


def _wrong(name: str, description: str, rule: str) -> Failure:
    return fail(
        reasons.ERROR_REASON_INVALID_ARGUMENT,
        "The value cannot be right.",
        violations=[Violation(name, description, rule)],
    )
