"""The catalogue: which providers this installation can talk to. Discovery fills it; manifests describe them."""

from collections.abc import Mapping

import grpc

from adapters.kit.discovery import Provider
from adapters.kit.manifest import Manifest
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import provider_pb2
from corridor.providers.v1 import provider_service_pb2 as api
from corridor.type.v1 import environment_pb2
from server.kit import context as contexts
from server.kit.errors import fail
from server.kit.paging import PageTokens

ENVIRONMENTS: Mapping[int, str] = {
    environment_pb2.ENVIRONMENT_SANDBOX: "sandbox",
    environment_pb2.ENVIRONMENT_LIVE: "live",
}


class Catalog:
    """What manifests say, by the provider's name."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    def names(self) -> list[str]:
        """Every provider's name, in order."""
        return sorted(self._providers)

    def manifest(self, name: str) -> Manifest:
        """A provider's manifest. Raises PROVIDER_NOT_FOUND."""
        provider = self._providers.get(name)
        if provider is None:
            raise fail(reasons.ERROR_REASON_PROVIDER_NOT_FOUND, "There is no such provider.")
        return provider.manifest

    def base_url(self, name: str, environment: int) -> str:
        """Where a provider is reached in an environment. Raises PROVIDER_NOT_FOUND where it is not reached at all."""
        found = self.manifest(name).base_urls.get(ENVIRONMENTS[environment])
        if found is None:
            raise fail(
                reasons.ERROR_REASON_PROVIDER_NOT_FOUND,
                f"The provider cannot be reached in the {ENVIRONMENTS[environment]} environment.",
            )
        return found

    def covers(self, name: str, domain: str, rail: int) -> bool:
        """Whether a provider serves a domain by a rail; for no particular rail, whether it serves the domain at all."""
        provider = self._providers.get(name)
        covered = provider.manifest.coverage.get(domain) if provider else None
        return covered is not None and (not rail or rail in covered.rails)

    def webhook_credential(self, name: str) -> str:
        """The name of the credential by which a provider signs webhooks; empty if it signs none."""
        provider = self._providers.get(name)
        credential = provider.manifest.webhook_secret if provider else None
        return credential.name if credential else ""


class ProviderServicer:
    """ProviderService: the same catalogue for every company."""

    def __init__(self, tokens: PageTokens, catalog: Catalog) -> None:
        self._tokens = tokens
        self._catalog = catalog

    def GetProvider(self, request: api.GetProviderRequest, _: grpc.ServicerContext) -> api.GetProviderResponse:
        """One provider."""
        return api.GetProviderResponse(provider=_provider(self._catalog.manifest(request.name)))

    def ListProviders(self, request: api.ListProvidersRequest, _: grpc.ServicerContext) -> api.ListProvidersResponse:
        """A page of providers, by name."""
        context = contexts.current()
        page = self._tokens.page(context, request)
        names = [name for name in self._catalog.names() if page.after is None or name > page.after]
        shown = names[: page.size]
        following = self._tokens.next(context, request, shown[-1]) if len(names) > page.size else ""
        providers = [_provider(self._catalog.manifest(name)) for name in shown]
        return api.ListProvidersResponse(providers=providers, next_page_token=following)


def _provider(manifest: Manifest) -> provider_pb2.Provider:
    return provider_pb2.Provider(
        name=manifest.name,
        title=manifest.title,
        docs_url=manifest.docs if "://" in manifest.docs else "",  # a provider of ours is documented beside its code
        api_version=manifest.api_version,
        status=provider_pb2.ProviderStatus.Value(f"PROVIDER_STATUS_{manifest.status.upper()}"),
        coverage=[
            provider_pb2.Coverage(
                domain=covered.domain,
                rails=covered.rails,
                currency_codes=covered.currencies,
                final=covered.final,
                gaps=covered.gaps,
            )
            for _, covered in sorted(manifest.coverage.items())
        ],
        credentials=[
            provider_pb2.CredentialField(
                name=credential.name, title=credential.title, secret=credential.secret, optional=credential.optional
            )
            for credential in manifest.credentials
        ],
        environments=[name for name in ENVIRONMENTS.values() if name in manifest.base_urls],
    )
