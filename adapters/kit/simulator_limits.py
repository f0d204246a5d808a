"""A rate limit as a vendor keeps it: so many calls of an account in each fixed window, and 429 beyond.

Rule: every answer tells what is left in the vendor's own headers, and a refused call counts as none.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

CUSTOMS: Mapping[str, Mapping[str, str]] = {
    "draft": {
        "RateLimit-Policy": '"default";q={limit};w={window}',
        "RateLimit": '"default";r={remaining};t={reset}',
    },
    "former": {
        "RateLimit-Limit": "{limit}",
        "RateLimit-Remaining": "{remaining}",
        "RateLimit-Reset": "{reset}",
    },
    "x": {
        "X-RateLimit-Limit": "{limit}",
        "X-RateLimit-Remaining": "{remaining}",
        "X-RateLimit-Reset": "{reset_epoch}",
    },
    "retry": {},  # nothing but Retry-After with a refusal
    "silent": {},  # not even that
}
"""How limits are told, by name: headers with what they say."""


@dataclass(slots=True)
class RateLimit:
    """At most `calls` of an account in each window of `seconds`; windows begin at multiples of it."""

    calls: int
    seconds: float
    headers: Mapping[str, str]
    tells_when: bool = True
    """Whether a refusal says when to come back."""
    refusals: int = 0
    first_call: float = 0.0
    last_refusal: float = 0.0
    _used: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def refused_later(self) -> bool:
        """Whether a call was refused after the first window."""
        return self.last_refusal >= (self.first_call // self.seconds + 1) * self.seconds

    def count(self, account: str, now: float) -> tuple[bool, dict[str, str]]:
        """Count one call of an account; whether it is one too many, and what the answer's headers tell."""
        window = int(now // self.seconds)
        before, used = self._used.get(account, (window, 0))
        used = used if before == window else 0
        refused = used >= self.calls
        self.first_call = self.first_call or now
        self.refusals += refused
        self.last_refusal = now if refused else self.last_refusal
        self._used[account] = (window, used if refused else used + 1)
        ends = (window + 1) * self.seconds
        words = {
            "limit": self.calls,
            "remaining": self.calls - self._used[account][1],
            "window": math.ceil(self.seconds),
            "reset": math.ceil(ends - now),
            "reset_epoch": math.ceil(ends),
        }
        told = {name: text.format(**words) for name, text in self.headers.items()}
        if refused and self.tells_when:
            told["Retry-After"] = str(words["reset"])
        return refused, told


def rate_limit(calls: int, seconds: float, headers: str | Mapping[str, str] = "draft") -> RateLimit:
    """A limit told by one of `CUSTOMS`, or by headers of the vendor's own. Raises `ValueError` for an unknown name."""
    if isinstance(headers, str) and headers not in CUSTOMS:
        raise ValueError(f"headers is one of {', '.join(CUSTOMS)}, or an object of headers")
    if calls < 1 or seconds <= 0:
        raise ValueError("calls is at least 1, and seconds more than 0")
    told = CUSTOMS[headers] if isinstance(headers, str) else dict(headers)
    return RateLimit(calls, seconds, told, tells_when=headers != "silent")
