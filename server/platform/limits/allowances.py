"""Allowances of single companies: those of the installation, with what the operator has set for the company."""

from collections.abc import Mapping

import psycopg
import structlog

from server.kit import clock
from server.kit.allowances import Allowance
from server.kit.errors import Failure
from server.store.engine import Store

_log = structlog.get_logger("corridor.limits")

_OF_COMPANY = "SELECT name, calls, seconds FROM corridor.rate_allowances WHERE company_id = %s AND environment = %s"
_COMPANIES_AT_MOST = 50_000


class Allowances:
    """The allowances of every company. What is remembered is at most `fresh_seconds` old."""

    def __init__(self, store: Store, usual: Mapping[str, Allowance], *, fresh_seconds: float = 10.0) -> None:
        self._store = store
        self._fresh = fresh_seconds
        self._known: dict[tuple[str, int], tuple[float, Mapping[str, Allowance]]] = {}
        self.usual = usual

    def of(self, company_id: str, environment: int) -> Mapping[str, Allowance]:
        """What a company is allowed in an environment; what it was, while the database does not answer."""
        key = (company_id, environment)
        known = self._known.get(key)
        now = clock.monotonic()
        if known and now < known[0]:
            return known[1]
        found = known[1] if known else self.usual
        try:
            with self._store.of(company_id, environment) as connection:
                rows = connection.execute(_OF_COMPANY, key).fetchall()
            found = {**self.usual, **{name: Allowance(name, calls, seconds) for name, calls, seconds in rows}}
        except (Failure, psycopg.Error) as error:
            _log.warning("allowances_not_read", company_id=company_id, error=type(error).__name__)
        if len(self._known) > _COMPANIES_AT_MOST:
            self._known.clear()
        self._known[key] = (now + self._fresh, found)
        return found
