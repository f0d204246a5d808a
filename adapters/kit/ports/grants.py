"""The grants port: telling a provider that a token which it issued for somebody is over.

The method returns when the provider has confirmed it, or raises one of the four failures of `adapters.kit.errors`.
"""

from typing import Protocol, runtime_checkable

from adapters.kit.call import Call


@runtime_checkable
class Grants(Protocol):
    """A provider that issues tokens on behalf of people, and takes them back."""

    def revoke_grant(self, call: Call, token: str) -> None:
        """Ask the provider to revoke a token, as OAuth 2.0 does it in RFC 7009.

        A token that the provider does not know is over as well (RFC 7009, 2.2): that is success.
        """
        ...
