"""The ways in which a provider is lost. Data only.

What certainly did nothing may go to the standby; what may have acted stays, and is asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ALWAYS = 1_000_000  # calls that a fault lasts for: until it is cleared


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to lose a provider."""

    name: str
    title: str
    """What goes wrong, in a few words."""
    meaning: str
    """What Corridor can know of a call that ends so."""
    fault: Mapping[str, Any] | None
    """What the simulator is told to do with every call. None: its process is killed."""
    refuses_us: bool = False
    """Whether a person has to put it right: the provider refuses our credentials."""


_NOTHING = "The call certainly did nothing, so the standby may have it."
_PERHAPS = "The provider may have acted, so it is asked, and nobody else gets it."


def _every_call(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "times": _ALWAYS, **more}


MODES = (
    Mode("refused", "nothing listens there any more", _NOTHING, None),
    Mode("throttled", "429 with Retry-After: 30", _NOTHING, _every_call("refuse", seconds=30)),
    Mode("credentials", "401: our credentials are refused", _NOTHING, _every_call("refuse", status=401), True),
    Mode("error_before", "500, and it did not act", _PERHAPS, _every_call("refuse", status=500)),
    Mode("error_after", "500, and it did act", _PERHAPS, _every_call("error_after")),
    Mode("reset", "the connection is reset before it acts", _PERHAPS, _every_call("reset")),
    Mode("lost_answer", "it acts, and the connection is cut", _PERHAPS, _every_call("lost_answer")),
    Mode("half_body", "it acts, and half of the answer arrives", _PERHAPS, _every_call("half_body")),
    Mode("html", "it acts, and answers with a page for browsers", _PERHAPS, _every_call("html")),
    Mode("hang", "it acts, and never answers", _PERHAPS, _every_call("slow", seconds=60)),
)

BY_NAME = {mode.name: mode for mode in MODES}
