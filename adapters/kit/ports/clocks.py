"""The clocks port: a provider whose time can be moved, so that what takes days can be seen at once.

Only test accounts have such a clock. The method returns when everything that became due has happened, or raises one
of the four failures of `adapters.kit.errors`.
"""

from typing import Protocol, runtime_checkable

from adapters.kit.call import Call


@runtime_checkable
class Clocks(Protocol):
    """A provider that lets an account move its own time."""

    def advance_clock(self, call: Call, seconds: int) -> None:
        """Put the account's time forward by so many whole seconds, more than none.

        What is due by then happens, in its order, and is told by webhooks. Other accounts' time stands as it was.
        `call.idempotency_key`, where it is given, makes a repetition harmless: the time is moved once.
        """
        ...
