"""Answers that say that what was called ends: told once for each method and set of fields, as Python tells it.

RFC 9745 gives `Deprecation` as `@` and a Unix time, RFC 8594 `Sunset` as an HTTP-date, RFC 8288 the links.
"""

import datetime
import re
import threading
import warnings
from collections.abc import Mapping

from corridor_client_runtime.settings import Deprecation, Settings

_LINK = re.compile(r'<([^>]*)>\s*;[^,]*rel="?(?:successor-version|deprecation)"?')
_lock = threading.Lock()
_told: set[tuple[str, str, tuple[str, ...]]] = set()


def read(method: str, headers: Mapping[str, str]) -> Deprecation | None:
    """What the answer's headers or trailers say; None where nothing ends."""
    since, sunset = headers.get("deprecation", ""), headers.get("sunset", "")
    if not since and not sunset:
        return None
    link = _LINK.search(headers.get("link", ""))
    fields = tuple(name.strip() for name in headers.get("corridor-deprecated-fields", "").split(",") if name.strip())
    return Deprecation(method, _date(since), sunset, link[1] if link else "", fields)


def notice(settings: Settings, method: str, headers: Mapping[str, str]) -> None:
    """Tell the caller: the hook each time, a DeprecationWarning once."""
    found = read(method, headers)
    if found is None:
        return
    if settings.on_deprecation is not None:
        settings.on_deprecation(found)
    key = (method, found.sunset, found.fields)
    with _lock:
        if key in _told:
            return
        _told.add(key)
    what = f"{', '.join(found.fields)} of {method}" if found.fields else method
    verb = "are" if len(found.fields) > 1 else "is"
    ends = f" and ends on {found.sunset}" if found.sunset else ""
    more = f": see {found.link}" if found.link else ""
    warnings.warn(f"{what} {verb} deprecated{ends}{more}.", DeprecationWarning, stacklevel=_caller())


def _caller() -> int:
    """How many frames up the caller's own code is, so that the warning names their line."""
    import sys

    depth, frame = 2, sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("corridor_client"):
        depth, frame = depth + 1, frame.f_back
    return depth


def _date(since: str) -> str:
    if since.startswith("@") and since[1:].lstrip("-").isdigit():
        return datetime.datetime.fromtimestamp(int(since[1:]), datetime.UTC).date().isoformat()
    return since
