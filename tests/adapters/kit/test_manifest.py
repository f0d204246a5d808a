"""A manifest is read strictly: every error names file and key."""

import copy
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from adapters.kit.manifest import ManifestError, Settlement, parse, read
from adapters.kit.quality import RULES
from corridor.type.v1.rail_pb2 import Rail

GOOD = tomllib.loads("""
title = "Example"
docs = "https://example.com/docs"
api_version = "v1"
status = "experimental"
regions = ["us"]
stage = "certified"
[owners]
contract = "payments"
technical = "integrations"
[subprocessors]
source = "https://example.com/subprocessors"
names = ["Hosting Ltd"]
[[data_flows]]
data = "bank accounts"
direction = "out"
purpose = "to pay"
region = "us"
[environments.sandbox]
base_url = "http://127.0.0.1:8090/"
[environments.live]
base_url = "https://api.example.com"
[[credentials]]
name = "api_key"
title = "API key"
secret = true
[[credentials]]
name = "hook_key"
title = "Webhook key"
secret = true
webhook = true
optional = true
[idempotency]
carrier = "header:Idempotency-Key"
window_hours = 24
on_mismatch = "error"
[limits]
timeout_seconds = 20
[failures]
not_processed = ["503:capacity", "520"]
[coverage.payouts]
rails = ["ach", "rtp"]
currencies = ["USD"]
final = false
reversibility = "until_processed"
fx_lock = "none"
[coverage.payouts.settlement.ach]
days = 1
cut_off = "16:45"
timezone = "America/New_York"
calendar = "US"
[coverage.payouts.settlement.rtp]
days = 0
[quality]
""")
GOOD["quality"] = {name: "done" for name, (level, _) in RULES.items() if level == "experimental"}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good manifest with one value changed, or taken away by `...`."""
    values = copy.deepcopy(GOOD)
    place: Any = values
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return values


def test_a_good_manifest_says_what_it_says() -> None:
    manifest = parse(GOOD, "example", "example/provider.toml")

    assert ("example", "Example", "experimental") == (manifest.name, manifest.title, manifest.status)
    assert {"sandbox": "http://127.0.0.1:8090", "live": "https://api.example.com"} == manifest.base_urls
    assert manifest.webhook_secret is not None
    assert ("hook_key", True) == (manifest.webhook_secret.name, manifest.webhook_secret.optional)
    assert ("header:Idempotency-Key", 24.0, "error") == (
        manifest.idempotency.carrier,
        manifest.idempotency.window_hours,
        manifest.idempotency.on_mismatch,
    )
    assert (20.0, float("inf")) == (manifest.limits.timeout_seconds, manifest.limits.requests_per_second)
    assert frozenset({"503:capacity", "520"}) == manifest.not_processed
    payouts = manifest.coverage["payouts"]
    assert ((Rail.RAIL_ACH, Rail.RAIL_RTP), ("USD",), False) == (payouts.rails, payouts.currencies, payouts.final)
    assert Settlement(1, time(16, 45), "America/New_York", "US") == payouts.settlement[Rail.RAIL_ACH]
    assert Settlement(0) == payouts.settlement[Rail.RAIL_RTP]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("title", ..., "title is missing"),
        ("title", "", "title"),
        ("title", 5, "title must be text"),
        ("colour", "red", "colour is not a key"),
        ("limits.burst", 5, "limits.burst is not a key"),
        ("limits.timeout_seconds", 0, "limits.timeout_seconds"),
        ("limits.timeout_seconds", True, "limits.timeout_seconds"),
        ("limits.requests_per_second", "many", "limits.requests_per_second"),
        ("status", "great", "status"),
        ("status", "stable", "quality has 'same-key-once' neither"),
        ("docs", "ftp://x", "docs"),
        ("owners", ["payments"], "owners must be a table"),
        ("environments", {}, "environments.sandbox"),
        ("environments.staging", {"base_url": "https://x"}, "environments.staging is not a key"),
        ("environments.live.base_url", "http://api.example.com", "environments.live.base_url"),
        ("environments.sandbox.base_url", "http://api.example.com", "environments.sandbox.base_url"),
        ("environments.live.base_url", "https://user@api.example.com", "environments.live.base_url"),
        ("credentials.0.name", "API key", "credentials[0].name"),
        ("credentials.1.name", "api_key", "credentials[1].name"),
        ("credentials.1.secret", False, "credentials[1].webhook"),
        ("credentials.0.webhook", True, "credentials names more than one"),
        ("credentials.0.secret", "yes", "credentials[0].secret"),
        ("idempotency.carrier", "cookie:x", "idempotency.carrier"),
        ("idempotency.window_hours", ..., "idempotency.window_hours is missing"),
        ("idempotency.on_mismatch", "shrug", "idempotency.on_mismatch"),
        ("failures.not_processed", ["200"], "failures.not_processed"),
        ("coverage.payouts.rails", ["ach", "pigeon"], "coverage.payouts.rails has 'pigeon'"),
        ("coverage.payouts.rails", ["RAIL_ACH"], "coverage.payouts.rails"),
        ("coverage.payouts.rails", ["unspecified"], "coverage.payouts.rails"),
        ("coverage.payouts.currencies", ["USD", "ZZZ"], "coverage.payouts.currencies has 'ZZZ'"),
        ("coverage.payouts.currencies", ["XXX"], "coverage.payouts.currencies"),
        ("coverage.payouts.final", ..., "coverage.payouts.final is missing"),
        ("coverage.payouts.settlement.sepa", {"days": 1}, "coverage.payouts.settlement.sepa is not a key"),
        ("coverage.payouts.settlement.ach.cut_off", "25:00", "coverage.payouts.settlement.ach.cut_off"),
        ("coverage.payouts.settlement.ach.timezone", "Mars/Base", "coverage.payouts.settlement.ach.timezone"),
        ("coverage.payouts.settlement.ach.timezone", ..., "coverage.payouts.settlement.ach.timezone is missing"),
        ("coverage.payouts.settlement.ach.calendar", "Moon", "coverage.payouts.settlement.ach.calendar"),
        ("quality.sparkle", "done", "quality names 'sparkle'"),
        ("quality.size", "mostly", "quality.size"),
        ("quality.size", "todo", "quality has 'size' neither"),
        ("quality.size", {"exempt": ""}, "quality.size.exempt"),
        ("quality.size", {"because": "x"}, "quality.size.exempt is missing"),
    ],
)
def test_a_wrong_manifest_is_refused_with_file_and_key(path: str, value: Any, named: str) -> None:
    with pytest.raises(ManifestError) as wrong:
        parse(changed(path, value), "example", "example/provider.toml")

    assert f"example/provider.toml: {named}" in str(wrong.value)


def test_an_exemption_carries_its_reason() -> None:
    manifest = parse(changed("quality.size", {"exempt": "It is large."}), "example", "file")

    assert "It is large." == manifest.quality["size"].reason  # type: ignore[union-attr]  # an exemption


def test_a_provider_without_idempotency_promises_nothing() -> None:
    manifest = parse(changed("idempotency", {"carrier": "none"}), "example", "file")

    assert (0.0, "none") == (manifest.idempotency.window_hours, manifest.idempotency.on_mismatch)


def test_a_file_that_is_not_toml_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    folder.mkdir()
    (folder / "provider.toml").write_text("title = ")

    with pytest.raises(ManifestError, match=r"example/provider\.toml: not TOML"):
        read(folder / "provider.toml")


def test_a_folder_that_cannot_be_a_name_is_refused() -> None:
    with pytest.raises(ManifestError):
        parse(GOOD, "My-Provider", "file")
