"""What a call needs to know about its method: made from the contract, one constant for each RPC.

Rule: whether a method may be repeated follows from its idempotency rule alone.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

import betterproto2
from betterproto2 import FieldMetadata

Response = TypeVar("Response", bound=betterproto2.Message)


class Key(Enum):
    """How a method treats an idempotency key."""

    NONE = "none"  # it changes nothing, or repeating it changes nothing more
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Http:
    """Where a method is over REST: the verb, the path with its variables, and which field is the body or the answer."""

    verb: str
    path: str
    body: str = ""
    response_body: str = ""


@dataclass(frozen=True, slots=True)
class Method(Generic[Response]):
    """One RPC. `deadline_seconds` is the longest that the server works on a call."""

    path: str  # "/corridor.payouts.v1.PayoutService/CreatePayout"
    response: type[Response]
    key: Key
    deadline_seconds: float
    http: Http | None = None

    @property
    def full_name(self) -> str:
        """As the contract names it: `corridor.payouts.v1.PayoutService.CreatePayout`."""
        return self.path[1:].replace("/", ".")


Given = TypeVar("Given", bound=betterproto2.Message)


def request(kind: type[Given], given: Given | None, fields: dict[str, object]) -> Given:
    """The request message: the one that was given, or one of the fields. Both at once would lose one of them."""
    present = {name: value for name, value in fields.items() if value is not None}
    if given is None:
        return kind(**{name: _plain(value) for name, value in present.items()})
    if not isinstance(given, kind):
        raise TypeError(f"a {kind.__name__} is asked for, and this is a {type(given).__name__}.")
    meta = {each.name: FieldMetadata.get(each) for each in dataclasses.fields(kind)}  # type: ignore[arg-type] # its subclasses are dataclasses
    if used := [name for name, value in present.items() if value or meta[name].optional]:
        raise TypeError(f"{kind.__name__} was given whole, and {', '.join(used)} beside it: give one or the other.")
    return given


def _plain(value: object) -> object:
    """Lists and maps as a message holds them, and not the caller's own."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else value


Found = TypeVar("Found")


def present(found: Found | None) -> Found:
    """What an answer holds: that it is there was seen when it came."""
    assert found is not None
    return found
