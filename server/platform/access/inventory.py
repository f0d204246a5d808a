"""Credentials that end by themselves: what ends soon, and one warning for each level that a credential reaches.

Each kind of credential is a `Source`; whoever keeps credentials adds one to the list in `server/parts/access.py`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from cryptography import x509

from corridor.access.v1.credential_pb2 import (
    EXPIRY_LEVEL_EXPIRED,
    EXPIRY_LEVEL_ONE_DAY,
    EXPIRY_LEVEL_SEVEN_DAYS,
    EXPIRY_LEVEL_THIRTY_DAYS,
    CredentialExpiring,
    CredentialKind,
    ExpiringCredential,
    ExpiryLevel,
)
from corridor.options.v1 import method_pb2
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Caller, Context
from server.store import events
from server.store.engine import Connection, Store
from server.store.sealed import API_KEY_TITLE, Sealed

_log = structlog.get_logger("corridor.credentials")

AHEAD = timedelta(days=30)
BEHIND = timedelta(days=30)  # how long one that has ended is still named
_LEVELS = ((timedelta(0), EXPIRY_LEVEL_EXPIRED), (timedelta(days=1), EXPIRY_LEVEL_ONE_DAY),
           (timedelta(days=7), EXPIRY_LEVEL_SEVEN_DAYS), (AHEAD, EXPIRY_LEVEL_THIRTY_DAYS))  # fmt: skip
_BOUND = "SELECT corridor.bound_company(), corridor.bound_environment()"
_WARN = """
INSERT INTO corridor.credential_warnings (company_id, environment, credential_id, kind, level, expire_time, create_time)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING true
"""


@dataclass(frozen=True, slots=True)
class Expiring:
    """A credential with a known end."""

    kind: "CredentialKind.ValueType"
    credential_id: str
    title: str
    expire_time: datetime

    @property
    def key(self) -> tuple[datetime, str, int]:
        """The order of lists: the first to end first."""
        return self.expire_time, self.credential_id, self.kind

    def level(self, now: datetime) -> "ExpiryLevel.ValueType":
        """How urgent it is at a time; unspecified where it is not yet."""
        left = self.expire_time - now
        return next((level for within, level in _LEVELS if left <= within), ExpiryLevel.EXPIRY_LEVEL_UNSPECIFIED)

    def message(self, now: datetime) -> ExpiringCredential:
        """It as callers see it at a time."""
        found = ExpiringCredential(
            kind=self.kind,
            credential_id=self.credential_id,
            title=self.title,
            days_left=math.floor((self.expire_time - now) / timedelta(days=1)),
            level=self.level(now),
        )
        found.expire_time.FromDatetime(self.expire_time)
        return found


class Source(Protocol):
    """One kind of credential, of companies."""

    def tenants(self, connection: Connection, after: datetime, before: datetime) -> Iterable[tuple[str, int]]:
        """Companies and environments with credentials that end within a time. The connection is bound to none."""
        ...

    def expiring(self, connection: Connection, after: datetime, before: datetime) -> Iterable[Expiring]:
        """What ends within a time, of the company and environment to which the connection is bound."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A source that is two queries: which companies have any, and which of a company's credentials they are."""

    kind: "CredentialKind.ValueType"
    of_tenants: str  # company_id, environment; from two times
    of_company: str  # credential id, title, expire_time; from two times
    title: Sealed | None = None  # how titles are sealed, bound to the credential's id

    def tenants(self, connection: Connection, after: datetime, before: datetime) -> Iterable[tuple[str, int]]:
        """As `Source` says."""
        return [(row[0], row[1]) for row in connection.execute(self.of_tenants, (after, before)).fetchall()]

    def expiring(self, connection: Connection, after: datetime, before: datetime) -> Iterable[Expiring]:
        """As `Source` says."""
        rows = connection.execute(self.of_company, (after, before)).fetchall()
        if self.title is None or not rows:
            return [Expiring(self.kind, *row) for row in rows]
        tenant = connection.execute(_BOUND).fetchone()
        assert tenant is not None
        who, seals = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", *tenant), connection.seals
        return [Expiring(self.kind, row[0], self.title.open_text(seals, who, row[1], row[0]), row[2]) for row in rows]


