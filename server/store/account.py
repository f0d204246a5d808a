"""Who runs the embedded PostgreSQL: the caller, or, since PostgreSQL refuses root, an ordinary account in its stead.

Root's own files stay as they are: where a folder on the way is closed to that account, the process gets the one
capability that lets it through, and no mode is widened.
"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_STAND_INS = ("postgres", "nobody")  # who runs PostgreSQL for root, the first that exists
_PASSING = "+dac_override"  # in every container's default set, where dac_read_search is not


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used; the message says in one line why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that PostgreSQL runs as; `stands_in` is true when that is not the caller (root)."""

    uid: int
    gid: int
    name: str
    stands_in: bool

    def take(self, path: Path) -> None:
        """Make the account the owner of a file that the caller has just made for it."""
        if self.stands_in:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def spawn(
        self,
        command: list[str],
        *,
        reaching: Path,
        stdout: "IO[bytes] | int",
        stderr: "IO[bytes] | int",
        extra_environment: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start `command` as this account, able to reach its program and the folder `reaching`.

        It gets a session of its own, so that a Ctrl-C meant for Corridor does not take the database away first,
        and a bare environment, so that the caller's PG… variables do not steer it.
        """
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **(extra_environment or {})}
        drop = self.stands_in
        closed = self._closed(Path(command[0])) or self._closed(reaching) if drop else None
        if closed is not None:
            command, drop = [*self._passing(closed), *command], False
        return subprocess.Popen(  # noqa: S603 — our own words and the caller's folder, no shell
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            user=self.uid if drop else None,
            group=self.gid if drop else None,
            extra_groups=[] if drop else None,
        )

    def _closed(self, path: Path) -> Path | None:
        """The first folder or program on the way to `path` that the account may not enter or run."""
        for step in (*reversed(path.resolve().parents), path.resolve()):
            state = step.stat()
            mine = state.st_uid == self.uid
            needed = stat.S_IXUSR if mine else stat.S_IXGRP if state.st_gid == self.gid else stat.S_IXOTH
            if not state.st_mode & needed:
                return step
        return None

    def _passing(self, closed: Path) -> list[str]:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise EmbeddedError(
                f"{closed} is closed to the user {self.name}, who runs PostgreSQL when Corridor runs as root: "
                "install setpriv (util-linux), run as an ordinary user, or choose a directory open to all"
            )
        identity = ["--securebits=+no_setuid_fixup", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return [setpriv, *identity, f"--inh-caps={_PASSING}", f"--ambient-caps={_PASSING}", "--"]


def account_for(directory: Path, data: Path) -> Account:
    """The account for a data directory: the caller; for root, its owner; for a new one, the first stand-in."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), str(os.geteuid()), stands_in=False)
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid, _name(owner.st_uid), stands_in=True)
    for name in (_name(directory.stat().st_uid), *_STAND_INS):
        try:
            entry = pwd.getpwnam(name)  # initdb needs an account that the system knows
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, name, stands_in=True)
    raise EmbeddedError("PostgreSQL refuses to run as root and there is no user `nobody`: run as an ordinary user")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
