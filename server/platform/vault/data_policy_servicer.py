"""DataPolicyService. A policy that would put the data out of this installation's region is refused."""

import grpc

from corridor.vault.v1 import data_policy_service_pb2 as api
from server.kit import context as contexts
from server.kit import etags
from server.kit.paging import PageTokens
from server.platform.vault import data_policies, purging
from server.store import audit, idempotency, locks
from server.store.engine import Store


class DataPolicyServicer:
    """How long the caller's company keeps its data in the caller's environment, and where."""

    def __init__(self, store: Store, tokens: PageTokens, region: str) -> None:
        self._store = store
        self._tokens = tokens
        self._region = region

    def GetDataPolicy(self, _request: api.GetDataPolicyRequest, _: grpc.ServicerContext) -> api.GetDataPolicyResponse:
        """The policy."""
        with self._store.mine() as connection:
            return api.GetDataPolicyResponse(data_policy=data_policies.get(connection, contexts.current()))

    def UpdateDataPolicy(self, request: api.UpdateDataPolicyRequest, _: grpc.ServicerContext) -> bytes:
        """Replace the policy."""
        context = contexts.current()
        data_policies.check(request.data_policy.residency, self._region)
        with idempotency.once(self._store, context) as (connection, answer):
            locks.alone(connection, context, "data policy")
            etags.check(context, data_policies.get(connection, context))
            policy = data_policies.put(connection, context, request.data_policy)
            audit.record(connection, context, "")
            return answer("", api.UpdateDataPolicyResponse(data_policy=policy))

    def PreviewPurge(self, _request: api.PreviewPurgeRequest, _: grpc.ServicerContext) -> api.PreviewPurgeResponse:
        """What would be removed."""
        with self._store.mine() as connection:
            return api.PreviewPurgeResponse(purges=purging.preview(connection))

    def PurgeData(self, _request: api.PurgeDataRequest, _: grpc.ServicerContext) -> bytes:
        """Remove a batch of each kind."""
        context = contexts.current()
        with idempotency.once(self._store, context) as (connection, answer):
            done = [purging.batch(connection, context, each) for each in purging.CATEGORIES]
            if not any(done):
                audit.record(connection, context, "")
            return answer("", api.PurgeDataResponse(purges=[purge for purge in done if purge]))

    def ListPurges(self, request: api.ListPurgesRequest, _: grpc.ServicerContext) -> api.ListPurgesResponse:
        """A page of what was removed."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            purges, more = purging.page(connection, context, page)
        following = self._tokens.next(context, request, purges[-1].purge_id) if more else ""
        return api.ListPurgesResponse(purges=purges, next_page_token=following)
