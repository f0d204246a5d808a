"""Where a company's people sign in. Secrets are sealed; in a sandbox the test provider may stand in for none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote_plus

from psycopg.rows import TupleRow

from corridor.access.v1 import identity_provider_pb2
from corridor.access.v1.identity_provider_pb2 import IdentityProvider
from corridor.options.v1 import method_pb2
from corridor.type.v1 import environment_pb2
from server.kit.context import Caller, Context
from server.store.engine import Connection, Store
from server.store.sealed import IDENTITY_PROVIDER, IDENTITY_PROVIDER_SECRET

_COLUMNS = "company_id, environment, message, secret, create_time, update_time"
_ONE = f"SELECT {_COLUMNS} FROM corridor.identity_providers WHERE company_id = %s AND environment = %s"
_PUT = f"""
INSERT INTO corridor.identity_providers VALUES (%s, %s, %s, %s, clock_timestamp(), clock_timestamp())
ON CONFLICT (company_id, environment) DO UPDATE
SET message = excluded.message, secret = excluded.secret, update_time = clock_timestamp()
RETURNING {_COLUMNS}
"""
_DELETE = "DELETE FROM corridor.identity_providers WHERE company_id = %s AND environment = %s RETURNING true"

_METHODS: Mapping[int, str] = {
    identity_provider_pb2.PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC: "client_secret_basic",
    identity_provider_pb2.PROVIDER_AUTH_METHOD_CLIENT_SECRET_POST: "client_secret_post",
    identity_provider_pb2.PROVIDER_AUTH_METHOD_NONE: "none",
}


# What end users may let a client do. Methods of these scopes hold a token that rests on a consent to what rests on it.
END_USER_SCOPES = frozenset({"payouts:cancel", "payouts:create", "payouts:read"})


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider of a company in an environment, as a sign-in needs it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    auth_method: str  # as RFC 7591, 2 names it
    scopes: tuple[str, ...]
    groups_claim: str
    group_roles: tuple[tuple[str, int], ...]
    admits_by_group: bool
    end_user_scopes: frozenset[str]
    built_in: bool = False

    @property
    def credentials(self) -> tuple[str, str]:
        """Client id and secret as they are sent: in the header both are form-encoded first (RFC 6749, 2.3.1)."""
        if self.auth_method == "client_secret_basic":
            return quote_plus(self.client_id), quote_plus(self.client_secret)
        return self.client_id, self.client_secret

    def roles(self, groups: frozenset[str]) -> frozenset[int]:
        """The roles that the people of these groups have."""
        return frozenset(role for group, role in self.group_roles if group in groups)


class BuiltInProvider(Protocol):
    """What the test provider says of itself."""

    issuer: str

    def provider(self, company_id: str) -> Provider:
        """The provider as a company's sandbox sees it."""
        ...


class IdentityProviders:
    """The providers of companies. `built_in` is the test provider, where it is switched on."""

    def __init__(self, store: Store, callback_url: str, built_in: BuiltInProvider | None) -> None:
        self._store = store
        self._callback_url = callback_url
        self._built_in = built_in

    def of(self, company_id: str, environment: int) -> Provider | None:
        """The provider at which a company's people sign in; None where there is none."""
        with self._store.of(company_id, environment) as connection:
            row = connection.execute(_ONE, (company_id, environment)).fetchone()
        if row is None:
            live = environment != environment_pb2.ENVIRONMENT_SANDBOX
            return None if live or self._built_in is None else self._built_in.provider(company_id)
        secret = self._secret(row)
        found = self._message(row)
        return Provider(
            issuer=found.issuer,
            client_id=found.client_id,
            client_secret=secret,
            auth_method=_METHODS[found.auth_method],
            scopes=tuple(found.scopes),
            groups_claim=found.groups_claim,
            group_roles=tuple((each.group, each.role) for each in found.group_roles),
            admits_by_group=found.admits_by_group,
            end_user_scopes=frozenset(found.end_user_scopes),
        )

    def get(self, connection: Connection, context: Context) -> IdentityProvider | None:
        """The provider of the caller's company, as its contract shows it."""
        who = context.who
        row = connection.execute(_ONE, (who.company_id, who.environment)).fetchone()
        if row is not None:
            return self._message(row)
        if self._built_in is None or who.live:
            return None
        used = self._built_in.provider(who.company_id)
        shown = IdentityProvider(
            environment=who.environment,
            issuer=used.issuer,
            client_id=used.client_id,
            auth_method=identity_provider_pb2.PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC,
            scopes=used.scopes,
            groups_claim=used.groups_claim,
            admits_by_group=used.admits_by_group,
            end_user_scopes=sorted(used.end_user_scopes),
            built_in=True,
            callback_url=self._callback_url,
        )
        for group, role in used.group_roles:
            shown.group_roles.add(group=group, role=role)
        return shown

    def is_set(self, connection: Connection, context: Context) -> IdentityProvider | None:
        """The provider that the caller's company has set, locked; None without one."""
        who = context.who
        row = connection.execute(_ONE + " FOR UPDATE", (who.company_id, who.environment)).fetchone()
        return self._message(row) if row else None

    def put(
        self, connection: Connection, context: Context, provider: IdentityProvider, secret: str | None
    ) -> IdentityProvider:
        """Set the provider of the caller's company. A secret of None keeps the one before."""
        who = context.who
        key = (who.company_id, who.environment)
        if secret is None:
            row = connection.execute(_ONE, key).fetchone()
            sealed = row[3] if row else b""
        else:
            sealed = IDENTITY_PROVIDER_SECRET.seal(self._store.seals, who, secret.encode())
        data = IDENTITY_PROVIDER.seal(self._store.seals, who, provider.SerializeToString(deterministic=True))
        row = connection.execute(_PUT, (*key, data, sealed)).fetchone()
        assert row is not None  # it was just written
        return self._message(row)

    def delete(self, connection: Connection, context: Context) -> bool:
        """Remove the provider and its secret; whether there was one."""
        who = context.who
        return connection.execute(_DELETE, (who.company_id, who.environment)).fetchone() is not None

    def is_built_in(self, issuer: str) -> bool:
        """Whether an issuer is the test provider's: nobody sets it, least of all for live."""
        return self._built_in is not None and issuer.rstrip("/") == self._built_in.issuer

    def _message(self, row: TupleRow) -> IdentityProvider:
        found = IdentityProvider.FromString(IDENTITY_PROVIDER.open(self._store.seals, _owner(row), row[2]))
        found.environment = row[1]
        found.callback_url = self._callback_url
        found.create_time.FromDatetime(row[4])
        found.update_time.FromDatetime(row[5])
        return found

    def _secret(self, row: TupleRow) -> str:
        return IDENTITY_PROVIDER_SECRET.open(self._store.seals, _owner(row), bytes(row[3])).decode()


def _owner(row: TupleRow) -> Caller:
    return Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "", row[0], row[1])
