"""What the end of a call says of the provider: that it works, that it does not, or nothing.

Rule: only what the provider is to blame for counts against it. A limit that it keeps, credentials that it refuses, and
what was over before anything was sent say nothing of whether it works.
"""

from collections.abc import Mapping
from enum import Enum

from server.platform.providers.gates import Ending
from server.store.attempts import Outcome


class Said(Enum):
    """What an ending says."""

    WORKS = "works"
    FAILS = "fails"
    NOTHING = "nothing"


_USUALLY: Mapping[Outcome, Said] = {
    Outcome.ANSWERED:      Said.WORKS,
    Outcome.REJECTED:      Said.WORKS,
    Outcome.MISCONFIGURED: Said.WORKS,  # it has read the request, and refused it
    Outcome.UNMAPPED:      Said.WORKS,
    Outcome.UNAVAILABLE:   Said.FAILS,
    Outcome.UNKNOWN:       Said.FAILS,
}  # fmt: skip
# A refused credential; a request that crosses another of its own (RFC 9110, 15.5.10); a limit (RFC 6585, 4).
_SAY_NOTHING = frozenset({401, 403, 409, 429})


def said(ending: Ending) -> Said:
    """What an ending says of the provider."""
    if not ending.exchanges:  # the adapter or the deadline ended it before anything was asked
        return Said.NOTHING
    last = ending.exchanges[-1]
    if ending.of_ours or last.status in _SAY_NOTHING:
        return Said.NOTHING
    if ending.outcome == Outcome.MISCONFIGURED and not last.status:
        return Said.NOTHING
    return _USUALLY.get(ending.outcome, Said.NOTHING)
