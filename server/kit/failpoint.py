"""Named points at which a test can kill the process, to prove that what is left behind is taken up again.

Without `CORRIDOR_FAILPOINT` in the environment a point costs one comparison.
"""

import os
import signal
import threading

_name, _, _count = os.environ.get("CORRIDOR_FAILPOINT", "").partition(":")
_left = int(_count or 1)
_lock = threading.Lock()


def failpoint(name: str) -> None:
    """Kill the process without any clean-up if it was started to die at this point: `name`, or `name:N` for the Nth."""
    if name == _name:
        _die_when_due()


def _die_when_due() -> None:
    global _left
    with _lock:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
