"""Named points at which a test can kill the process, to prove that what is left behind is taken up again.

Without `CORRIDOR_FAILPOINT` in the environment, and nobody who watches, a point costs two comparisons.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

_name, _, _count = os.environ.get("CORRIDOR_FAILPOINT", "").partition(":")
_left = int(_count or 1)
_lock = threading.Lock()
_watcher: Callable[[str], None] | None = None


def failpoint(name: str) -> None:
    """Kill the process without any clean-up if it was started to die at this point: `name`, or `name:N` for the Nth."""
    if name == _name:
        _die_when_due()
    if _watcher is not None:
        _watcher(name)


@contextlib.contextmanager
def watched(by: Callable[[str], None]) -> Iterator[None]:
    """Tell somebody of each point that is passed, in the thread that passes it. What they raise breaks off there."""
    global _watcher
    before, _watcher = _watcher, by
    try:
        yield
    finally:
        _watcher = before


def _die_when_due() -> None:
    global _left
    with _lock:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
