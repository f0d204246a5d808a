"""Conditions and parts of updates, closely: what an `If-Match` names (RFC 9110, 13.1.1), and what a mask does not hide.

A condition means the same when it is sent and when it was kept with a call that waits for approval.
"""

import re
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool

from corridor.payouts.v1.payout_service_pb2 import GetPayoutRequest
from corridor.vault.v1 import data_policy_service_pb2 as vault
from corridor.vault.v1.data_policy_pb2 import DataPolicy
from server.interceptors import validation
from server.kit import contract, etags, versions
from server.kit.contract import Method
from server.kit.errors import Failure
from server.store import idempotency
from tests.server.usage import trials
from tests.serving import Running

JARS = """
syntax = "proto3";
package corridor.jars.v1;
import "buf/validate/validate.proto";
import "corridor/options/v1/method.proto";
import "google/api/annotations.proto";
import "google/protobuf/field_mask.proto";
service JarService {
  rpc UpdateJar(UpdateJarRequest) returns (UpdateJarRequest) {
    option (google.api.http) = {put: "/v1/jar" body: "jar"};
    option (corridor.options.v1.policy) = {scopes: "usage:read" idempotency: IDEMPOTENCY_RULE_OPTIONAL
      deadline: {seconds: 5} audit: "jar.update" rate_class: RATE_CLASS_READ};
  }
}
message Size {
  option (buf.validate.message).cel = {id: "size" message: "rises" expression: "this.least <= this.most"};
  int32 least = 1;
  int32 most = 2;
}
message Jar { string title = 1; Size size = 2; }
message UpdateJarRequest { Jar jar = 1; google.protobuf.FieldMask update_mask = 2; }
"""
HERE = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'"{HERE}"', {HERE}),
        (HERE, {HERE}),
        (f'"a" , "{HERE}"', {"a", HERE}),
        (f', "{HERE}",, "a",', {HERE, "a"}),  # RFC 9110, 5.6.1.2: empty elements of a list say nothing
        (f'W/"{HERE}"', set()),
        ("*", {etags.ANY}),
        ('"*"', set()),  # an etag of that word, and no etag of ours is
    ],
)
def test_etags_are_read(text: str, expected: set[str]) -> None:
    assert expected == etags.read(text)


@pytest.mark.parametrize("text", ["", ",", f'*, "{HERE}"', f'"{HERE}", *', '"a" "b"', '"a'])
def test_what_is_no_list_of_etags_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        etags.read(text)


@pytest.mark.parametrize("text", [f'"x,{HERE}"', f'"x,{HERE},y"', 'W/"a"', f'"{HERE}", "a"', "*"])
def test_a_condition_that_waited_for_approval_matches_nothing_more_than_before(text: str) -> None:
    sent = etags.read(text)
    kept = idempotency.if_match_of(idempotency.fingerprint(GetPayoutRequest(), b"secret", if_match=sent))

    assert kept is not None
    assert [tag in sent for tag in (HERE, etags.ANY)] == [tag in kept for tag in (HERE, etags.ANY)]


def test_conditions_that_are_sent_one_by_one_are_one_list(corridor: Running) -> None:
    client = corridor.client()
    metadata = [("authorization", f"Bearer {client.key}"), ("if-match", f'"{HERE}"'), ("if-match", "*")]
    with grpc.insecure_channel(corridor.address) as channel:
        update = channel.unary_unary(
            "/corridor.vault.v1.DataPolicyService/UpdateDataPolicy",
            request_serializer=vault.UpdateDataPolicyRequest.SerializeToString,
            response_deserializer=vault.UpdateDataPolicyResponse.FromString,
        )
        with pytest.raises(grpc.RpcError) as refused:
            update(vault.UpdateDataPolicyRequest(data_policy=DataPolicy()), metadata=metadata, timeout=10.0)

    assert grpc.StatusCode.INVALID_ARGUMENT == refused.value.code()


@pytest.fixture(scope="module")
def jars() -> Method:
    """An update whose parts have a rule between them, which no shipped one has."""
    versions.load(trials.compiled(JARS, "corridor/jars/v1/jar_service.proto"))
    service = descriptor_pool.Default().FindServiceByName("corridor.jars.v1.JarService")
    return contract.method_of(service.methods[0])


@pytest.mark.parametrize(("path", "refused"), [("size.least", ["jar.size"]), ("size", ["jar.size"]), ("title", [])])
def test_a_rule_between_fields_is_kept_by_who_changes_one_of_them(jars: Method, path: str, refused: list[str]) -> None:
    request: Any = jars.request()
    request.update_mask.paths.append(path)
    merged: Any = jars.request()
    merged.jar.size.least = 2

    found = []
    try:
        validation.check_merged(jars, request, merged)
    except Failure as failure:
        found = [each.field for each in failure.violations]
    assert refused == found
