"""The gate that keeps providers' rate limits: learnt from their answers, kept by all processes together.

Rule: where nothing is known of a limit, a call costs nothing here, save the first one of a process. What an answer
tells is known to all at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from adapters.kit import rate_limits
from adapters.kit.call import Exchange
from adapters.kit.discovery import Provider
from adapters.kit.operations import acts
from adapters.kit.rate_limits import Limit
from corridor.type.v1.environment_pb2 import ENVIRONMENT_LIVE
from server.kit import clock
from server.platform.metrics import Metrics
from server.platform.pacing.accounts import Account, Pass, Tally
from server.platform.pacing.shared import Shared
from server.platform.providers.gates import Destination, Ending, Held

NAME = "pacing"
_ACCOUNTS_AT_MOST = 10_000
_REFRESH_SECONDS = 0.5
_REFRESH_AT_ONCE = 1_000
_IDLE_SECONDS = 60.0
_ASKING_SECONDS = 0.05  # until another thread's question to the database is answered


class PacingGate:
    """Holds calls back for which their account has no room at the provider."""

    def __init__(self, shared: Shared, providers: Mapping[str, Provider], metrics: Metrics) -> None:
        self._shared = shared
        self._providers = providers
        self._metrics = metrics
        self._accounts: OrderedDict[str, Account] = OrderedDict()
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        self._here = threading.local()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        metrics.calls_left(self.left)

    def enter(self, to: Destination) -> Held | None:
        """Take a call of the account, or hold it back until there is one."""
        now, does = clock.monotonic(), acts(to.operation)
        with self._lock:
            account = self._account(to, now)
            if not account.known and not account.guess and not account.fresh:
                passed: Pass | None = Pass(account, 0, 0.0, now)
                account.strangers += 1
            else:
                passed = self._taken(account, does, now)
            if passed is None:
                wait = account.wait_seconds(clock.monotonic(), does)
                held = Held(account.turn_seconds(wait), "the provider's rate limit leaves no call at the moment")
            else:
                account.in_flight += 1
        if passed is None:
            self._metrics.held_back(NAME, to.provider)
            return held
        self._here.passed = passed
        return None

    def leave(self, to: Destination, ending: Ending | None) -> None:
        """Take in how a call ended, and what it told of limits."""
        passed: Pass = self._here.passed
        account, now = passed.account, clock.monotonic()
        told = self._told(to.provider, ending.exchanges) if ending and ending.exchanges else None
        with self._lock:
            account.in_flight -= 1
            if not passed.window_number:
                account.strangers -= 1
            if ending is None:
                self._back(passed, now)
                return
            if not account.known and told is None:
                account.recent.append(now)
                return
            account.recent.append(now)
            account.end(passed, told, len(ending.exchanges), now)
            at_once = told is not None and (told.refused or not account.known or passed.window_number == 0)
        if at_once:
            self._tell(account, 0, True)

    def rate_limited_for(self, to: Destination) -> float:
        """For how many seconds the account is known to have no call left; 0 if it has."""
        account = self._accounts.get(self._bucket(to))
        return account.wait_seconds(clock.monotonic(), True) if account and not account.held else 0.0

    def left(self) -> Sequence[tuple[str, str, int]]:
        """Provider, connection and calls left of the accounts of which limits are known."""
        with self._lock:
            known = [account for account in self._accounts.values() if account.known]
        return [(each.provider, each.connection_id, each.calls_left + each.held) for each in known]

    def close(self) -> None:
        """Tell what is still to be told."""
        self._closing.set()
        if self._thread:
            self._thread.join()
        self._refresh()

    def _bucket(self, to: Destination) -> str:
        bucket = f"{to.provider}/{to.company_id}/{to.environment}/{to.connection_id}"
        if self._providers[to.provider].manifest.limits.headers.scope == "operation":
            return f"{bucket}/{to.operation}"
        return bucket

    def _account(self, to: Destination, now: float) -> Account:
        bucket = self._bucket(to)
        account = self._accounts.get(bucket)
        if account is None:
            limits = self._providers[to.provider].manifest.limits
            rate = limits.live_requests_per_second if to.environment == ENVIRONMENT_LIVE else limits.requests_per_second
            guess = 0.0 if rate == float("inf") else rate
            account = self._accounts[bucket] = Account(bucket, to.provider, to.connection_id, guess)
            if len(self._accounts) > _ACCOUNTS_AT_MOST:
                self._accounts.popitem(last=False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_fresh, name="pacing", daemon=True)
                self._thread.start()
        account.used_at = now
        return account

    def _taken(self, account: Account, does: bool, now: float) -> Pass | None:
        """A call from those held here, or from the shared bucket. The lock is held, save while it is asked."""
        until = now + _ASKING_SECONDS
        while True:
            if account.wait_seconds(now, does) and not (does and account.held):
                return None
            # What is held was taken ahead of the share that is kept for acting: it is for everybody.
            if (passed := account.give(now)) is not None:
                return passed
            if not account.asking:
                break
            if now >= until or not self._answered.wait(until - now):
                return None
            now = clock.monotonic()
        wanted = account.wanted(now)
        account.asking = True
        self._lock.release()
        try:
            answered = self._tell(account, wanted, does)
        finally:
            self._lock.acquire()
            account.asking = account.fresh = False
            self._answered.notify_all()
        if not answered:  # nothing is known, or the database is away, without which nothing begins
            account.strangers += 1
            return Pass(account, 0, 0.0, now)
        return account.give(clock.monotonic())

    def _back(self, passed: Pass, now: float) -> None:
        account = passed.account
        if not passed.window_number:
            return
        if passed.window_number == account.window_number and now < account.held_until:
            account.held += 1
        else:
            account.tally(passed.window_number).returned += 1

    def _told(self, provider: str, exchanges: Sequence[Exchange]) -> Limit | None:
        names = self._providers[provider].manifest.limits.headers
        found: Limit | None = None
        for exchange in exchanges:
            told = rate_limits.read(exchange.status, exchange.response_headers, names)
            if told is not None and not (found and found.refused):
                found = told
        return found

    def _tell(self, account: Account, wanted: int, does: bool) -> bool:
        """Tell all processes what became of calls, and take some; whether anything is known of the account."""
        with self._lock:
            tallies, account.tallies = account.tallies, {}
        taken = None
        numbers = sorted(tallies) or [account.window_number]
        for number in numbers:
            now, tally = clock.monotonic(), tallies.get(number) or Tally()
            take = wanted if number == numbers[-1] else 0
            rate = account.observed(now)
            taken = self._shared.pace(account.bucket, take, does, account.guess, number, tally, now, rate)
        if taken is None:
            return False
        with self._lock:
            account.take_in(taken, clock.monotonic(), does)
        return True

    def _keep_fresh(self) -> None:
        while not self._closing.wait(_REFRESH_SECONDS):
            self._refresh()

    def _refresh(self) -> None:
        """Tell what was not worth a round trip of its own, and see what other processes have learnt."""
        idle = clock.monotonic() - _IDLE_SECONDS
        with self._lock:
            used = [account for account in self._accounts.values() if account.used_at > idle][-_REFRESH_AT_ONCE:]
            to_tell = [account for account in used if account.tallies]
        for account in to_tell:
            self._tell(account, 0, True)
        if not used or self._closing.is_set():
            return
        found, now = self._shared.now([account.bucket for account in used]), clock.monotonic()
        with self._lock:
            for account in used:
                if account.bucket in found:
                    account.known = True
                    account.calls_left, wait = found[account.bucket]
                    account.empty_until = now + wait
