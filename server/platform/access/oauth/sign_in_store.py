"""Rows of sign-ins: one way of one browser from `/oauth/authorize` to the client. Each step has a new cookie value.

Cookie and state are stored as keyed hashes; what the next step needs, such as nonce and PKCE verifier, is sealed.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from corridor.options.v1 import method_pb2
from server.kit import ids
from server.kit.context import Caller
from server.platform.access.oauth.sign_in_client import Attempt
from server.platform.access.oauth.sign_in_http import SUFFIX_CHARACTERS
from server.store.engine import Connection, Store
from server.store.sealed import SIGN_IN

SIGN_IN_SECONDS = 600
SESSION_SECONDS = 8 * 3600  # how long the provider can be told whose session ends

_FIND = "SELECT company_id, environment, sign_in_id FROM corridor.find_sign_in(%s)"
_FIND_BY_STATE = "SELECT company_id, environment, sign_in_id FROM corridor.find_sign_in_by_state(%s)"
_COLUMNS = "company_id, environment, sign_in_id, authorization_id, state, cookie_hash, state_hash, secrets, subject"
_KEY = "company_id = %(company_id)s AND environment = %(environment)s AND sign_in_id = %(sign_in_id)s"
_ONE = f"SELECT {_COLUMNS} FROM corridor.sign_ins WHERE {_KEY} AND expire_time > clock_timestamp()"
_CREATE = """
INSERT INTO corridor.sign_ins VALUES (%(company_id)s, %(environment)s, %(sign_in_id)s, %(authorization_id)s, %(state)s,
    %(cookie_hash)s, %(state_hash)s, %(secrets)s, %(subject)s, clock_timestamp(),
    clock_timestamp() + make_interval(secs => %(seconds)s))
"""
_SAVE = f"""
UPDATE corridor.sign_ins SET state = %(state)s, cookie_hash = %(cookie_hash)s, state_hash = %(state_hash)s,
    secrets = %(secrets)s, subject = %(subject)s
