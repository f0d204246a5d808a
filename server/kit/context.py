"""What is known of the call that a thread is working on: ids, caller, deadline, idempotency.

One object per call, made by the context interceptor (or by a worker for its job) and read everywhere below it.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from google.protobuf.message import Message

from corridor.type.v1 import environment_pb2
from server.kit import clock
from server.kit.contract import Method
from server.kit.errors import Failure
from server.kit.stability import Ending


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling. Company and environment come from the credential alone."""

    kind: int  # corridor.options.v1.CallerKind
    caller_id: str  # the id of the API key, of the OAuth client, or of the provider's connection
    company_id: str
    environment: "environment_pb2.Environment.ValueType"
    scopes: frozenset[str] = frozenset()
    subject: str = ""  # the id of the person on whose behalf a client calls
    roles: frozenset[int] = frozenset()  # corridor.access.v1.Role, where the caller is a person
    consent_id: str = ""  # the consent on which a person's token rests

    @property
    def live(self) -> bool:
        """Whether real money can move."""
        return self.environment == environment_pb2.ENVIRONMENT_LIVE


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The claim that a call makes: its key, and the fingerprint of what it asks for."""

    key: str
    fingerprint: bytes = field(repr=False)
    seal: bytes = field(default=b"", repr=False)  # the AES key under which an answer with a secret is stored


@dataclass(slots=True)
class Context:
    """One call, or one job of a worker."""

    request_id: str
    correlation_id: str
    traceparent: str = ""
    method: Method | None = None
    called: Method | None = None  # the method of a further version that was called, while `method` does it
    caller: Caller | None = None
    suspect: Caller | None = None  # whose credential was refused, as far as that could be seen
    idempotency: Idempotency | None = None
    deadline: float = float("inf")  # by clock.monotonic()
    client_ip: str = ""  # of the caller, told by a trusted gateway or seen on the connection
    if_match: frozenset[str] | None = None  # the etags of which the resource must have one; None asks for nothing
    based_on: str | None = None  # the etag of the resource into which a part was merged
    matched: bool = False  # whether the resource's etag was looked at, under its lock
    claimed: str = ""  # the company that the caller says it is; recorded, and never believed
    approval_id: str = ""  # the approval by which the call runs
    sandbox_scenario: str = ""  # what the sandbox is told to do with what the call makes; never in the live environment
    audited: bool = False  # whether the write has recorded itself
    request: Message | None = field(default=None, repr=False)  # once it is parsed
    replayed: bool = False
    failure: Failure | None = None
    resource_id: str = ""
    endings: list[Ending] = field(default_factory=list)  # what is deprecated of what the call uses
    over: Failure | None = None  # how a call is refused that uses what has ended, unless it was made before
    trailers: dict[str, str | bytes] = field(default_factory=dict)

    @property
    def who(self) -> Caller:
        """The caller, where the chain has seen to it that there is one."""
        if self.caller is None:
            raise LookupError("this call has no caller: its method admits anonymous callers")
        return self.caller

    @property
    def asked(self) -> Method:
        """The method that was called, in whichever version; `method` is the one that does it."""
        found = self.called or self.method
        assert found is not None  # made by the context interceptor, or by a worker for a call
        return found

    def seconds_left(self) -> float:
        """How long the call may still take."""
        return self.deadline - clock.monotonic()


_current: ContextVar[Context] = ContextVar("corridor_context")


def current() -> Context:
    """The call that this thread is working on. Raises LookupError outside of one."""
    return _current.get()


def current_or_none() -> Context | None:
    """The call that this thread is working on, if it is working on one."""
    return _current.get(None)


@contextlib.contextmanager
def bound(context: Context) -> Iterator[Context]:
    """Make `context` the current one for the duration of the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
