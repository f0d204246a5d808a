"""Each major version has an OpenAPI document of its own; the first one does not change when a second one comes."""

from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway import majors
from gateway.contract import Contract
from gateway.openapi import document
from tests.versions.conftest import Installed


@pytest.fixture(scope="module")
def both(second_version: Installed) -> Contract:
    """The contract with a second version of payouts."""
    return Contract.load(second_version.contract)


@pytest.fixture(scope="module")
def documents(both: Contract) -> dict[int, Any]:
    """The document of each version."""
    return {major: document(both, major=major) for major in majors.served(both)}


def test_the_first_document_says_the_same_as_without_a_second_version(
    documents: dict[int, Any], second_version: Installed
) -> None:
    image = FileDescriptorSet.FromString(second_version.contract.read_bytes())
    without = FileDescriptorSet(file=[file for file in image.file if file.package != "corridor.payouts.v2"])

    assert [1, 2] == [*documents]
    assert document(Contract(without.SerializeToString())) == documents[1]


def test_the_second_document_holds_the_paths_of_the_second_version_alone(documents: dict[int, Any]) -> None:
    second = documents[2]

    assert "v2" == second["info"]["version"]
    assert all(path.startswith("/v2/payouts") for path in second["paths"])
    assert {"arriving_amount", "phase"} <= second["components"]["schemas"]["Payout"]["properties"].keys()


def test_events_stand_in_the_newest_version_that_a_document_knows(documents: dict[int, Any]) -> None:
    told = {major: str(each["webhooks"]["payout.settled"]) for major, each in documents.items()}

    assert "corridor.payouts.v1.PayoutSettled" in told[1]
    assert "corridor.payouts.v2.PayoutSettled" in told[2]
    assert documents[1]["webhooks"].keys() == documents[2]["webhooks"].keys()
