"""What a manifest says of addresses, credentials and promises by domain. No value that is given names another host."""

import copy
from typing import Any

import pytest

from adapters.kit.manifest import ManifestError, parse
from adapters.kit.manifest_access import Place
from tests.adapters.kit.test_manifest import GOOD, changed

PREFIX = {"name": "prefix", "title": "Prefix", "secret": False, "optional": True}
CERTIFICATE = {"name": "certificate", "title": "Certificate", "secret": True, "kind": "client_certificate"}
KEY = {"name": "key", "title": "Key", "secret": True, "kind": "client_key"}


def with_credentials(*more: dict[str, Any], **urls: Any) -> dict[str, Any]:
    """The good manifest with more credentials, and other live addresses."""
    values = copy.deepcopy(GOOD)
    values["credentials"] += copy.deepcopy(more)
    values["environments"]["live"] |= urls
    return values


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(ManifestError) as raised:
        parse(values, "example", "example/provider.toml")
    return str(raised.value)


def test_a_provider_can_have_more_hosts() -> None:
    values = with_credentials(hosts={"files": "https://files.example.com/"})

    manifest = parse(values, "example", "file")

    assert Place("https://api.example.com", {"files": "https://files.example.com"}) == manifest.place("live", {})
    assert Place("http://127.0.0.1:8090") == manifest.place("sandbox", {})


def test_a_credential_can_be_part_of_an_address() -> None:
    values = with_credentials(
        PREFIX, base_url="https://{prefix}-live.example.com/v1", hosts={"files": "https://files.example.com/{prefix}"}
    )

    manifest = parse(values, "example", "file")

    place = manifest.place("live", {"prefix": "1797-Acme"})
    assert Place("https://1797-Acme-live.example.com/v1", {"files": "https://files.example.com/1797-Acme"}) == place
    assert frozenset({"prefix"}) == manifest.places["live"].parameters
    assert frozenset() == manifest.places["sandbox"].parameters


@pytest.mark.parametrize("value", ["", "a.b", "evil.example/", "a/b", "a@b", "a:1", "a#", "a?", "é", "a\n", "a" * 64])
def test_a_value_cannot_name_another_host(value: str) -> None:
    manifest = parse(with_credentials(PREFIX, base_url="https://{prefix}.example.com"), "example", "file")

    assert manifest.place("live", {"prefix": value}) is None
    with pytest.raises(ValueError, match="address"):
        manifest.places["live"].of({"prefix": value})


@pytest.mark.parametrize(
    "url",
    [
        "https://{prefix}",
        "https://{prefix}/v1",
        "https://{prefix}.com",
        "https://api.{prefix}",
        "https://api.{prefix}.com",
        "https://{prefix}:443/",
        "https://{prefix}.example.com:{prefix}",
        "https://{PREFIX}.example.com",
    ],
)
def test_an_address_in_which_a_value_could_name_another_host_is_refused(url: str) -> None:
    assert "environments.live.base_url" in refusal(with_credentials(PREFIX, base_url=url))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (with_credentials(base_url="https://{prefix}.example.com"), "have no prefix that is not secret"),
        (with_credentials(base_url="https://{api_key}.example.com"), "have no api_key that is not secret"),
        (with_credentials(hosts={"files": "https://{nobody}.example.com"}), "have no nobody"),
        (with_credentials(hosts={"Files": "https://files.example.com"}), "environments.live.hosts.Files"),
        (with_credentials(hosts={"files": "http://files.example.com"}), "environments.live.hosts.files"),
        (with_credentials(CERTIFICATE), "need one client_certificate and one client_key"),
        (with_credentials(KEY), "need one client_certificate and one client_key"),
        (with_credentials(CERTIFICATE, KEY, {**KEY, "name": "second"}), "need one client_certificate"),
        (with_credentials(CERTIFICATE, {**KEY, "secret": False}), "that is not secret"),
        (with_credentials({**PREFIX, "kind": "password"}), "credentials[2].kind"),
    ],
)
def test_what_does_not_fit_together_is_refused(values: dict[str, Any], said: str) -> None:
    assert said in refusal(values)


def test_a_connection_presents_its_certificate_and_key() -> None:
    manifest = parse(with_credentials(CERTIFICATE, KEY), "example", "file")

    assert ("c", "k") == manifest.client_certificate({"certificate": "c", "key": "k", "api_key": "a"})
    assert manifest.client_certificate({"certificate": "c", "api_key": "a"}) is None


def test_a_promise_may_differ_by_domain() -> None:
    promise = {"carrier": "body:reference", "window_hours": 1, "on_mismatch": "original"}
    manifest = parse(changed("coverage.payouts.idempotency", promise), "example", "file")

    assert ("body:reference", 1.0) == (manifest.promise("payouts").carrier, manifest.promise("payouts").window_hours)
    assert manifest.idempotency == manifest.promise("payments") == manifest.promise("")


def test_a_promise_by_domain_is_read_as_strictly() -> None:
    values = changed("coverage.payouts.idempotency", {"carrier": "header:Key"})

    assert "coverage.payouts.idempotency.window_hours is missing" in refusal(values)


def test_a_domain_that_has_no_rails_leaves_them_out() -> None:
    manifest = parse(
        changed(
            "coverage.payments", {"currencies": ["EUR"], "final": False, "fx_lock": "none", "reversibility": "refund"}
        ),
        "example",
        "file",
    )

    assert () == manifest.coverage["payments"].rails


def test_payouts_go_by_a_rail() -> None:
    assert "coverage.payouts.rails is missing" in refusal(changed("coverage.payouts.rails", ...))
