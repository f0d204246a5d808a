"""The targets port: a provider that is told over its API where to send an account's webhooks.

Only providers of sandboxes are set up by us without a person; elsewhere the company does it on the provider's pages.
The method returns when the provider has confirmed it, or raises one of the four failures of `adapters.kit.errors`.
"""

from typing import Protocol, runtime_checkable

from adapters.kit.call import Call


@runtime_checkable
class Targets(Protocol):
    """A provider whose accounts say by themselves where their webhooks go."""

    def set_webhook_target(self, call: Call, url: str, secret: str) -> None:
        """Let the account's webhooks go to an address from now on, signed with a secret; again is once."""
        ...
