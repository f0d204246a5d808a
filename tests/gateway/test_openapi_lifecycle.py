"""What is deprecated says so in openapi.json: operations, parameters, fields; with their last day and replacement."""

from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from openapi_spec_validator import validate

from corridor.options.v1 import field_pb2, method_pb2
from gateway.contract import Contract
from gateway.openapi import document
from gateway.settings import contract_image

Json = dict[str, Any]

ENDS = method_pb2.Stability(
    level=method_pb2.STABILITY_LEVEL_DEPRECATED, deprecated_since="2026-11-21", sunset="2027-11-21"
)
TOLD = "Deprecated since 2026-11-21; refused from 2027-11-21 on. Use `"


def changed() -> bytes:
    """The contract, with an RPC, a field of a body, of an answer and of a query that end, and one that is beta."""
    image = FileDescriptorSet.FromString(contract_image().read_bytes())
    for file in image.file:
        for service in file.service:
            for method in service.method:
                if method.name == "CancelPayout":
                    policy = method.options.Extensions[method_pb2.policy]
                    policy.stability.CopyFrom(ENDS)
                    policy.stability.replacement = "corridor.payouts.v2.PayoutService.StopPayout"
        for message in file.message_type:
            for field in message.field:
                name = f"{message.name}.{field.name}"
                found = field.options.Extensions[field_pb2.field_stability]
                if name in ("CreatePayoutRequest.reference", "Payout.reference", "ListPayoutsRequest.states"):
                    found.CopyFrom(ENDS)
                    found.replacement = "corridor.payouts.v1.Payout.metadata"
                elif name == "CreatePayoutRequest.metadata":
                    found.level = method_pb2.STABILITY_LEVEL_BETA
                elif name == "QuotePayoutRequest.rail":
                    field.options.deprecated = True
                    field.options.ClearExtension(field_pb2.field_stability)
                else:
                    field.options.ClearExtension(field_pb2.field_stability)
    return image.SerializeToString()


@pytest.fixture(scope="module")
def api() -> Json:
    """Its document."""
    return document(Contract(changed()))


def test_it_is_valid_openapi(api: Json) -> None:
    validate(api)


def test_an_operation_says_what_comes_after_it(api: Json) -> None:
    cancel = api["paths"]["/v1/payouts/{payout_id}:cancel"]["post"]

    assert cancel["deprecated"] is True
    assert cancel["description"].endswith(f"{TOLD}corridor.payouts.v2.PayoutService.StopPayout` instead.")
    assert ("DEPRECATED", "2027-11-21") == (
        cancel["x-corridor-lifecycle"]["level"], cancel["x-corridor-lifecycle"]["sunset"],
    )  # fmt: skip


def test_a_field_of_a_body_and_of_an_answer_says_so(api: Json) -> None:
    for name in ("CreatePayoutRequest", "Payout"):
        reference = api["components"]["schemas"][name]["properties"]["reference"]
        assert reference["deprecated"] is True
        assert reference["description"].endswith(f"{TOLD}corridor.payouts.v1.Payout.metadata` instead.")


def test_a_parameter_says_so_itself(api: Json) -> None:
    parameters = api["paths"]["/v1/payouts"]["get"]["parameters"]
    states = next(each for each in parameters if each.get("name") == "states")

    assert states["deprecated"] is True
    assert "deprecated" not in states["schema"]


def test_answers_tell_by_header_fields(api: Json) -> None:
    def headers(path: str, verb: str) -> set[str]:
        return set(api["paths"][path][verb]["responses"]["200"]["headers"])

    assert {"Deprecation", "Sunset", "Link"} <= headers("/v1/payouts/{payout_id}:cancel", "post")
    assert {"Deprecation", "Corridor-Deprecated-Fields"} <= headers("/v1/payouts", "post")
    assert "Deprecation" not in headers("/v1/beneficiaries", "get")


def test_what_ends_can_be_refused_for_it(api: Json) -> None:
    def refusals(path: str, status: str) -> set[str]:
        answer = api["paths"][path]["post"]["responses"][status]
        return set(answer.get("content", {}).get("application/problem+json", {}).get("examples", {}))

    assert "METHOD_SUNSET" in refusals("/v1/payouts/{payout_id}:cancel", "410")
    assert "FIELD_SUNSET" in refusals("/v1/payouts", "400")
    assert "FIELD_SUNSET" not in refusals("/v1/payouts/{payout_id}:cancel", "400")


def test_what_may_still_change_says_so_and_is_not_deprecated(api: Json) -> None:
    metadata = api["components"]["schemas"]["CreatePayoutRequest"]["properties"]["metadata"]

    assert metadata["description"].endswith("Beta: this may still change incompatibly.")
    assert "deprecated" not in metadata


def test_protos_own_mark_is_enough(api: Json) -> None:
    rail = api["components"]["schemas"]["QuotePayoutRequest"]["properties"]["rail"]

    assert rail["deprecated"] is True
    assert rail["description"].endswith("Deprecated.")


def test_lists_say_how_they_go_on(api: Json) -> None:
    assert "payouts" == api["paths"]["/v1/payouts"]["get"]["x-corridor-paging"]["entries"]
    assert "x-corridor-paging" not in api["paths"]["/v1/payouts/{payout_id}"]["get"]


def test_every_tag_is_described_and_in_one_group(api: Json) -> None:
    grouped = [tag for group in api["x-tagGroups"] for tag in group["tags"]]

    assert [tag["name"] for tag in api["tags"]] == grouped
    assert all(tag["description"] and tag["x-displayName"] for tag in api["tags"])


def test_every_scope_of_an_operation_is_described(api: Json) -> None:
    flows = api["components"]["securitySchemes"]["oauth2"]["flows"]
    used = {
        s
        for item in api["paths"].values()
        for op in item.values()
        for way in op["security"]
        for s in way.get("oauth2", ())
    }

    assert used == set(flows["clientCredentials"]["scopes"])
    assert "`CreatePayout`" in flows["authorizationCode"]["scopes"]["payouts:create"]