API_KEYS = Query(
    CredentialKind.CREDENTIAL_KIND_API_KEY,
    "SELECT company_id, environment FROM corridor.expiring_api_keys(%s, %s)",
    # A key that was replaced ends as it should: it is named for as long as its programs can still change over.
    """
    SELECT api_key_id, title, expire_time FROM corridor.api_keys
    WHERE company_id = corridor.bound_company() AND environment = corridor.bound_environment()
        AND expire_time > %s AND expire_time <= %s AND revoke_time IS NULL
        AND (replaced_by_id IS NULL OR expire_time > now())
    """,
    API_KEY_TITLE,
)
PROVIDER_CREDENTIALS = Query(
    CredentialKind.CREDENTIAL_KIND_PROVIDER_CREDENTIAL,
    "SELECT company_id, environment FROM corridor.expiring_provider_credentials(%s, %s)",
    """
    SELECT owner_id, name, expire_time FROM corridor.credential_expiries
    WHERE company_id = corridor.bound_company() AND environment = corridor.bound_environment()
        AND expire_time > %s AND expire_time <= %s
    """,
)
_NOTE = """
INSERT INTO corridor.credential_expiries (company_id, environment, owner_id, name, expire_time)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (company_id, environment, owner_id, name) DO UPDATE SET expire_time = excluded.expire_time
"""
_FORGET = """
DELETE FROM corridor.credential_expiries WHERE company_id = %s AND environment = %s AND owner_id = %s AND name = %s
"""


def note_expiry(connection: Connection, context: Context, owner_id: str, name: str, value: str) -> None:
    """Keep when a provider's credential ends, where the credential itself tells: a certificate in PEM does."""
    tenant = (context.who.company_id, context.who.environment, owner_id, name)
    try:
        certificates = x509.load_pem_x509_certificates(value.encode()) if "-----BEGIN CERTIFICATE-----" in value else []
    except ValueError:  # the provider will say what is wrong with it
        certificates = []
    if certificates:
        ends = min(certificate.not_valid_after_utc for certificate in certificates)
        connection.execute(_NOTE, (*tenant, ends))
    else:
        connection.execute(_FORGET, tenant)


class Inventory:
    """Every credential whose end is known."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        sources: Sequence[Source],
        installation: Sequence[Callable[[], Iterable[Expiring]]] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._sources = tuple(sources)
        self._installation = tuple(installation)
        self._told: set[tuple[str, int, datetime]] = set()

    def of_company(self, connection: Connection) -> list[Expiring]:
        """What ends soon, of the company and environment to which the connection is bound; the first first."""
        after, before = self._window()
        found = [each for source in self._sources for each in source.expiring(connection, after, before)]
        return sorted(found, key=lambda each: each.key)

    def of_installation(self) -> list[Expiring]:
        """What ends soon of the installation's own: certificates and signing keys."""
        after, before = self._window()
        found = [each for source in self._installation for each in source() if after < each.expire_time <= before]
        return sorted(found, key=lambda each: each.key)

    def tenants(self) -> list[tuple[str, int]]:
        """Companies and environments with credentials that end soon."""
        after, before = self._window()
        with self._store.anyone() as connection:
            return sorted({each for source in self._sources for each in source.tenants(connection, after, before)})

    def warn(self) -> None:
        """Publish an event for every credential that has reached a level of which nothing was said before."""
        for company_id, environment in self.tenants():
            self._warn(company_id, environment)
        now = self._clock.now()
        for each in self.of_installation():
            level = each.level(now)
            if (each.credential_id, level, each.expire_time) not in self._told:
                self._told.add((each.credential_id, level, each.expire_time))
                _log.warning("credential_expiring", kind=CredentialKind.Name(each.kind), level=ExpiryLevel.Name(level),
                             credential_id=each.credential_id, expire_time=each.expire_time.isoformat())  # fmt: skip

    def _warn(self, company_id: str, environment: int) -> None:
        request_id = ids.request_id()
        who = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", company_id, environment)  # type: ignore[arg-type] # a stored environment
        context = Context(request_id, request_id, caller=who)
        now = self._clock.now()
        with self._store.of(company_id, environment) as connection:
            for each in self.of_company(connection):
                if level := each.level(now):
                    with connection.transaction():  # the warning and its event, each credential by itself
                        values = (company_id, environment, each.credential_id, each.kind, level, each.expire_time)
                        if connection.execute(_WARN, values).fetchone():
                            event = CredentialExpiring(credential=each.message(now))
                            events.publish(connection, context, ids.new("cw"), 1, event)

    def _window(self) -> tuple[datetime, datetime]:
        now = self._clock.now().astimezone(UTC)
        return now - BEHIND, now + AHEAD
