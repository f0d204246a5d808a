"""The catalogue over gRPC: what manifests say, for callers."""

import pytest

from adapters.kit import discovery
from corridor.providers.v1 import provider_pb2
from corridor.providers.v1 import provider_service_pb2 as api
from corridor.type.v1 import rail_pb2
from server.platform.providers.catalog import Catalog
from tests.serving import Refused, Running


def test_a_provider_is_described_by_its_manifest(corridor: Running) -> None:
    found = corridor.client().call("ProviderService/GetProvider", api.GetProviderRequest(name="sandbox")).provider

    assert ("sandbox", "Sandbox", provider_pb2.PROVIDER_STATUS_BETA) == (found.name, found.title, found.status)
    assert ["sandbox"] == list(found.environments)
    coverage = {each.domain: each for each in found.coverage}
    assert rail_pb2.RAIL_SEPA in coverage["payouts"].rails
    assert ["create_payout", "look_up_payout", "cancel_payout"] == list(coverage["payouts"].operations)
    assert [("api_key", True, False), ("webhook_secret", True, False)] == [
        (credential.name, credential.secret, credential.optional) for credential in found.credentials
    ]


def test_every_installed_provider_is_listed_by_name(corridor: Running) -> None:
    client = corridor.client()

    names: list[str] = []
    token = ""
    while token or not names:
        page = client.call("ProviderService/ListProviders", api.ListProvidersRequest(page_size=1, page_token=token))
        names.extend(provider.name for provider in page.providers)
        token = page.next_page_token

    assert sorted(discovery.providers()) == names


def test_a_provider_that_is_not_installed_is_not_found(corridor: Running) -> None:
    with pytest.raises(Refused) as refused:
        corridor.client().call("ProviderService/GetProvider", api.GetProviderRequest(name="acme"))

    assert "PROVIDER_NOT_FOUND" == refused.value.reason


def test_coverage_is_by_domain_and_rail() -> None:
    catalog = Catalog(discovery.providers())

    assert catalog.covers("sandbox", "payouts", rail_pb2.RAIL_WIRE)
    assert catalog.covers("sandbox", "payouts", rail_pb2.RAIL_UNSPECIFIED)
    assert not catalog.covers("sandbox", "cards", rail_pb2.RAIL_UNSPECIFIED)
    assert not catalog.covers("acme", "payouts", rail_pb2.RAIL_WIRE)
