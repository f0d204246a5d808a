"""ProviderService: the catalogue, with what the caller's company makes of each provider in the caller's environment."""

from collections.abc import Sequence

import grpc

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import provider_event_pb2, provider_pb2
from corridor.providers.v1 import provider_service_pb2 as api
from corridor.providers.v1.certification_pb2 import Certification
from corridor.providers.v1.provider_pb2 import ProviderStage
from server.kit import context as contexts
from server.kit import ids
from server.kit.context import Context
from server.kit.errors import Failure, fail
from server.kit.paging import PageTokens
from server.platform.providers import certifications, disaster_tests, routing, stage_repository, stages
from server.platform.providers.catalog import Catalog
from server.platform.providers.stage_repository import References, Standing
from server.store import audit, events, idempotency
from server.store.engine import Connection, Store
from server.store.wake import Waker


class ProviderServicer:
    """What the company may know of providers, and how far it uses them."""

    def __init__(self, store: Store, tokens: PageTokens, catalog: Catalog, waker: Waker) -> None:
        self._store = store
        self._tokens = tokens
        self._catalog = catalog
        self._waker = waker

    def GetProvider(self, request: api.GetProviderRequest, _: grpc.ServicerContext) -> api.GetProviderResponse:
        """One provider."""
        self._catalog.manifest(request.name)
        with self._store.mine() as connection:
            (provider,) = self._shown(connection, contexts.current(), [request.name])
        return api.GetProviderResponse(provider=provider)

    def ListProviders(self, request: api.ListProvidersRequest, _: grpc.ServicerContext) -> api.ListProvidersResponse:
        """A page of providers, by name."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        names = [name for name in self._catalog.names() if page.after is None or name > page.after]
        shown = names[: page.size]
        following = self._tokens.next(context, request, shown[-1]) if len(names) > page.size else ""
        with self._store.mine() as connection:
            providers = self._shown(connection, context, shown)
        return api.ListProvidersResponse(providers=providers, next_page_token=following)

    def SetProviderStage(self, request: api.SetProviderStageRequest, _: grpc.ServicerContext) -> bytes:
        """Change how far the company uses a provider, and take up work that waited for it."""
        context = contexts.current()
        name = request.name
        self._catalog.manifest(name)
        with idempotency.once(self._store, context) as (connection, answer):
            routing.about_to_change(connection, context)
            before = stage_repository.of(connection, context, name)[name]
            if before.stage != request.stage:
                self._check(connection, context, name, before, request.stage)
                self._move(connection, context, before, request)
            (provider,) = self._shown(connection, context, [name])
            audit.record(connection, context, provider.provider_stage_id)
            answered = answer(provider.provider_stage_id, api.SetProviderStageResponse(provider=provider))
        self._waker.wake()
        return answered

    def RecordCertification(self, request: api.RecordCertificationRequest, _: grpc.ServicerContext) -> bytes:
        """Keep a run of the adapter that is running."""
        context = contexts.current()
        if request.adapter_digest != self._catalog.digest(request.name):
            raise fail(
                reasons.ERROR_REASON_CERTIFICATION_MISMATCH,
                f"The run was of another adapter of {request.name} than the one that is running.",
                running=self._catalog.digest(request.name),
            )
        certifications.check(request.verdicts)
        run = Certification(
            certification_id=ids.new("cert"),
            provider=request.name,
            adapter_digest=request.adapter_digest,
            verdicts=request.verdicts,
            tests_passed=request.tests_passed,
            test_count=request.test_count,
            environment=context.who.environment,
        )
        run.passed = certifications.passes(run)
        with idempotency.once(self._store, context) as (connection, answer):
            certifications.create(connection, context, run)
            audit.record(connection, context, run.certification_id)
            return answer(run.certification_id, api.RecordCertificationResponse(certification=run))

    def ListCertifications(
        self, request: api.ListCertificationsRequest, _: grpc.ServicerContext
    ) -> api.ListCertificationsResponse:
        """A page of certification runs, the newest first."""
        context = contexts.current()
        self._catalog.manifest(request.name)
        page = self._tokens.page(context, request)
        with self._store.mine() as connection:
            runs, more = certifications.page(connection, context, request.name, page)
        following = self._tokens.next(context, request, runs[-1].certification_id) if more else ""
        return api.ListCertificationsResponse(certifications=runs, next_page_token=following)

    def _shown(self, connection: Connection, context: Context, names: Sequence[str]) -> list[provider_pb2.Provider]:
        """Providers as the caller's company sees them."""
        standings = stage_repository.of(connection, context, *names)
        passed = certifications.passed(connection, context, {name: self._catalog.digest(name) for name in names})
        tests = disaster_tests.latest(connection, context, names)
        shown = []
        for name in names:
            provider = provider_pb2.Provider()
            provider.CopyFrom(self._catalog.described(name))
            provider.adapter_digest = self._catalog.digest(name)
            provider.certified = name in passed
            provider.stage = standings[name].stage
            provider.provider_stage_id = standings[name].provider_stage_id
            if (time := standings[name].update_time) is not None:
                provider.stage_update_time.FromDatetime(time)
            if name in tests and tests[name].date >= provider.last_disaster_test.date:
                provider.last_disaster_test.CopyFrom(tests[name])
            shown.append(provider)
        return shown

    def _check(
        self, connection: Connection, context: Context, name: str, before: Standing, after: "ProviderStage.ValueType"
    ) -> None:
        """Raise unless a provider may go to another stage."""
        stages.check_move(name, before.stage, after, stages.of_word(self._catalog.manifest(name).facts.stage))
        if stages.needs_certification(before.stage, after):
            digest = self._catalog.digest(name)
            if name not in certifications.passed(connection, context, {name: digest}):
                raise fail(
                    reasons.ERROR_REASON_PROVIDER_NOT_CERTIFIED,
                    f"The adapter of {name} that is running has no passing certification run as its last one.",
                    running=digest,
                )
        if after == stages.RETIRED and (left := stage_repository.references(connection, context, name)):
            raise _in_use(name, left)

    def _move(
        self, connection: Connection, context: Context, before: Standing, request: api.SetProviderStageRequest
    ) -> None:
        after = stage_repository.put(connection, context, request.name, request.stage, before.revision + 1)
        changed = provider_event_pb2.ProviderStageChanged(
            provider=request.name, stage=after.stage, previous_stage=before.stage, reason=request.reason
        )
        events.publish(connection, context, after.provider_stage_id, after.revision, changed)
        stage_repository.bring_back(connection, context)


def _in_use(name: str, left: References) -> Failure:
    return fail(
        reasons.ERROR_REASON_PROVIDER_IN_USE,
        f"{name} is still in use: {left.routes} routes name it, {left.resources} things that it has are open, "
        f"{left.webhooks} webhooks of it are unread.",
        routes=str(left.routes),
        open=str(left.resources),
        webhooks=str(left.webhooks),
    )
