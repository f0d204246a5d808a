"""How a provider call can end other than with a result. The names finish the sentence "the call was …".

Only `Unavailable` is certain to have done nothing, so only it may go to another provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of our contract that the provider refused, by its path in the contract's message."""

    field: str
    description: str


class ProviderError(Exception):
    """A provider call that ended without a result.

    `detail` is for people and holds no customer data; `code` is the provider's own word, where it gave one.
    """

    def __init__(self, detail: str, *, code: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.retry_after_seconds = retry_after_seconds
        self.timed_out = False
        """Whether the provider did not answer in time."""
        self.of_ours = False
        """Whether it ended on our side before anything reached the provider: it says nothing of the provider."""


class Rejected(ProviderError):
    """The provider understood, and refused the customer's data. Record it; never retry."""

    def __init__(self, detail: str, *, code: str = "", problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail, code=code)
        self.problems = tuple(problems)


class Unavailable(ProviderError):
    """The provider certainly did not act. Retry, or route elsewhere."""


CANNOT_ASK = "cannot_ask"
"""The code of the `Unavailable` that a look-up raises where the provider has no way to be asked. What it knows then
comes by webhook, or by the same request under the same key."""


class Unknown(ProviderError):
    """The provider may have acted. Ask before acting again."""


class Misconfigured(ProviderError):
    """Our credentials, set-up or request are wrong. Stop, and tell the adapter's owner.

    `credentials` says that the provider refuses the connection as a whole, and not just this request.
    """

    def __init__(self, detail: str, *, code: str = "", credentials: bool = False) -> None:
        super().__init__(detail, code=code)
        self.credentials = credentials


class Unmapped(Exception):
    """The provider used a word that no table has. Loud, and nothing changes."""

    def __init__(self, table: str, word: object) -> None:
        super().__init__(f"no meaning for {table} = {word!r:.80}")
        self.table = table
        self.word = word


class Withheld(Exception):
    """A request that would have had an effect, in a call that must have none: it was not sent.

    `names` are the fields of the body that it was to carry, in the provider's words. `leaves` are their values: they
    are compared in memory and kept nowhere.
    """

    def __init__(self, method: str, path: str, leaves: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"{method} {path} was withheld")
        self.method = method
        self.path = path
        self.names = tuple(dict.fromkeys(name for name, _ in leaves))
        self.leaves = tuple(leaves)


class NotWritten(NotImplementedError):
    """What `corridor adapter new` leaves to be written. An adapter that can still raise it is not done."""


class Forged(Exception):
    """A webhook was not signed by any active secret, or is too old. `reason` is one word for the record."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
