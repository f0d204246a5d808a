"""`corridor adapter`: what it verifies, and that it refuses a claim that it can disprove."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.kit.discovery import Provider, providers
from adapters.kit.manifest import Idempotency
from adapters.kit.quality import RULES
from server.cli import adapter_checks
from server.cli.adapter import adapter
from server.cli.adapters.advice import ADVICE, next_tier


@pytest.fixture
def sandbox() -> Provider:
    return providers()["sandbox"]


def verdict(provider: Provider, rule: str) -> tuple[str, str]:
    return next((found, why) for name, found, why in adapter_checks.verdicts(provider) if name == rule)


def test_every_adapter_of_this_checkout_passes() -> None:
    done = CliRunner().invoke(adapter, ["check"])

    assert 0 == done.exit_code, done.output


def test_the_list_tells_status_and_ports() -> None:
    lines = CliRunner().invoke(adapter, ["list"]).stdout.splitlines()

    (sandbox,) = (line for line in lines if line.startswith("sandbox"))
    assert {"payouts", "refunds", "webhooks"} <= {word.rstrip(",") for word in sandbox.split()}


def test_an_adapter_that_does_not_exist_is_answered_with_those_that_do() -> None:
    done = CliRunner().invoke(adapter, ["check", "nobody"])

    assert 1 == done.exit_code
    assert "sandbox" in done.output


def test_a_file_that_is_too_long_disproves_the_size(sandbox: Provider, tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    shutil.copytree(sandbox.folder, folder)
    with (folder / "mapping.py").open("a") as file:
        file.write("\n" * 300)

    found, why = verdict(replace(sandbox, folder=folder), "size")

    assert "disproved" == found
    assert why.startswith("mapping.py has ")


def test_a_manifest_that_cannot_be_read_disproves_itself(sandbox: Provider, tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    (folder / "provider.toml").write_text('title = "Sandbox"\n')

    assert "disproved" == verdict(replace(sandbox, folder=folder), "manifest-valid")[0]


def test_a_provider_that_takes_no_key_cannot_claim_one_effect(sandbox: Provider) -> None:
    manifest = replace(sandbox.manifest, idempotency=Idempotency("none", 0, "none"))

    assert "disproved" == verdict(replace(sandbox, manifest=manifest), "same-key-once")[0]


def test_coverage_without_its_port_disproves_conformance(sandbox: Provider) -> None:
    covered = {**sandbox.manifest.coverage, "cards": sandbox.manifest.coverage["payouts"]}

    found = verdict(replace(sandbox, manifest=replace(sandbox.manifest, coverage=covered)), "conformance")

    assert ("disproved", "covers cards, for which there is no port") == found


def test_webhooks_without_a_secret_are_disproved(sandbox: Provider) -> None:
    manifest = replace(sandbox.manifest, credentials=sandbox.manifest.credentials[:1])

    assert "disproved" == verdict(replace(sandbox, manifest=manifest), "webhooks-verified")[0]


def test_what_only_tests_can_show_is_told_as_claimed(sandbox: Provider) -> None:
    assert "claimed" == verdict(sandbox, "lost-answer-found")[0]


@pytest.mark.parametrize("name", providers())
def test_what_is_left_for_the_next_tier_is_told_with_what_to_do(name: str) -> None:
    said = CliRunner().invoke(adapter, ["check", name]).output
    tier, left = next_tier(providers()[name])

    assert f"Left for {tier}" in said or f"Nothing is left for {tier}" in said
    assert all(rule in said and what in said for rule, what in left)


def test_every_rule_has_advice() -> None:
    assert RULES.keys() == ADVICE.keys()


def test_what_travels_is_judged_by_the_vendor_s_document(tmp_path: Path) -> None:
    order = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    answers = {"content": {"application/json": {"schema": order}}, "description": ""}
    body = {
        "content": {"application/json": {"schema": {"type": "object", "properties": {"amount": {"type": "string"}}}}}
    }
    paths = {"/v1/transfers": {"post": {"requestBody": body, "responses": {"201": answers}}}}
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps({"openapi": "3.0.0", "info": {"title": "", "version": ""}, "paths": paths}))

    done = CliRunner().invoke(adapter, ["check", "sandbox", "--spec", str(document)])

    assert 1 == done.exit_code
    assert "refused    POST /v1/transfers 201  POST /v1/transfers does not declare reference" in done.output
    assert "refused    GET /v1/transfers 200" in done.output


def test_a_document_needs_the_name_of_its_adapter(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")

    assert 2 == CliRunner().invoke(adapter, ["check", "--spec", str(tmp_path / "x.json")]).exit_code
