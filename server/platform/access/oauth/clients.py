"""Rows of OAuth clients and their secrets. What a company decides about one is sealed; secrets are keyed hashes."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from corridor.access.v1 import oauth_client_pb2 as pb
from corridor.options.v1 import method_pb2
from corridor.type.v1.environment_pb2 import Environment
from server.kit import ids
from server.kit.context import Caller, Context
from server.kit.paging import Page
from server.platform.access.oauth import certificates
from server.platform.access.oauth.hashes import New
from server.store import pages
from server.store.engine import Connection, Store
from server.store.sealed import OAUTH_CLIENT

_COLUMNS = """oauth_client_id, environment, state, message, create_time, update_time,
    (SELECT coalesce(array_agg(s.oauth_client_secret_id ORDER BY s.oauth_client_secret_id DESC), '{}')
     FROM corridor.oauth_client_secrets s
     WHERE s.company_id = oauth_clients.company_id AND s.environment = oauth_clients.environment
        AND s.oauth_client_id = oauth_clients.oauth_client_id
        AND (s.expire_time IS NULL OR s.expire_time > clock_timestamp()))"""
_SELECT = f"SELECT {_COLUMNS} FROM corridor.oauth_clients"
_KEY = "company_id = %(company_id)s AND environment = %(environment)s AND oauth_client_id = %(client_id)s"
_ONE = f"{_SELECT} WHERE {_KEY} AND delete_time IS NULL"
_CREATE = """
INSERT INTO corridor.oauth_clients VALUES (%(company_id)s, %(environment)s, %(client_id)s, %(state)s, %(scopes)s,
    %(message)s, %(certificate_expire_time)s, clock_timestamp(), clock_timestamp(), NULL)
"""
_UPDATE = f"""
UPDATE corridor.oauth_clients SET scopes = %(scopes)s, message = %(message)s,
    certificate_expire_time = %(certificate_expire_time)s, update_time = clock_timestamp()
WHERE {_KEY}
"""
_STATE = f"UPDATE corridor.oauth_clients SET state = %(state)s, update_time = clock_timestamp() WHERE {_KEY}"
_DELETE = f"""
UPDATE corridor.oauth_clients SET delete_time = clock_timestamp(), update_time = clock_timestamp() WHERE {_KEY}
"""
_HASHES = f"""
SELECT oauth_client_secret_id, secret_hash, create_time, expire_time FROM corridor.oauth_client_secrets
WHERE {_KEY} AND (expire_time IS NULL OR expire_time > clock_timestamp()) ORDER BY oauth_client_secret_id DESC
"""
_ADD = """
INSERT INTO corridor.oauth_client_secrets VALUES (%(company_id)s, %(environment)s, %(client_id)s, %(secret_id)s,
    %(hash)s, clock_timestamp(), %(expire_time)s)
"""
_RETIRE = f"""
UPDATE corridor.oauth_client_secrets SET expire_time = clock_timestamp() + make_interval(hours => %(hours)s)
WHERE {_KEY} AND oauth_client_secret_id <> %(secret_id)s
    AND (expire_time IS NULL OR expire_time > clock_timestamp() + make_interval(hours => %(hours)s))
