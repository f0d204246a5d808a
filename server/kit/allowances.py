"""Allowances: how many calls there may be in how many seconds, by name, and what an installation starts with.

A caller has one allowance for each class of methods; its company has another, for all its callers together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corridor.options.v1 import method_pb2

_ITEM = re.compile(r"([a-z-]+)=(\d{1,9})/(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many calls in so many seconds; unused ones do not add up beyond that."""

    name: str
    calls: int
    seconds: int

    @property
    def policy(self) -> str:
        """As an item of the field RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10, section 4)."""
        return f'"{self.name}";q={self.calls};w={self.seconds}'


# The allowance of one caller for each class of methods, and that of its company.
OF_CALLER: Mapping[int, str] = {
    method_pb2.RATE_CLASS_READ: "read",
    method_pb2.RATE_CLASS_WRITE: "write",
    method_pb2.RATE_CLASS_MONEY: "money",
    method_pb2.RATE_CLASS_INBOUND: "inbound",
}
OF_COMPANY: Mapping[int, str] = {rate_class: f"company-{name}" for rate_class, name in OF_CALLER.items()}
STRANGERS = "strangers"

DEFAULTS: Mapping[str, Allowance] = {
    each.name: each
    for each in (
        Allowance("read", 6_000, 60),
        Allowance("write", 600, 60),
        Allowance("money", 3_000, 60),
        Allowance("inbound", 30_000, 60),
        Allowance("company-read", 30_000, 60),
        Allowance("company-write", 3_000, 60),
        Allowance("company-money", 15_000, 60),
        Allowance("company-inbound", 30_000, 60),
        Allowance(STRANGERS, 60, 60),  # refused credentials that come from one address
    )
}


def parse(text: str) -> Mapping[str, Allowance]:
    """The allowances in `read=6000/60, company-money=15000/60`: calls in seconds. Raises ValueError, saying why."""
    found = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        match = _ITEM.fullmatch(item)
        if match is None or int(match[3]) == 0:
            raise ValueError(f"{item!r} is not NAME=CALLS/SECONDS, such as read=6000/60")
        if match[1] not in DEFAULTS:
            raise ValueError(f"there is no allowance {match[1]!r}; there are {', '.join(DEFAULTS)}")
        found[match[1]] = Allowance(match[1], int(match[2]), int(match[3]))
    return found
