"""What a connection may be given, by rule: credentials, addresses, fees."""

import pytest

from adapters.kit.manifest import Credential
from corridor.providers.v1.connection_pb2 import ConnectionFee
from corridor.type.v1 import rail_pb2
from server.kit.errors import Failure
from server.platform.providers import credentials
from server.platform.webhooks.guard import Guard

NAMED = (
    Credential("account_id", "Account", secret=False, optional=False, webhook=False),
    Credential("api_key", "API key", secret=True, optional=False, webhook=False),
    Credential("webhook_secret", "Webhook secret", secret=True, optional=True, webhook=True),
)
PUBLIC = Guard(resolve=lambda host, port: ["203.0.114.7"])
INSIDE = Guard(resolve=lambda host, port: ["169.254.169.254"])
DEVELOPMENT = Guard(allow_private=True, resolve=lambda host, port: ["127.0.0.1"])


@pytest.mark.parametrize(
    "given", [{"account_id": "a", "api_key": "k"}, {"account_id": "a", "api_key": "k", "webhook_secret": "w"}]
)
def test_every_needed_credential_is_enough(given: dict[str, str]) -> None:
    credentials.check_credentials(NAMED, given)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, ["credentials.account_id", "credentials.api_key"]),
        ({"account_id": "a"}, ["credentials.api_key"]),
        ({"account_id": "a", "api_key": "k", "password": "hunter2"}, ["credentials.password"]),
        ({"account_id": "a", "apikey": "k"}, ["credentials.api_key", "credentials.apikey"]),
    ],
)
def test_missing_and_unknown_credentials_are_named(given: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(Failure) as failed:
        credentials.check_credentials(NAMED, given)

    assert "CREDENTIALS_INVALID" == failed.value.name
    assert fields == [violation.field for violation in failed.value.violations]
    assert "hunter2" not in str(failed.value.status())


def test_only_values_that_are_not_secret_are_settings() -> None:
    given = {"account_id": "a", "api_key": "k", "webhook_secret": "w"}

    assert {"account_id": "a"} == credentials.settings(NAMED, given)


@pytest.mark.parametrize("url", ["https://api.example.com", "https://api.example.com/v2/", "https://203.0.114.7:8443"])
def test_a_public_address_may_stand_in_for_the_manifests_in_the_sandbox(url: str) -> None:
    credentials.check_base_url(url, PUBLIC, live=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8090", "http://[::1]:80/v1", "http://localhost:8090"])
def test_an_address_of_this_machine_is_for_development(url: str) -> None:
    credentials.check_base_url(url, DEVELOPMENT, live=False)

    with pytest.raises(Failure, match="INVALID_ARGUMENT"):
        credentials.check_base_url(url, PUBLIC, live=False)


def test_a_name_that_leads_inside_is_refused() -> None:
    with pytest.raises(Failure, match="not public"):
        credentials.check_base_url("https://metadata.example.com", INSIDE, live=False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "file:///etc/passwd",
        "example.com",
        "//example.com",
        "https://",
        "https://:443",
        "https://user:password@example.com",
        "https://example.com?key=1",
        "https://example.com?",
        "https://example.com#part",
        "https://example.com:port",
        "https://example.com:0",
        "https://example.com:99999",
        "https://exam ple.com",
        "https://example.com\n",
        "http://[::1",
        "https://ex\u00e4mple.com",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(Failure, match="INVALID_ARGUMENT"):
        credentials.check_base_url(url, DEVELOPMENT, live=False)


def test_the_live_address_is_the_manifests_alone() -> None:
    with pytest.raises(Failure, match="manifest"):
        credentials.check_base_url("https://api.example.com", PUBLIC, live=True)


@pytest.mark.parametrize(
    "fees",
    [
        [ConnectionFee(currency_code="QQQ", fixed_minor=1)],
        [ConnectionFee(currency_code="EUR", fixed_minor=1), ConnectionFee(currency_code="EUR", fixed_minor=2)],
    ],
    ids=["unknown currency", "one fee twice"],
)
def test_fees_that_cannot_be_charged_are_refused(fees: list[ConnectionFee]) -> None:
    with pytest.raises(Failure, match="INVALID_ARGUMENT"):
        credentials.check_fees(fees)


def test_fees_differ_by_rail_and_currency() -> None:
    credentials.check_fees(
        [
            ConnectionFee(currency_code="EUR"),
            ConnectionFee(currency_code="USD"),
            ConnectionFee(currency_code="EUR", rail=rail_pb2.RAIL_SEPA),
        ]
    )
