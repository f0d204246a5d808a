"""Data policies in the database: how long each kind of record is kept, and the region where the data must stay."""

from datetime import datetime

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.vault.v1.data_policy_pb2 import DataPolicy, Retention
from server.kit import clock
from server.kit.context import Context
from server.kit.errors import Failure, fail
from server.store.engine import Connection, Store

DAYS = tuple(field.name for field in Retention.DESCRIPTOR.fields)  # the same names as the columns

_COLUMNS = ", ".join((*DAYS, "residency", "update_time"))
_GET = f"SELECT {_COLUMNS} FROM corridor.data_policies WHERE company_id = %s AND environment = %s"
_PUT = f"""
INSERT INTO corridor.data_policies (company_id, environment, {_COLUMNS})
VALUES (%s, %s, {"%s, " * len(DAYS)} %s, now())
ON CONFLICT (company_id, environment) DO UPDATE
    SET ({_COLUMNS}) = ({", ".join(f"excluded.{name}" for name in _COLUMNS.split(", "))})
RETURNING update_time
"""
_RESIDENCY = "SELECT residency FROM corridor.data_policies WHERE company_id = %s AND environment = %s"
_COMPANIES_AT_MOST = 50_000


def get(connection: Connection, context: Context) -> DataPolicy:
    """The policy of the caller's company and environment; an empty one where none was made."""
    who = context.who
    row = connection.execute(_GET, (who.company_id, who.environment)).fetchone()
    if row is None:
        return DataPolicy(retention=Retention())
    *days, residency, update_time = row
    policy = DataPolicy(retention=Retention(**dict(zip(DAYS, days, strict=True))), residency=residency)
    policy.update_time.FromDatetime(update_time)
    return policy


def put(connection: Connection, context: Context, policy: DataPolicy) -> DataPolicy:
    """Replace the policy in the caller's transaction; the policy as it then is."""
    who = context.who
    days = [getattr(policy.retention, name) for name in DAYS]
    row = connection.execute(_PUT, (who.company_id, who.environment, *days, policy.residency)).fetchone()
    assert row is not None
    made = DataPolicy(retention=policy.retention, residency=policy.residency)
    updated: datetime = row[0]
    made.update_time.FromDatetime(updated)
    return made


class Residencies:
    """Where each company's data must stay. What is remembered is at most `fresh_seconds` old."""

    def __init__(self, store: Store, *, fresh_seconds: float = 10.0) -> None:
        self._store = store
        self._fresh = fresh_seconds
        self._known: dict[tuple[str, int], tuple[float, str]] = {}

    def of(self, context: Context) -> str:
        """The region of the caller's company and environment; empty for any."""
        key = (context.who.company_id, context.who.environment)
        known = self._known.get(key)
        now = clock.monotonic()
        if known and now < known[0]:
            return known[1]
        with self._store.of(*key) as connection:
            row = connection.execute(_RESIDENCY, key).fetchone()
        found = str(row[0]) if row else ""
        if len(self._known) > _COMPANIES_AT_MOST:
            self._known.clear()
        self._known[key] = (now + self._fresh, found)
        return found

    def check_here(self, context: Context, region: str) -> None:
        """Raise RESIDENCY_MISMATCH if the data of the caller must not be in this installation's region."""
        check(self.of(context), region)


def check(residency: str, region: str) -> None:
    """Raise RESIDENCY_MISMATCH if data that must stay in one region would be in another. An empty one is any."""
    if residency and region and residency != region:
        raise mismatch(f"The data must stay in {residency}; this installation is in {region}.", residency)


def check_provider(connection: Connection, context: Context, regions: tuple[str, ...]) -> None:
    """Raise RESIDENCY_MISMATCH unless a provider keeps data where the caller's must stay."""
    who = context.who
    row = connection.execute(_RESIDENCY, (who.company_id, who.environment)).fetchone()
    if row and row[0] and not {row[0], ANY_REGION} & set(regions):
        named = ", ".join(regions) or "no region that it names"
        raise mismatch(f"The data must stay in {row[0]}; the provider keeps it in {named}.", row[0])


ANY_REGION = "any"


def mismatch(detail: str, residency: str) -> Failure:
    """The failure to raise."""
    return fail(reasons.ERROR_REASON_RESIDENCY_MISMATCH, detail, residency=residency)
