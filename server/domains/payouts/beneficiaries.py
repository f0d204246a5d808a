"""Beneficiaries in the database. They never change, so what was read once may be remembered; until one is erased."""

import threading
from collections import OrderedDict

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_settings_pb2 import PayoutSettings
from server.kit import clock
from server.kit.context import Context
from server.kit.errors import fail
from server.store.engine import Connection, Store
from server.store.sealed import BENEFICIARY, PAYOUT_SETTINGS

_COLUMNS = """beneficiary_id, message, EXISTS (SELECT FROM corridor.erasures e WHERE e.company_id = b.company_id
    AND e.environment = b.environment AND e.resource_id = b.beneficiary_id)"""
_GET = f"""
SELECT {_COLUMNS} FROM corridor.beneficiaries b
WHERE company_id = %s AND environment = %s AND beneficiary_id = %s
"""
_INSERT = "INSERT INTO corridor.beneficiaries VALUES (%s, %s, %s, %s, %s)"
_PAGE = f"""
SELECT {_COLUMNS} FROM corridor.beneficiaries b
WHERE company_id = %s AND environment = %s AND beneficiary_id < %s ORDER BY beneficiary_id DESC LIMIT %s
"""
# A transaction is over within ten seconds, so that an erasure is seen at most so long after the time that it has.
_ERASED = "SELECT * FROM corridor.erased_since(clock_timestamp() - make_interval(secs => %s + 15))"
_FRESH_SECONDS = 1.0
_SETTINGS = "SELECT message FROM corridor.payout_settings WHERE company_id = %s AND environment = %s"
_SET_SETTINGS = """
INSERT INTO corridor.payout_settings VALUES (%s, %s, %s, now())
ON CONFLICT (company_id, environment) DO UPDATE SET message = excluded.message, update_time = now()
"""
_REMEMBERED = 10_000
_LAST = "ben_~"  # sorts after every id


class Beneficiaries:
    """The beneficiaries of every company; the context says whose."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[tuple[str, int, str], tuple[Beneficiary, bool]] = OrderedDict()
        self._lock = threading.Lock()
        self._looked = clock.monotonic()

    def get(self, context: Context, beneficiary_id: str) -> Beneficiary | None:
        """The beneficiary, if the caller's company has it in this environment. It must not be changed.

        Of one that is being erased too, so that a payout that was on its way can end.
        """
        found = self._find(context, beneficiary_id)
        return found[0] if found else None

    def readable(self, context: Context, beneficiary_id: str) -> Beneficiary | None:
        """As `get`. Raises DATA_ERASED once an erasure has begun: at most a second later, in whatever process."""
        found = self._find(context, beneficiary_id)
        if found and found[1]:
            raise fail(reasons.ERROR_REASON_DATA_ERASED, f"The beneficiary {beneficiary_id} was erased.")
        return found[0] if found else None

    def _find(self, context: Context, beneficiary_id: str) -> tuple[Beneficiary, bool] | None:
        who = context.who
        key = (who.company_id, who.environment, beneficiary_id)
        self._forget_erased()
        if known := self._known.get(key):
            return known
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_GET, key).fetchone()
        if row is None:
            return None
        found = self._beneficiary(context, row), bool(row[2])
        with self._lock:
            self._known[key] = found
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def insert(self, connection: Connection, context: Context, beneficiary: Beneficiary) -> None:
        """Store a new beneficiary in the caller's transaction."""
        who = context.who
        connection.execute(
            _INSERT,
            (
                who.company_id,
                who.environment,
                beneficiary.beneficiary_id,
                BENEFICIARY.seal(
                    connection.seals,
                    who,
                    beneficiary.SerializeToString(deterministic=True),
                    beneficiary.beneficiary_id,
                ),
                beneficiary.create_time.ToDatetime(),
            ),
        )

    def page(self, context: Context, after: str | None, size: int) -> list[Beneficiary]:
        """Beneficiaries, the newest first."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            rows = connection.execute(_PAGE, (who.company_id, who.environment, after or _LAST, size)).fetchall()
        return [_left(self._beneficiary(context, row)) if row[2] else self._beneficiary(context, row) for row in rows]

    def _forget_erased(self) -> None:
        """Drop whose erasure has begun since this was last looked at; once a second, in one thread."""
        now = clock.monotonic()
        since = now - self._looked
        if since < _FRESH_SECONDS:
            return
        self._looked = now
        try:
            with self._store.anyone() as connection:
                erased = connection.execute(_ERASED, (since,)).fetchall()
        except Exception:
            self._looked = now - since  # not looked at: the next call does, and must not rely on what is remembered
            raise
        with self._lock:
            for key in erased:
                self._known.pop(key, None)

    def _beneficiary(self, context: Context, row: tuple[str, bytes, bool]) -> Beneficiary:
        beneficiary_id, message, _ = row
        return Beneficiary.FromString(BENEFICIARY.open(self._store.seals, context.who, message, beneficiary_id))


def _left(beneficiary: Beneficiary) -> Beneficiary:
    """What lists show of one that was erased."""
    return Beneficiary(
        beneficiary_id=beneficiary.beneficiary_id,
        environment=beneficiary.environment,
        create_time=beneficiary.create_time,
    )


class SettingsOfCompanies:
    """What each company allows its payouts. What is remembered is at most a second old."""

    def __init__(self, store: Store, *, fresh_seconds: float = 1.0) -> None:
        self._store = store
        self._fresh = fresh_seconds
        self._known: dict[tuple[str, int], tuple[float, PayoutSettings]] = {}

    def get(self, context: Context) -> PayoutSettings:
        """The settings of the caller's company and environment. They must not be changed."""
        key = (context.who.company_id, context.who.environment)
        known = self._known.get(key)
        if known and clock.monotonic() < known[0]:
            return known[1]
        asked = clock.monotonic()
        with self._store.of(*key) as connection:
            found = self.read(connection, context)
        self._known[key] = (asked + self._fresh, found)
        return found

    def read(self, connection: Connection, context: Context) -> PayoutSettings:
        """The settings as they are at this moment."""
        row = connection.execute(_SETTINGS, (context.who.company_id, context.who.environment)).fetchone()
        stored = PAYOUT_SETTINGS.open(self._store.seals, context.who, row[0]) if row else b""
        return PayoutSettings.FromString(stored)

    def put(self, connection: Connection, context: Context, settings: PayoutSettings) -> None:
        """Replace the settings in the caller's transaction."""
        who = context.who
        message = PAYOUT_SETTINGS.seal(connection.seals, who, settings.SerializeToString(deterministic=True))
        connection.execute(_SET_SETTINGS, (who.company_id, who.environment, message))
        self._known.pop((who.company_id, who.environment), None)
