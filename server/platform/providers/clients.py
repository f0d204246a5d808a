"""The HTTP clients for calls to providers, and the access tokens that were fetched for them: one set per process.

Rule: an address that a company gave is judged each time it is dialled, also where a certificate is presented to it.
"""

from collections.abc import Callable
from typing import Any

from adapters.kit.call import Call, Http
from adapters.kit.client_certificates import CertificateClients
from adapters.kit.http import Addresses
from adapters.kit.tokens import TokenCache

Ask = Callable[[Any, Call], Any]


class Clients:
    """Ways to providers. `http` and `guarded` stay their owner's to close."""

    def __init__(self, http: Http, guarded: Http, judged: Addresses) -> None:
        self.tokens = TokenCache()
        self._plain = {True: http, False: guarded}
        self._presenting = {True: CertificateClients(), False: CertificateClients(addresses=judged)}

    def usual(self, *, ours: bool) -> Http:
        """The client for an address of a manifest (`ours`), or for one that a company gave."""
        return self._plain[ours]

    def presenting(self, ask: Ask, certificate: tuple[str, str] | None, *, ours: bool) -> Ask:
        """`ask` with a call that presents a certificate and its key; as it is where the provider demands none."""
        if certificate is None:
            return ask

        def presented(adapter: Any, call: Call) -> Any:
            with self._presenting[ours].presenting(*certificate) as call.http:
                return ask(adapter, call)

        return presented

    def close(self) -> None:
        """Close the clients that present certificates."""
        for clients in self._presenting.values():
            clients.close()
