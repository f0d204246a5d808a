"""Authorizations: one journey of a person, from the client's request to the code that the client gets, or to a no.

A journey ends once. It belongs to one client, and outlives neither its ten minutes nor the client.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import IntEnum
from urllib.parse import urlencode, urlsplit, urlunsplit

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from corridor.type.v1.raw_request_pb2 import RawRequest
from corridor.type.v1.raw_response_pb2 import RawResponse
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Caller
from server.platform.access.oauth import authorization_request as requests
from server.platform.access.oauth import client_rules, clients, grants, http
from server.platform.access.oauth.authorization_request import Parameters
from server.platform.access.oauth.clients import Client
from server.platform.access.oauth.hashes import REQUEST, Hashes
from server.platform.access.oauth.http import Http, OAuthError
from server.platform.access.oauth.pages import Pages
from server.store.engine import Connection, Store
from server.store.sealed import OAUTH_AUTHORIZATION

JOURNEY_SECONDS = 600
PUSHED_SECONDS = 90  # FAPI 2.0 Security Profile, 5.3.2.2: less than 600
REQUEST_URI = "urn:ietf:params:oauth:request_uri:"  # RFC 9126, 2.2

_CREATE = """
INSERT INTO corridor.oauth_authorizations VALUES (%s, %s, %s, %s, %s, %s, %s, clock_timestamp(),
    clock_timestamp() + make_interval(secs => %s))
"""
_FIND = "SELECT company_id, environment FROM corridor.find_oauth_authorization(%s)"
_COLUMNS = "oauth_authorization_id, oauth_client_id, state, message, expire_time, expire_time <= clock_timestamp()"
_KEY = "company_id = %s AND environment = %s AND oauth_authorization_id = %s"
_ONE = f"SELECT {_COLUMNS} FROM corridor.oauth_authorizations WHERE {_KEY}"
_MOVE = f"UPDATE corridor.oauth_authorizations SET state = %s WHERE {_KEY}"
_TAKE_PUSHED = f"""
UPDATE corridor.oauth_authorizations
SET state = %s, expire_time = clock_timestamp() + make_interval(secs => %s)
WHERE company_id = %s AND environment = %s AND request_hash = %s AND oauth_client_id = %s AND state = %s
    AND expire_time > clock_timestamp()
RETURNING {_COLUMNS}
"""


class State(IntEnum):
    """Where a journey stands."""

    PUSHED = 1
    STARTED = 2
    FINISHED = 3
    DENIED = 4


class AuthorizationOverError(Exception):
    """The journey has ended, or its time is over: the person begins anew, at the client."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A journey: who asks, and for what."""

    authorization_id: str
    company_id: str
    environment: "Environment.ValueType"
    client: pb.OAuthClient
    parameters: Parameters
    state: State
    expire_time: datetime
    expired: bool

    @property
    def client_id(self) -> str:
        """The client's id."""
        return self.client.oauth_client_id

    @property
    def client_title(self) -> str:
        """The client's name, in the company's own words."""
        return self.client.settings.title

    @property
    def redirect_uri(self) -> str:
        """Where the person is sent back to."""
        return self.parameters.redirect_uri

    @property
    def scopes(self) -> frozenset[str]:
        """What the client asks for."""
        return frozenset(self.parameters.scopes)

    @property
    def open(self) -> bool:
        """Whether the journey still goes on."""
        return self.state == State.STARTED and not self.expired


