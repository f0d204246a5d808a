"""The composition root of a worker process: claims leased work, and does it in threads.

A worker that dies loses nothing: its leases end, and another one takes the work up where the records say.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import structlog

from corridor.operations.v1.work_item_pb2 import WORK_ITEM_KIND_EXHAUSTED
from corridor.options.v1 import method_pb2
from server import servicers
from server.kit import clock, ids
from server.kit import context as contexts
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.parts import Parts, chores, stopping_consents
from server.platform.access.consents.provider_grants import ProviderGrants
from server.platform.approvals.deciding import Deciding
from server.platform.approvals.executing import Executing
from server.platform.chores import Chore, Chores
from server.platform.health import polling
from server.platform.health.polling import Polling
from server.platform.operations import replaying, retrying
from server.platform.providers import looking_again
from server.platform.providers.looking_again import LookingAgain
from server.platform.sandbox import following, provisioning
from server.platform.vault import erasing
from server.platform.vault.erasing import Erasing
from server.store import work, work_items
from server.store.engine import Store
from server.store.wake import CHANNEL
from server.store.work import Again, Job

_log = structlog.get_logger("corridor.worker")

Handler = Callable[[Context, Job], work.Outcome]

_HOUSEKEEPING_SECONDS = 3600.0
_FORGET_AT_ONCE = 2_000
_SLOW_CLAIM_SECONDS = 0.1  # what a claim takes that walks over much that cannot be claimed
_CLEARING_SECONDS = 5.0
_TRIES_BEFORE_PERSON = 10  # of work whose handler breaks: some 15 minutes


class Worker:
    """Does the work of some kinds, each with its handler, in a number of threads."""

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        *,
        threads: int,
        lease_seconds: float,
        poll_seconds: float,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._store = store
        self._chores = Chores(store, chores)
        self._handlers = dict(handlers)
        self._threads = threads
        self._lease = lease_seconds
        self._poll = poll_seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._busy: dict[Future[None], str] = {}
        self._at_once = max(1, threads // 4)
        self._share = max(1, threads - self._at_once)
        self._idle: set[Future[None]] = set()  # those that do what is done when nothing else is due
        self._cleared = 0.0
        self._tidied = clock.monotonic()

    def start(self) -> None:
        """Work in the background from now on."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        self._claimer = threading.Thread(target=self._claim, name="claim", daemon=True)
        self._claimer.start()
        self._chores.start()

    def stop(self) -> None:
        """Claim nothing more, and finish what was claimed."""
        self._closing.set()
        self._wake.set()
        self._chores.stop()
        self._claimer.join()
        self._pool.shutdown(wait=True)

    def _claim(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            room = min(self._at_once, self._threads - len(self._busy))
            jobs = self._due(room) if room > 0 else []
            for job in jobs:
                self._begin(job)
            if room > 0 and not jobs:
                for job in self._due(min(room, self._at_once - len(self._idle)), idle=True):
                    self._begin(job, idle=True)
            if len(jobs) < room or room <= 0:
                self._wake.wait(self._poll)
            self._tidy()

    def _begin(self, job: Job, *, idle: bool = False) -> None:
        future = self._pool.submit(self.do, job)
        self._busy[future] = job.company_id
        if idle:
            self._idle.add(future)
        future.add_done_callback(self._finished)

    def _due(self, limit: int, *, idle: bool = False) -> list[Job]:
        if limit <= 0:
            return []
        try:
            began = clock.monotonic()
            claim = work.claim_idle if idle else work.claim
            with self._store.anyone() as connection:
                jobs = claim(connection, list(self._handlers), limit, self._lease, without=self._full())
                if clock.monotonic() - began > _SLOW_CLAIM_SECONDS and began > self._cleared + _CLEARING_SECONDS:
                    self._cleared = began
                    work.step_aside(connection)
                return jobs
        except Exception as error:  # whatever it is, this thread must go on: without it nothing is done any more
            _log.warning("claim_failed", error=type(error).__name__)
            self._closing.wait(self._poll)
            return []

    def _full(self) -> list[str]:
        """Companies with their share of threads: one whose provider or endpoint is slow must not stop the others."""
        held = Counter(list(self._busy.values()))
        return [company_id for company_id, count in held.items() if count >= self._share]

    def _finished(self, future: Future[None]) -> None:
        self._busy.pop(future, None)
        self._idle.discard(future)
        self._wake.set()

    def do(self, job: Job) -> None:
        """Do a piece of work that was claimed, and record how it ended."""
        caller = Caller(method_pb2.CALLER_KIND_UNSPECIFIED, "corridor", job.company_id, job.environment)
        context = Context(
            request_id=ids.request_id(),
            correlation_id=job.correlation_id,
            traceparent=job.traceparent,
            caller=caller,
            deadline=clock.monotonic() + self._lease,
        )
        with contexts.bound(context):
            try:
                outcome = self._handlers[job.kind](context, job)
            except Exception:
                _log.exception("work_failed", kind=job.kind, resource_id=job.resource_id, tries=job.tries)
                outcome = Again(work.backoff_seconds(job.tries), "the handler failed; see the log")
                self._tell(context, job)
            try:
                with self._store.anyone() as connection:
                    work.finish(connection, job, outcome)
            except (Failure, psycopg.Error):
                _log.exception("finish_failed", kind=job.kind, resource_id=job.resource_id)  # the lease ends by itself

    def _tell(self, context: Context, job: Job) -> None:
        """Ask for a person, once work has broken so often that it may break for ever. It is tried on."""
        if job.tries < _TRIES_BEFORE_PERSON:
            return
        try:
            with self._store.of(job.company_id, job.environment) as connection:
                why = f"Work of kind {job.kind} has failed {job.tries} times; it is tried on. See the log."
                work_items.open_item(connection, context, job.resource_id, WORK_ITEM_KIND_EXHAUSTED, why)
        except (Failure, psycopg.Error):
            _log.exception("work_item_lost", kind=job.kind, resource_id=job.resource_id)  # the next try tells

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                with psycopg.connect(self._store.url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._wake.set()  # what was announced before is found by looking
                    while not self._closing.is_set():
                        for _ in connection.notifies(timeout=self._poll, stop_after=1):
                            self._wake.set()
            except psycopg.Error as error:
                _log.warning("listen_failed", error=type(error).__name__)
                self._closing.wait(self._poll)

    def _tidy(self) -> None:
        if clock.monotonic() - self._tidied < _HOUSEKEEPING_SECONDS:
            return
        self._tidied = clock.monotonic()
        try:
            with self._store.anyone() as connection:
                row = connection.execute("SELECT corridor.forget_idempotency(%s)", (_FORGET_AT_ONCE,)).fetchone()
        except Exception as error:  # as above
            _log.warning("housekeeping_failed", error=type(error).__name__)
            return
        if row is not None and row[0] == _FORGET_AT_ONCE:
            self._tidied = -_HOUSEKEEPING_SECONDS  # there is more: go on at once, or the table only ever grows


def build(parts: Parts) -> Worker:
    """The worker of a process, with the handler of every kind of work."""
    return Worker(
        parts.store,
        handlers(parts),
        threads=parts.settings.threads,
        lease_seconds=parts.settings.lease_seconds,
        poll_seconds=parts.settings.poll_seconds,
        chores=chores(parts),
    )


def handlers(parts: Parts) -> Mapping[str, Handler]:
    """Who does which kind of work."""
    secret = parts.keyring.derived("fingerprints")
    executing = Executing(parts.store, Deciding(parts.clock), servicers.all_of(parts), secret)
    return {
        "approvals.execute": executing.execute,
        "consents.revoke_grant": ProviderGrants(parts.store, parts.invoker).revoke,
        "consents.stop": stopping_consents(parts).stop,
        "disputes.follow": parts.dispute_flows.follow,
        "disputes.look": parts.dispute_flows.look,
        "disputes.remind": parts.dispute_flows.remind,
        "disputes.respond": parts.dispute_flows.respond,
        replaying.KIND: parts.operating.replaying.work,
        retrying.LOOK: parts.operating.settling.look,
        retrying.SETTLE: parts.operating.settling.settle,
        "payments.dispatch": parts.payment_flows.dispatch,
        "payments.follow": parts.payment_flows.follow,
        "payouts.dispatch": parts.flows.dispatch,
        "payouts.follow": parts.flows.follow,
        "payouts.look": parts.flows.look,
        polling.KIND: Polling(parts.store, parts.invoker, parts.providers).work,
        following.FOLLOW: parts.following.work,
        **dict.fromkeys(parts.shadowing.kinds(), parts.shadowing.run),
        looking_again.KIND: LookingAgain(parts.store, parts.waker).run,
        "sweeps.run": parts.sweeps.sweeping.run,
        "webhooks.deliver": parts.deliverer.deliver,
        "webhooks.read": parts.reader.read,
        erasing.KIND: Erasing(parts.store, lease_seconds=parts.settings.lease_seconds).run,
        **({provisioning.REGISTER: parts.provisioning.register} if parts.provisioning else {}),
    }
