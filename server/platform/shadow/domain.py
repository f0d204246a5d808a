"""What a domain tells of its resources, so that they can be tried in the shadow of the connection that has them.

Rule: nothing here changes a resource. `T` is the resource as the domain reads it.
"""

from typing import Any, Protocol, TypeVar

from adapters.kit.call import Call
from corridor.providers.v1.connection_pb2 import Connection
from corridor.routing.v1.shadow_comparison_pb2 import ShadowResult
from corridor.type.v1.money_pb2 import Money
from server.kit.context import Context

T = TypeVar("T")

KIND = "{}.shadow"
"""The kind of the work by which something of a domain is tried."""


class Shadowed(Protocol[T]):
    """A domain whose resources are tried."""

    @property
    def name(self) -> str:
        """The domain, such as `payouts`."""
        ...

    @property
    def create(self) -> str:
        """The port's method that is tried, such as `create_payout`."""
        ...

    def get(self, context: Context, resource_id: str) -> T | None:
        """The resource as it is."""
        ...

    def sent_over(self, thing: T) -> str:
        """The connection that has it; empty as long as none does."""
        ...

    def at_end(self, thing: T) -> bool:
        """Whether what it is compared by changes no more, as far as can be expected."""
        ...

    def disguised(self, thing: T, resource_id: str) -> T:
        """A copy under another id, which has never been sent. Webhooks about it are about nothing of ours."""
        ...

    def send(self, context: Context, adapter: Any, call: Call, thing: T) -> Any:
        """Have the adapter act; what the provider said."""
        ...

    def check(self, context: Context, adapter: Any, call: Call, thing: T) -> ShadowResult | None:
        """What the provider says of it where it can be asked without any effect; None where it cannot."""
        ...

    def asked(self, thing: T) -> ShadowResult:
        """What was asked for: amount, rail and statement text."""
        ...

    def told(self, thing: T) -> ShadowResult:
        """What came of it over the connection that has it."""
        ...

    def said(self, thing: T, answer: Any) -> ShadowResult:
        """What the answer of `send` means."""
        ...

    def fee(self, connection: Connection, thing: T) -> Money | None:
        """What the company pays for it by its own word at the connection; None where it says nothing."""
        ...