class Authorizations:
    """Begins, finds and ends journeys."""

    def __init__(self, store: Store, hashes: Hashes, clock: Clock, issuer: str) -> None:
        self._store = store
        self._hashes = hashes
        self._clock = clock
        self._issuer = issuer
        self._audience = f"{issuer}/v1"
        self._pages = Pages()

    def push(self, client: Client, given: Mapping[str, str], thumbprint: str) -> str:
        """Keep a pushed request; the reference to it (RFC 9126, 2). Raises `OAuthError`."""
        if "request_uri" in given:
            raise OAuthError("invalid_request", "A pushed request has no request_uri (RFC 9126, 2.1).")
        if thumbprint and given.get("dpop_jkt", thumbprint) != thumbprint:
            raise OAuthError("invalid_dpop_proof", "dpop_jkt is not the proof's key (RFC 9449, 10.1).")
        named = {**given, **({"dpop_jkt": thumbprint} if thumbprint else {})}
        found = requests.parameters(client, named, self._audience)
        new = self._hashes.make(REQUEST)
        with self._store.of(client.company_id, client.environment) as connection:
            self._create(connection, client, found, State.PUSHED, new.hash, PUSHED_SECONDS)
        return REQUEST_URI + new.value

    def begin(self, raw: RawRequest, *, form: bool = False) -> Authorization | RawResponse:
        """The journey that a request at the authorization endpoint begins, or the answer that ends it at once."""
        try:
            request = Http(raw)
            given = request.form() if form else request.query()
            client = clients.find(self._store, given.get("client_id", ""))
            if client is None or not client.enabled:
                raise OAuthError("invalid_request", "There is no such client.")
            pushed = given.get("request_uri", "")
            if pushed:
                return self._pushed(client, pushed)
            back = requests.redirect_uri(client, given)
        except OAuthError as error:
            return self._pages.refused(error.description, error.status)
        try:
            if client_rules.must_push(client.settings):
                raise OAuthError("invalid_request", "The client must push its requests (RFC 9126).")
            found = requests.parameters(client, given, self._audience)
        except OAuthError as error:
            return http.redirect(self._back(back, given.get("state", ""), _refused(error)))
        with self._store.of(client.company_id, client.environment) as connection:
            authorization_id = self._create(connection, client, found, State.STARTED, None, JOURNEY_SECONDS)
        started = self.get(authorization_id)
        assert started is not None
        return started

    def get(self, authorization_id: str) -> Authorization | None:
        """A journey, whosever it is; None for one that there is not, or whose client is gone or disabled."""
        if not ids.is_id(authorization_id, "oa"):
            return None
        with self._store.anyone() as connection:
            row = connection.execute(_FIND, (authorization_id,)).fetchone()
        if row is None:
            return None
        company_id, environment = row
        with self._store.of(company_id, environment) as connection:
            return self._read(connection, company_id, environment, authorization_id)

    def finish(
        self,
        connection: Connection,
        authorization_id: str,
        subject: str,
        scopes: Collection[str],
        consent_id: str = "",
        *,
        expire_time: datetime | None = None,
    ) -> str:
        """Grant what a person lets the client do, within the caller's transaction; where to send the person.

        Raises `AuthorizationOverError` if the journey is not open, and ValueError for scopes that were not asked for.
        """
        found = self._locked(connection, authorization_id)
        if not scopes or set(scopes) - set(found.scopes):
            raise ValueError("a person grants some of what was asked for, and nothing else")
        grant_id = grants.create(
            connection,
            found.company_id,
            found.environment,
            found.client_id,
            subject,
            consent_id,
            scopes,
            found.parameters.resource,
            expire_time or grants.expiry(self._clock.now()),
        )
        code = grants.add_code(
            connection, self._hashes, found.company_id, found.environment, authorization_id, grant_id
        )
        connection.execute(_MOVE, (State.FINISHED, found.company_id, found.environment, authorization_id))
        return self._back(found.parameters.redirect_uri, found.parameters.state, {"code": code})

    def deny(self, authorization_id: str, error: str = "access_denied", description: str = "") -> str:
        """End a journey with a no; where to send the person (RFC 6749, 4.1.2.1). Raises `AuthorizationOverError`."""
        with self._store.anyone() as connection:
            row = connection.execute(_FIND, (authorization_id,)).fetchone()
        if row is None:
            raise AuthorizationOverError
        with self._store.transaction(*row) as connection:
            found = self._locked(connection, authorization_id)
            connection.execute(_MOVE, (State.DENIED, found.company_id, found.environment, authorization_id))
        said = {"error": error, **({"error_description": description} if description else {})}
        return self._back(found.parameters.redirect_uri, found.parameters.state, said)

    def of_code(
        self, connection: Connection, company_id: str, environment: "Environment.ValueType", authorization_id: str
    ) -> Authorization | None:
        """The journey that a code came of."""
        return self._read(connection, company_id, environment, authorization_id)

    def _pushed(self, client: Client, request_uri: str) -> Authorization:
        secret = request_uri.removeprefix(REQUEST_URI)
        key = (client.company_id, client.environment, self._hashes.hash(REQUEST, secret), client.client_id)
        with self._store.of(client.company_id, client.environment) as connection:
            values = (State.STARTED, JOURNEY_SECONDS, *key, State.PUSHED)
            row = connection.execute(_TAKE_PUSHED, values).fetchone()
            found = self._read(connection, client.company_id, client.environment, row[0]) if row else None
        if found is None:
            raise OAuthError("invalid_request_uri", "The request was used before, or its time is over.")
        return found

    def _create(
        self,
        connection: Connection,
        client: Client,
        found: Parameters,
        state: State,
        request_hash: bytes | None,
        seconds: int,
    ) -> str:
        authorization_id = ids.new("oa")
        data = json.dumps(asdict(found)).encode()
        who = _owner(client.client_id, client.company_id, client.environment)
        sealed = OAUTH_AUTHORIZATION.seal(connection.seals, who, data, authorization_id)
        key = (client.company_id, client.environment, authorization_id)
        connection.execute(_CREATE, (*key, client.client_id, state, request_hash, sealed, seconds))
        return authorization_id

    def _read(
        self,
        connection: Connection,
        company_id: str,
        environment: "Environment.ValueType",
        authorization_id: str,
        *,
        lock: bool = False,
    ) -> Authorization | None:
        query = _ONE + (" FOR UPDATE" if lock else "")
        row = connection.execute(query, (company_id, environment, authorization_id)).fetchone()
        client = clients.of(connection, company_id, environment, row[1]) if row else None
        if row is None or client is None or not client.enabled:
            return None
        _, client_id, state, message, expire_time, expired = row
        who = _owner(client_id, company_id, environment)
        stored = json.loads(OAUTH_AUTHORIZATION.open(connection.seals, who, bytes(message), authorization_id))
        parameters = Parameters(**{**stored, "scopes": tuple(stored["scopes"])})
        return Authorization(
            authorization_id,
            company_id,
            environment,
            client.resource,
            parameters,
            State(state),
            expire_time,
            expired,
        )

    def _locked(self, connection: Connection, authorization_id: str) -> Authorization:
        row = connection.execute(_FIND, (authorization_id,)).fetchone()
        found = self._read(connection, row[0], row[1], authorization_id, lock=True) if row else None
        if found is None or not found.open:
            raise AuthorizationOverError
        return found

    def _back(self, uri: str, state: str, said: Mapping[str, str]) -> str:
        """The client's address with the answer, and with our name on it (RFC 9207, 2)."""
        parts = urlsplit(uri)
        answer = {**said, **({"state": state} if state else {}), "iss": self._issuer}
        query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _refused(error: OAuthError) -> Mapping[str, str]:
    return {"error": error.error, "error_description": error.description}


def _owner(client_id: str, company_id: str, environment: "Environment.ValueType") -> Caller:
    return Caller(method_pb2.CALLER_KIND_OAUTH_CLIENT, client_id, company_id, environment)
