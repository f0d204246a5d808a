"""Rotation of keys without downtime: new data keys, everything sealed anew, old ones destroyed when nothing uses them.

Where it stands is in the database alone: killed anywhere, it goes on from there, and every row can be read throughout.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.platform.vault.keys_reseal import Outcome, Owner, Progress, Resealing
from server.store.data_keys import CURRENT_SECONDS, DataKeySeals, State, wrap_context
from server.store.kms import Kms
from server.store.secrets import Keyring

# Until then no process seals with a retired key any more, nor has a transaction open in which it did.
SETTLE_SECONDS = CURRENT_SECONDS + 30.0

_CURRENT = """
SELECT company_id, environment, purpose FROM corridor.data_keys WHERE state = 1 AND (%s = '' OR company_id = %s)
"""
_YOUNGEST = """
SELECT min(extract(epoch FROM clock_timestamp() - retire_time))::float8 FROM corridor.data_keys WHERE state = 2
"""
_DESTROY = """
UPDATE corridor.data_keys SET state = %s, wrapped = NULL, destroy_time = clock_timestamp()
WHERE company_id = %s AND environment = %s AND data_key_number = %s AND state = 2
    AND retire_time < clock_timestamp() - make_interval(secs => %s)
"""
_RETIRED = "SELECT company_id, environment, data_key_number FROM corridor.data_keys WHERE state = 2"
_WRAPPED = """
SELECT company_id, environment, data_key_number, purpose, kek_id, wrapped FROM corridor.data_keys
WHERE wrapped IS NOT NULL AND kek_id <> %s
"""
_REWRAP = """
UPDATE corridor.data_keys SET kek_id = %s, wrapped = %s
WHERE company_id = %s AND environment = %s AND data_key_number = %s AND kek_id = %s AND wrapped IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What a rotation did."""

    new_keys: int
    sealed: int
    unreadable: int  # rows that did not open, and were left as they are
    destroyed: int
    kept: int  # retired keys that something still uses


class Rotation:
    """Rotates the keys of one company, or of all."""

    def __init__(
        self,
        owner: Owner,
        seals: DataKeySeals,
        keyring: Keyring,
        *,
        settle_seconds: float = SETTLE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._owner = owner
        self._seals = seals
        self._resealing = Resealing(owner, seals, keyring)
        self._settle_seconds = settle_seconds
        self._sleep = sleep

    def rotate(self, progress: Progress, company_id: str = "", *, resume: bool = False) -> Report:
        """Make new data keys, seal everything anew, and destroy what is not used any more.

        `resume` makes no new ones where there are some: it finishes what was begun.
        """
        made = self._new_keys(company_id, resume=resume)
        companies = [company_id] if company_id else []
        first = self._resealing.reseal(progress, companies)
        second = Outcome()
        if self._wait(progress):
            # Processes that had not noticed yet sealed with old keys meanwhile.
            second = self._resealing.reseal(progress, companies)
        destroyed, kept = self._destroy()
        return Report(made, first.sealed + second.sealed, first.unreadable, destroyed, kept)

    def _new_keys(self, company_id: str, *, resume: bool) -> int:
        having = {(*row,) for row in self._owner.execute(_CURRENT, (company_id, company_id))}
        wanted = {each for each in self._resealing.tenants() if company_id in ("", each[0])}
        before = self._count()
        for tenant in sorted(wanted - having):  # from before there were data keys
            self._seals.seal(*tenant, "", b"")
        if not resume:
            for tenant in sorted(having):
                self._seals.rotate(*tenant)
        return self._count() - before

    def _count(self) -> int:
        row = self._owner.execute("SELECT count(*) FROM corridor.data_keys").fetchone()
        assert row is not None
        return int(row[0])

    def _wait(self, progress: Progress) -> bool:
        """Wait until every process knows the new keys; whether anything was retired at all."""
        row = self._owner.execute(_YOUNGEST).fetchone()
        if row is None or row[0] is None:
            return False
        retired_for = float(row[0])
        total = max(1, round(self._settle_seconds))
        while retired_for < self._settle_seconds:
            progress("waiting until every process knows the new keys", round(retired_for), total)
            step = min(1.0, self._settle_seconds - retired_for + 0.05)
            self._sleep(step)
            retired_for += step
        return True

    def _destroy(self) -> tuple[int, int]:
        used = self._resealing.in_use()
        retired = {(*row,) for row in self._owner.execute(_RETIRED)}
        destroyed = sum(
            self._owner.execute(_DESTROY, (State.DESTROYED, *key, self._settle_seconds)).rowcount
            for key in sorted(retired - used)
        )
        return destroyed, len(retired) - destroyed


def rewrap(owner: Owner, kms: Kms, progress: Progress, *, resume: bool = False) -> int:
    """Wrap every data key by a new key-encryption key; how many. `resume` makes no new one."""
    new = kms.current_key_id() if resume else kms.rotate()
    rows = owner.execute(_WRAPPED, (new,)).fetchall()
    for done, (company_id, environment, number, purpose, kek_id, wrapped) in enumerate(rows, start=1):
        bound = wrap_context(company_id, environment, purpose)
        again = kms.wrap(new, kms.unwrap(kek_id, wrapped, bound), bound)
        owner.execute(_REWRAP, (new, again, company_id, environment, number, kek_id))
        progress("data keys", done, len(rows))
    return len(rows)