WHERE {_KEY}
"""
_LONGER = f"""
UPDATE corridor.sign_ins SET expire_time = clock_timestamp() + make_interval(secs => %(seconds)s) WHERE {_KEY}
"""
# The answer to a state is taken once, however often it comes.
_CLAIM = f"""
UPDATE corridor.sign_ins SET state_hash = NULL
WHERE {_KEY} AND state = %(state)s AND state_hash = %(state_hash)s AND expire_time > clock_timestamp() RETURNING true
"""
_FORGET = "SELECT corridor.forget_sign_ins(%s)"
_FORGET_AT_ONCE = 5_000


class State(IntEnum):
    """How far a sign-in is."""

    STARTED = 1  # on the way to the provider or back
    SIGNED_IN = 2  # before the consent page
    DONE = 3  # the client has its answer; what is left is a session that can be signed out
    ENDED = 4


@dataclass(slots=True)
class SignIn:
    """One sign-in. `facts` are sealed where they are stored."""

    company_id: str
    environment: int
    sign_in_id: str
    authorization_id: str
    state: State
    cookie_hash: bytes = field(repr=False)
    state_hash: bytes | None = field(repr=False)
    subject: str
    facts: dict[str, Any] = field(repr=False)

    @property
    def suffix(self) -> str:
        """The end of the name of its cookie: several tabs can sign in at the same time."""
        return self.sign_in_id[-SUFFIX_CHARACTERS:]

    @property
    def attempt(self) -> Attempt:
        """The secrets of the way to the provider that is under way."""
        return Attempt("", self.facts["nonce"], self.facts["verifier"])


class SignIns:
    """Keeps the sign-ins of every company's people."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._key = key

    def hash(self, kind: str, value: str) -> bytes:
        """The keyed hash of a cookie's value, a state or a form's token."""
        return hmac.digest(self._key, f"{kind}\x00{value}".encode(), hashlib.sha256)

    def begin(
        self, company_id: str, environment: int, authorization_id: str, facts: dict[str, Any]
    ) -> tuple[SignIn, str]:
        """Store a new sign-in; it, and the value of its cookie."""
        cookie = ids.secret(260)
        found = SignIn(
            company_id, environment, ids.new("si"), authorization_id, State.STARTED,
            self.hash("cookie", cookie), None, "", facts,
        )  # fmt: skip
        with self._store.of(company_id, environment) as connection:
            connection.execute(_CREATE, self._values(found) | {"seconds": SIGN_IN_SECONDS})
        return found, cookie

    def of_cookie(self, cookie: str) -> SignIn | None:
        """The sign-in of the browser that has the cookie, if it has not expired."""
        return self._found(_FIND, self.hash("cookie", cookie)) if cookie else None

    def of_state(self, state: str) -> SignIn | None:
        """The sign-in that went to the provider with a state, if it has not expired or come back."""
        return self._found(_FIND_BY_STATE, self.hash("state", state)) if state else None

    def is_of(self, found: SignIn, cookie: str) -> bool:
        """Whether a cookie is the sign-in's."""
        return hmac.compare_digest(found.cookie_hash, self.hash("cookie", cookie))

    def leave(self, found: SignIn, attempt: Attempt) -> None:
        """Note with which secrets the browser goes to the provider; those of an earlier way count no more."""
        found.facts |= {"nonce": attempt.nonce, "verifier": attempt.verifier}
        found.state_hash = self.hash("state", attempt.state)
        with self._store.of(found.company_id, found.environment) as connection:
            self.save(connection, found)

    def claim(self, found: SignIn) -> bool:
        """Take the answer to the sign-in's state; False if it was taken before."""
        with self._store.of(found.company_id, found.environment) as connection:
            values = self._values(found) | {"state": State.STARTED}
            return connection.execute(_CLAIM, values).fetchone() is not None

    def lock(self, connection: Connection, found: SignIn) -> bool:
        """Hold the row until the transaction ends; whether it is still as it was read."""
        row = connection.execute(_ONE + " FOR UPDATE", self._key_of(found)).fetchone()
        return row is not None and (row[4], bytes(row[5])) == (found.state, found.cookie_hash)

    def save(self, connection: Connection, found: SignIn) -> None:
        """Store how far the sign-in is."""
        connection.execute(_SAVE, self._values(found))

    def renew(self, found: SignIn) -> str:
        """Give the sign-in another cookie value, to be saved: who knew the one before is out."""
        cookie = ids.secret(260)
        found.cookie_hash = self.hash("cookie", cookie)
        return cookie

    def keep(self, connection: Connection, found: SignIn) -> None:
        """Let a finished sign-in live on as a session that can be signed out."""
        connection.execute(_LONGER, self._key_of(found) | {"seconds": SESSION_SECONDS})

    def forget(self) -> None:
        """Delete what has expired, for every company."""
        with self._store.anyone() as connection:
            while (row := connection.execute(_FORGET, (_FORGET_AT_ONCE,)).fetchone()) and row[0] == _FORGET_AT_ONCE:
                pass

    def _found(self, find: str, digest: bytes) -> SignIn | None:
        with self._store.anyone() as connection:
            key = connection.execute(find, (digest,)).fetchone()
        if key is None:
            return None
        names = dict(zip(("company_id", "environment", "sign_in_id"), key, strict=True))
        with self._store.of(key[0], key[1]) as connection:
            row = connection.execute(_ONE, names).fetchone()
        if row is None:
            return None
        company_id, environment, sign_in_id, authorization_id, state, cookie_hash, state_hash, secrets, subject = row
        data = SIGN_IN.open(self._store.seals, _owner(company_id, environment), bytes(secrets), sign_in_id)
        return SignIn(
            company_id, environment, sign_in_id, authorization_id, State(state),
            bytes(cookie_hash), bytes(state_hash) if state_hash else None, subject, json.loads(data),
        )  # fmt: skip

    def _key_of(self, found: SignIn) -> dict[str, object]:
        return {
            "company_id": found.company_id,
            "environment": found.environment,
            "sign_in_id": found.sign_in_id,
        }

    def _values(self, found: SignIn) -> dict[str, object]:
        data = json.dumps(found.facts).encode()
        return self._key_of(found) | {
            "authorization_id": found.authorization_id,
            "state": int(found.state),
            "cookie_hash": found.cookie_hash,
            "state_hash": found.state_hash,
            "subject": found.subject,
            "secrets": SIGN_IN.seal(
                self._store.seals, _owner(found.company_id, found.environment), data, found.sign_in_id
            ),
        }


def _owner(company_id: str, environment: int) -> Caller:
    return Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "", company_id, environment)  # type: ignore[arg-type] # an enum's
