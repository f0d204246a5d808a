"""CredentialService: what of the company's credentials ends soon."""

from datetime import datetime

import grpc

from corridor.access.v1 import credential_service_pb2 as api
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.paging import PageTokens
from server.platform.access.inventory import Expiring, Inventory
from server.store.engine import Store


class CredentialServicer:
    """Reads the inventory of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens, inventory: Inventory, clock: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._inventory = inventory
        self._clock = clock

    def ListExpiringCredentials(
        self, request: api.ListExpiringCredentialsRequest, _: grpc.ServicerContext
    ) -> api.ListExpiringCredentialsResponse:
        """A page of credentials, the first to end first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found = self._inventory.of_company(connection)
        if page.after is not None:
            found = [each for each in found if each.key > _key(page.after)]
        shown, now = found[: page.size], self._clock.now()
        following = self._tokens.next(context, request, _text(shown[-1])) if len(found) > page.size else ""
        return api.ListExpiringCredentialsResponse(
            credentials=[each.message(now) for each in shown], next_page_token=following
        )


def _text(each: Expiring) -> str:
    return f"{each.expire_time.isoformat()}|{each.kind}|{each.credential_id}"


def _key(text: str) -> tuple[datetime, str, int]:
    time, kind, credential_id = text.split("|", 2)
    return datetime.fromisoformat(time), credential_id, int(kind)
