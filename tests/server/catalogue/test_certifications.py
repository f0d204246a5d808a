"""Certification runs over gRPC: of the adapter that is running alone, judged by the server, and kept."""

from typing import Any

import pytest

from adapters.kit.discovery import providers
from adapters.kit.fingerprint import fingerprint
from corridor.providers.v1 import certification_pb2
from corridor.providers.v1 import provider_service_pb2 as api
from corridor.providers.v1.certification_pb2 import Certification, CertificationVerdict
from server.platform.providers import certifications, stages
from tests.server import people
from tests.server.catalogue.standing import (
    DISPROVED,
    NAME,
    TODO,
    VERIFIED,
    certify,
    move,
    provider,
    refusal,
    verdicts,
)
from tests.serving import LIVE, Client, Running

CLAIMED, EXEMPT = certification_pb2.VERDICT_KIND_CLAIMED, certification_pb2.VERDICT_KIND_EXEMPT


@pytest.fixture
def client(corridor: Running) -> Client:
    """A new company, live."""
    return corridor.client(environment=LIVE)


def runs(client: Client, **page: Any) -> list[Certification]:
    """The recorded runs, the newest first."""
    request = api.ListCertificationsRequest(name=NAME, **page)
    return list(client.call("ProviderService/ListCertifications", request).certifications)


def request(client: Client, **changes: Any) -> api.RecordCertificationRequest:
    """A run that passes, unless what is changed lets it not."""
    values = {"name": NAME, "adapter_digest": provider(client).adapter_digest, "verdicts": verdicts(),
              "tests_passed": True, "test_count": 60}  # fmt: skip
    return api.RecordCertificationRequest(**{**values, **changes})


def test_a_run_is_kept_as_it_was_found(client: Client) -> None:
    found = [
        *verdicts(),
        CertificationVerdict(rule="runbook", kind=EXEMPT, detail="Nobody depends on it."),
    ]

    made = certify(client, verdicts=found, test_count=321)

    assert [made] == runs(client)
    assert (NAME, True, True, 321, LIVE) == (
        made.provider,
        made.passed,
        made.tests_passed,
        made.test_count,
        made.environment,
    )
    assert found == list(made.verdicts)
    assert provider(client).certified


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, True),
        ({"tests_passed": False}, False),
        ({"test_count": 0}, False),
        ({"verdicts": [*verdicts(size=DISPROVED)]}, False),
        ({"verdicts": [*verdicts(same_key_once=TODO)]}, False),
        ({"verdicts": [*verdicts(same_key_once=0)]}, False),
        ({"verdicts": [*verdicts(same_key_once=CLAIMED, size=EXEMPT)]}, True),
        ({"verdicts": [*verdicts(), CertificationVerdict(rule="alerts", kind=TODO)]}, True),
        ({"verdicts": [*verdicts(), CertificationVerdict(rule="alerts", kind=DISPROVED)]}, False),
    ],
)
def test_the_server_judges_a_run(client: Client, changes: dict[str, Any], passed: bool) -> None:
    assert passed == certify(client, **changes).passed == provider(client).certified


def test_a_run_of_another_adapter_is_refused_and_not_kept(client: Client) -> None:
    running = provider(client).adapter_digest
    other = request(client, adapter_digest=running[:-1] + ("0" if running[-1] != "0" else "1"))

    refused = people.refused(client, "ProviderService/RecordCertification", other, key="r")

    assert ("CERTIFICATION_MISMATCH", {"running": running}) == (refused.reason, refused.metadata)
    assert [] == runs(client)


def test_a_run_of_the_adapter_before_it_was_changed_lets_nobody_go_on(corridor: Running, client: Client) -> None:
    certify(client)
    digests = corridor.parts.catalog._digests

    before = digests[NAME]
    digests[NAME] = "0" * 64
    try:
        refused = refusal(client, stages.CERTIFIED)
    finally:
        digests[NAME] = before

    assert "PROVIDER_NOT_CERTIFIED" == refused.reason
    assert stages.CERTIFIED == move(client, stages.CERTIFIED).stage


def test_the_last_run_decides(client: Client) -> None:
    certify(client)
    certify(client, tests_passed=False)

    assert not provider(client).certified
    assert [False, True] == [run.passed for run in runs(client)]


def test_the_same_key_records_once(client: Client) -> None:
    assert certify(client, key="once") == certify(client, key="once")
    assert 1 == len(runs(client))


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ([CertificationVerdict(rule="size", kind=VERIFIED)] * 2, "verdicts[1].rule"),
        ([CertificationVerdict(rule="lucky", kind=VERIFIED)], "verdicts[0].rule"),
        ([CertificationVerdict(rule="size")], "verdicts[0].kind"),
        ([], "verdicts"),
    ],
)
def test_a_run_names_each_rule_once(client: Client, found: list[CertificationVerdict], field: str) -> None:
    refused = people.refused(client, "ProviderService/RecordCertification", request(client, verdicts=found), key="r")

    assert ("INVALID_ARGUMENT", [field]) == (refused.reason, refused.fields)


def test_runs_come_in_pages(client: Client) -> None:
    made = [certify(client) for _ in range(3)]
    first = client.call("ProviderService/ListCertifications", api.ListCertificationsRequest(name=NAME, page_size=2))
    rest = runs(client, page_token=first.next_page_token)

    assert made[::-1] == [*first.certifications, *rest]


def test_runs_are_of_one_company_and_environment(corridor: Running) -> None:
    company_id = corridor.company()
    certify(corridor.client(company_id))

    for stranger in (corridor.client(company_id, LIVE), corridor.client()):
        assert [] == runs(stranger)


def test_recording_needs_the_scope_to_manage_providers(corridor: Running, client: Client) -> None:
    reader = corridor.client(scopes=["providers:read"])

    refused = people.refused(reader, "ProviderService/RecordCertification", request(client), key="r")

    assert "PERMISSION_DENIED" == refused.reason


def test_the_digest_is_of_what_the_adapter_does_and_not_of_its_documents(tmp_path: Any) -> None:
    folder = tmp_path / "acme"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "adapter.py").write_text("A = 1\n")
    before = fingerprint(folder)

    (folder / "README.md").write_text("# Acme\n")
    (folder / "__pycache__" / "adapter.cpython-311.pyc").write_bytes(b"1")
    assert before == fingerprint(folder)

    (folder / "adapter.py").write_text("A = 2\n")
    changed = fingerprint(folder)
    (folder / "adapter.py").write_text("A = 1\n")
    (folder / "words.json").write_text("{}")
    assert 3 == len({before, changed, fingerprint(folder)})


def test_the_catalogue_tells_the_digest_of_what_is_installed(client: Client) -> None:
    assert fingerprint(providers()[NAME].folder) == provider(client).adapter_digest


def test_what_has_to_pass_are_the_rules_for_beta() -> None:
    assert {"manifest-valid", "same-key-once", "failures-classified"} <= set(certifications.NEEDED)
    assert "alerts" not in certifications.NEEDED
