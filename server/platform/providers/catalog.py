"""The catalogue: which providers this installation can talk to. Discovery fills it; manifests describe them."""

from collections.abc import Mapping

from adapters.kit.discovery import Provider
from adapters.kit.fingerprint import fingerprint
from adapters.kit.manifest import Manifest, Place
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import provider_pb2
from corridor.type.v1 import environment_pb2
from server.kit.errors import fail
from server.platform.providers.description import described

ENVIRONMENTS: Mapping[int, str] = {
    environment_pb2.ENVIRONMENT_SANDBOX: "sandbox",
    environment_pb2.ENVIRONMENT_LIVE: "live",
}


class Catalog:
    """What manifests say, by the provider's name."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        # Of the files as they are when the process starts: what it runs, even if they change under it.
        self._digests = {name: fingerprint(provider.folder) for name, provider in providers.items()}
        self._described: dict[str, provider_pb2.Provider] = {}

    def names(self) -> list[str]:
        """Every provider's name, in order."""
        return sorted(self._providers)

    def manifest(self, name: str) -> Manifest:
        """A provider's manifest. Raises PROVIDER_NOT_FOUND."""
        provider = self._providers.get(name)
        if provider is None:
            raise fail(reasons.ERROR_REASON_PROVIDER_NOT_FOUND, "There is no such provider.")
        return provider.manifest

    def digest(self, name: str) -> str:
        """The digest of a provider's adapter as it runs. Raises PROVIDER_NOT_FOUND."""
        self.manifest(name)
        return self._digests[name]

    def described(self, name: str) -> provider_pb2.Provider:
        """A provider as the contract describes it, for every company alike. Raises PROVIDER_NOT_FOUND."""
        self.manifest(name)
        found = self._described.get(name)
        if found is None:
            found = self._described[name] = described(self._providers[name])
        return found

    def place(self, name: str, environment: int) -> Place:
        """Where a provider is reached in an environment. Raises PROVIDER_NOT_FOUND where it is not reached at all."""
        found = self.manifest(name).places.get(ENVIRONMENTS[environment])
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