"""
_FIND = "SELECT company_id, environment FROM corridor.find_oauth_client(%s)"


@dataclass(frozen=True, slots=True)
class Client:
    """A client at one of the endpoints, whosever it is."""

    company_id: str
    environment: "Environment.ValueType"
    resource: pb.OAuthClient
    secret_hashes: tuple[bytes, ...]

    @property
    def client_id(self) -> str:
        """The `client_id` of the protocol."""
        return self.resource.oauth_client_id

    @property
    def settings(self) -> pb.OAuthClientSettings:
        """What the company decided about it."""
        return self.resource.settings

    @property
    def enabled(self) -> bool:
        """Whether it may do anything at all."""
        return self.resource.state == pb.CLIENT_STATE_ENABLED

    @property
    def fapi(self) -> bool:
        """Whether it is held to the FAPI 2.0 Security Profile."""
        return self.settings.profile == pb.SECURITY_PROFILE_FAPI_2

    def may(self, grant_type: "pb.GrantType.ValueType") -> bool:
        """Whether it may get tokens that way."""
        return grant_type in self.settings.grant_types


def find(store: Store, client_id: str) -> Client | None:
    """The client with an id, whosever it is; None for one that there is not."""
    if not ids.is_id(client_id, "oc"):
        return None
    with store.anyone() as connection:
        row = connection.execute(_FIND, (client_id,)).fetchone()
    if row is None:
        return None
    company_id, environment = row
    with store.of(company_id, environment) as connection:
        return of(connection, company_id, environment, client_id)


def of(connection: Connection, company_id: str, environment: "Environment.ValueType", client_id: str) -> Client | None:
    """A client of the company to which the connection is bound."""
    key = {"company_id": company_id, "environment": environment, "client_id": client_id}
    row = connection.execute(_ONE, key).fetchone()
    if row is None:
        return None
    secrets = connection.execute(_HASHES, key).fetchall()
    return Client(company_id, environment, _client(connection, company_id, row), tuple(bytes(s[1]) for s in secrets))


def create(connection: Connection, context: Context, settings: pb.OAuthClientSettings) -> str:
    """Store a new client; its id."""
    client_id = ids.new("oc")
    values = {"state": pb.CLIENT_STATE_ENABLED, **_stored(connection, context, client_id, settings)}
    connection.execute(_CREATE, values)
    return client_id


def get(connection: Connection, context: Context, client_id: str, *, lock: bool = False) -> pb.OAuthClient | None:
    """One client of the caller's company, with its secrets' times; `lock` keeps it as it is until the end."""
    row = connection.execute(_ONE + (" FOR UPDATE" if lock else ""), _key(context, client_id)).fetchone()
    if row is None:
        return None
    found = _client(connection, context.who.company_id, row)
    del found.secrets[:]
    for secret_id, _, create_time, expire_time in connection.execute(_HASHES, _key(context, client_id)):
        secret = found.secrets.add(oauth_client_secret_id=secret_id)
        secret.create_time.FromDatetime(create_time)
        if expire_time:
            secret.expire_time.FromDatetime(expire_time)
    return found


def page(connection: Connection, context: Context, wanted: Page) -> tuple[list[pb.OAuthClient], bool]:
    """A page of clients, the newest first, and whether there are more."""
    select = f"SELECT {_COLUMNS} FROM (SELECT * FROM corridor.oauth_clients WHERE delete_time IS NULL) AS oauth_clients"
    rows, more = pages.newest_first(connection, context, select, key="oauth_client_id", page=wanted)
    return [_client(connection, context.who.company_id, row) for row in rows], more


def update(connection: Connection, context: Context, client_id: str, settings: pb.OAuthClientSettings) -> None:
    """Replace what the company decided about a client."""
    connection.execute(_UPDATE, _stored(connection, context, client_id, settings))


def set_state(connection: Connection, context: Context, client_id: str, state: "pb.ClientState.ValueType") -> None:
    """Let a client work, or stop it."""
    connection.execute(_STATE, {"state": state, **_key(context, client_id)})


def delete(connection: Connection, context: Context, client_id: str) -> None:
    """Remove a client. Its row stays, so that its id is never another's."""
    connection.execute(_DELETE, _key(context, client_id))


def add_secret(connection: Connection, context: Context, client_id: str, new: New, expire_time: datetime | None) -> str:
    """Store a secret beside those that there are; its id."""
    secret_id = ids.new("ocs")
    values = {"secret_id": secret_id, "hash": new.hash, "expire_time": expire_time}
    connection.execute(_ADD, {**values, **_key(context, client_id)})
    return secret_id


def retire_secrets(connection: Connection, context: Context, client_id: str, *, but: str, hours: int) -> None:
    """Let every secret end after some hours, except one."""
    connection.execute(_RETIRE, {"secret_id": but, "hours": hours, **_key(context, client_id)})


def _key(context: Context, client_id: str) -> dict[str, object]:
    who = context.who
    return {"company_id": who.company_id, "environment": who.environment, "client_id": client_id}


def _stored(
    connection: Connection, context: Context, client_id: str, settings: pb.OAuthClientSettings
) -> dict[str, object]:
    who = context.who
    data = settings.SerializeToString(deterministic=True)
    sealed = OAUTH_CLIENT.seal(connection.seals, who, data, client_id)
    ends = certificates.first_end(settings.jwks) if settings.jwks else None
    values = {"scopes": sorted(settings.scopes), "message": sealed, "certificate_expire_time": ends}
    return {**values, **_key(context, client_id)}


def _client(connection: Connection, company_id: str, row: TupleRow) -> pb.OAuthClient:
    client_id, environment, state, message, create_time, update_time, secret_ids = row
    owner = Caller(method_pb2.CALLER_KIND_OAUTH_CLIENT, client_id, company_id, environment)
    data = OAUTH_CLIENT.open(connection.seals, owner, bytes(message), client_id)
    found = pb.OAuthClient(
        oauth_client_id=client_id,
        environment=environment,
        settings=pb.OAuthClientSettings.FromString(data),
        state=state,
        secrets=[pb.OAuthClientSecret(oauth_client_secret_id=secret_id) for secret_id in secret_ids],
    )
    found.create_time.FromDatetime(create_time)
    found.update_time.FromDatetime(update_time)
    return found
