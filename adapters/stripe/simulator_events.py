"""The simulated desk for what has happened: the list of events, and charges as they are now.

Rule: an event is listed in the account's version of its time, whatever version is asked for.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import ClassVar

from adapters.kit.simulator import Answer, Request, Route
from adapters.stripe.simulator_desk import CHARGE, Desk

KEPT_SECONDS = 30 * 86_400


class EventDesk(Desk):
    """Events, for thirty days."""

    EVENT_ROUTES: ClassVar[Sequence[Route]] = (
        Route("list_events", "GET", "/v1/events"),
        Route("get_charge", "GET", "/v1/charges/{id}"),
    )

    def list_events(self, request: Request) -> Answer:
        """The account's events of one type or group of types, the newest first."""
        account, wanted = self.authorise(request), request.argument("type", "*")
        page = self.told.page(
            account,
            min(100, int(request.argument("limit", "10"))),
            since=max(float(request.argument("created[gte]", "0")), self.now() - KEPT_SECONDS),
            after=request.argument("starting_after"),
            newest_first=True,
            only=lambda event: fnmatchcase(event["type"], wanted),
        )
        return Answer(200, {"object": "list", "data": page.events, "has_more": page.more, "url": "/v1/events"})

    def get_charge(self, request: Request) -> Answer:
        """One charge."""
        return self.shown(self.own(CHARGE, request), request)
