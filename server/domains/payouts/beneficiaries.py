"""Beneficiaries in the database. They never change, so what was read once may be remembered."""

import threading
from collections import OrderedDict

from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_settings_pb2 import PayoutSettings
from server.kit import clock
from server.kit.context import Context
from server.store.engine import Connection, Store

_GET = "SELECT message FROM corridor.beneficiaries WHERE company_id = %s AND environment = %s AND beneficiary_id = %s"
_INSERT = "INSERT INTO corridor.beneficiaries VALUES (%s, %s, %s, %s, %s)"
_PAGE = """
SELECT message FROM corridor.beneficiaries
WHERE company_id = %s AND environment = %s AND beneficiary_id < %s ORDER BY beneficiary_id DESC LIMIT %s
"""
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
        self._known: OrderedDict[tuple[str, int, str], Beneficiary] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, context: Context, beneficiary_id: str) -> Beneficiary | None:
        """The beneficiary, if the caller's company has it in this environment. It must not be changed."""
        who = context.who
        key = (who.company_id, who.environment, beneficiary_id)
        if known := self._known.get(key):
            return known
        with self._store.of(who.company_id, who.environment) as connection:
            row = connection.execute(_GET, key).fetchone()
        if row is None:
            return None
        found = Beneficiary.FromString(row[0])
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
                beneficiary.SerializeToString(deterministic=True),
                beneficiary.create_time.ToDatetime(),
            ),
        )

    def page(self, context: Context, after: str | None, size: int) -> list[Beneficiary]:
        """Beneficiaries, the newest first."""
        who = context.who
        with self._store.of(who.company_id, who.environment) as connection:
            rows = connection.execute(_PAGE, (who.company_id, who.environment, after or _LAST, size)).fetchall()
        return [Beneficiary.FromString(row[0]) for row in rows]


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
            row = connection.execute(_SETTINGS, key).fetchone()
        found = PayoutSettings.FromString(row[0]) if row else PayoutSettings()
        self._known[key] = (asked + self._fresh, found)
        return found

    def put(self, connection: Connection, context: Context, settings: PayoutSettings) -> None:
        """Replace the settings in the caller's transaction."""
        who = context.who
        connection.execute(
            _SET_SETTINGS, (who.company_id, who.environment, settings.SerializeToString(deterministic=True))
        )
        self._known.pop((who.company_id, who.environment), None)
