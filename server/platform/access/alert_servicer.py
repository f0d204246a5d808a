"""SecurityAlertService: reads what was seen of the company's credentials."""

import grpc

from corridor.access.v1 import security_alert_service_pb2 as api
from server.kit import context as contexts
from server.kit.paging import PageTokens
from server.platform.access import alerts
from server.store.engine import Store


class SecurityAlertServicer:
    """Reads alerts of the caller's company in the caller's environment."""

    def __init__(self, store: Store, tokens: PageTokens) -> None:
        self._store = store
        self._tokens = tokens

    def ListSecurityAlerts(
        self, request: api.ListSecurityAlertsRequest, _: grpc.ServicerContext
    ) -> api.ListSecurityAlertsResponse:
        """A page of alerts, the newest first."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            found, more = alerts.page(connection, context, page, request.credential_id)
        following = self._tokens.next(context, request, found[-1].security_alert_id) if more else ""
        return api.ListSecurityAlertsResponse(security_alerts=found, next_page_token=following)
