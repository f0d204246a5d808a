"""The embedded PostgreSQL: started by the first Corridor process that needs it, shared, stopped by the last.

One rule: the kernel keeps the count. Each user holds a lock that dies with its process, so a killed one leaves at
most a running server, which the next start adopts. Nothing in the directory is ever deleted.
"""

import atexit
import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from server.store import postmaster
from server.store.account import Account, EmbeddedError, account_for
from server.store.postmaster import OWNER, Files, Postmaster

__all__ = ["DATABASE", "OWNER", "Embedded", "EmbeddedError", "start"]

DATABASE = "corridor"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running embedded server and this caller's share in it; leave it by `stop` or as a context manager."""

    directory: Path
    _postmaster: Postmaster
    _share: "_Share" = field(repr=False)

    @property
    def owner_dsn(self) -> str:
        """The libpq URL of the superuser, for migrations and nothing else: row security does not hold it."""
        return self.dsn(OWNER)

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """The libpq URL for `role`. There is no password: only the directory's owner and root reach the socket."""
        return self._postmaster.dsn(role, database)

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._postmaster.pid

    def stop(self) -> None:
        """Give up this share; the server stops when nobody else holds one. Calling it again does nothing."""
        self._share.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(directory: Path, *, durable: bool = True, exclusive: bool = False) -> Embedded:
    """Start the server kept in `directory`, or join the one that runs there already.

    `exclusive` is for `corridor up`: only one process may hold a directory so, while others may still join it.
    `durable=False` is for tests alone: a crash of the machine may lose or damage everything.
    Raises `EmbeddedError`, in one line, when the directory is held, damaged, not ours or of another version.
    """
    files = Files(_prepared(directory))
    account = account_for(files.directory, files.data)
    share = _Share(files, account)
    try:
        if exclusive:
            share.claim()
        with share.sole():
            share.join()
            if not files.data.exists():
                postmaster.initialise(files, account, durable=durable)
            postmaster.check(files)
            running = postmaster.find(files) or share.launch(durable=durable)
            _settle(running, files, durable=durable)
    except BaseException as error:
        with suppress(OSError, EmbeddedError):  # the first failure is the one to tell
            share.release()
        if isinstance(error, OSError):
            raise _unusable(files.directory, error) from error
        raise
    atexit.register(share.release)
    return Embedded(files.directory, running, share)


class _Share:
    """One caller's hold on a server: a shared lock on `users.lock`, and `owner.lock` when it is the exclusive one."""

    def __init__(self, files: Files, account: Account) -> None:
        self._files = files
        self._account = account
        self._process = os.getpid()
        self._user: int | None = None
        self._owner: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @contextmanager
    def sole(self) -> Iterator[None]:
        """Starting and stopping happen one at a time, across processes."""
        lock = self._open("starting.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def claim(self) -> None:
        lock = self._open("owner.lock")
        if not _locked(lock, fcntl.LOCK_EX):
            holder = os.pread(lock, 20, 0).decode(errors="replace").strip()
            os.close(lock)
            raise EmbeddedError(
                f"{self._files.directory} is in use by another Corridor (process {holder or 'unknown'}): "
                "stop that one, or choose another directory"
            )
        self._owner = lock
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{self._process}\n".encode(), 0)

    def join(self) -> None:
        self._user = self._open("users.lock")
        fcntl.flock(self._user, fcntl.LOCK_SH)

    def launch(self, *, durable: bool) -> Postmaster:
        running, self._child = postmaster.launch(self._files, self._account, durable=durable)
        return running

    def release(self) -> None:
        if os.getpid() != self._process:
            return  # a forked child holds copies of the locks, and the parent's hold is not its to give up
        atexit.unregister(self.release)
        user, self._user = self._user, None
        owner, self._owner = self._owner, None
        try:
            if user is not None:
                with self.sole():
                    os.close(user)
                    self._stop_if_last()
        finally:
            if owner is not None:
                os.close(owner)

    def _stop_if_last(self) -> None:
        lock = self._open("users.lock")
        try:
            if _locked(lock, fcntl.LOCK_EX):
                postmaster.stop(self._files, self._child)
        finally:
            os.close(lock)

    def _open(self, name: str) -> int:
        path = self._files.directory / name
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._account.take(path)  # so that the account itself may start the server later
        return lock


def _prepared(directory: Path) -> Path:
    found = directory.expanduser().absolute()
    try:
        found.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(found, error) from error
    return found.resolve()


def _unusable(directory: Path, error: OSError) -> EmbeddedError:
    return EmbeddedError(
        f"cannot keep a database in {directory} ({error.strerror or error}): "
        "choose a directory that you may write to, or set CORRIDOR_DATABASE_URL to a server of your own"
    )


def _locked(lock: int, mode: int) -> bool:
    try:
        fcntl.flock(lock, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _settle(running: Postmaster, files: Files, *, durable: bool) -> None:
    """Make sure of the database, and that a server found running keeps the durability asked for."""
    try:
        with psycopg.connect(running.dsn(OWNER, "postgres"), autocommit=True) as connection:
            durable_now, made = _facts(connection)
            if durable and not durable_now:
                raise EmbeddedError(
                    f"the server in {files.directory} was started for tests, without durability "
                    f"(process {running.pid}): stop it, then start again"
                )
            if not made:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise EmbeddedError(f"the server in {files.directory} refused: {reason}; log: {files.log}") from error


def _facts(connection: psycopg.Connection[tuple[bool, bool]]) -> tuple[bool, bool]:
    row = connection.execute(
        "SELECT current_setting('fsync')::bool, EXISTS (SELECT FROM pg_database WHERE datname = %s)", [DATABASE]
    ).fetchone()
    assert row is not None
    return row
