"""What is new is told once, with what it holds."""

import pytest

from server.cli.contracts.review import added
from server.cli.contracts.review.model import Change, Side, Verdict
from tests.contracts.parcels import changed, side

BOXES = """message GetBoxRequest { string box_id = 1; string a = 2; }
message GetBoxResponse {}
service BoxService {
  rpc GetBox(GetBoxRequest) returns (GetBoxResponse) { option (google.api.http) = {get: "/v1/boxes/{box_id}"}; }
  rpc Internal(GetBoxRequest) returns (GetBoxResponse);
}
enum Size { SIZE_UNSPECIFIED = 0; }
extend google.protobuf.FieldOptions { string note = 90001; }
"""
NEXT = changed(
    ("SPEED_FAST = 2;", "SPEED_QUICK = 2;\n  SPEED_SLOWEST = 3;"),
    ("string owner = 2 [", "repeated string tags = 3;\n  string holder = 2 ["),
    ("string name = 1;", "string name = 1;\n  oneof kind { string shop = 3; }"),
    ('import "google', 'import "google/protobuf/descriptor.proto";\nimport "google'),
)
CRATE = """syntax = "proto3";
package corridor.parcels.v1;
message Crate { string a = 1; }
message GetCrateRequest {}
service CrateService { rpc GetCrate(GetCrateRequest) returns (Crate); }
"""


@pytest.fixture(scope="module")
def found() -> list[Change]:
    other = "package corridor.other.v1;\nmessage Other { string a = 1; }"
    before, after = side("before"), side("after", NEXT + BOXES, crate=CRATE, other=f'syntax = "proto3";\n{other}')
    return list(added.changes(before, after))


def test_what_is_new_is_told_once_and_breaks_nobody(found: list[Change]) -> None:
    assert {
        ("PACKAGE_ADDED", "corridor.other.v1", "The package `corridor.other.v1` with 1 file, 1 message."),
        (
            "FILE_ADDED",
            "corridor/parcels/v1/crate.proto",
            "The file `corridor/parcels/v1/crate.proto` with 1 service, 1 RPC, 2 messages.",
        ),
        ("RPC_ADDED", "corridor.parcels.v1.CrateService.GetCrate", "`GetCrate` is called by gRPC alone."),
        ("SERVICE_ADDED", "corridor.parcels.v1.BoxService", "The service `BoxService` with 2 RPCs."),
        ("RPC_ADDED", "corridor.parcels.v1.BoxService.GetBox", "`GetBox` is called as `GET /v1/boxes/{box_id}`."),
        ("RPC_ADDED", "corridor.parcels.v1.BoxService.Internal", "`Internal` is called by gRPC alone."),
        ("MESSAGE_ADDED", "corridor.parcels.v1.GetBoxRequest", "The message `GetBoxRequest` with 2 fields."),
        ("MESSAGE_ADDED", "corridor.parcels.v1.GetBoxResponse", "The message `GetBoxResponse`."),
        ("ENUM_ADDED", "corridor.parcels.v1.Size", "The enum `Size` with 1 value."),
        ("OPTION_ADDED", "corridor.parcels.v1.note", "The option `note`."),
        ("ENUM_VALUE_ADDED", "corridor.parcels.v1.Speed.SPEED_SLOWEST", "Value 3, `SPEED_SLOWEST`."),
        (
            "FIELD_ADDED",
            "corridor.parcels.v1.GetParcelRequest.tags",
            "Field 3, `tags`, of type `repeated string`.",
        ),
        ("ONEOF_ADDED", "corridor.parcels.v1.GetParcelResponse.Stop.kind", "The oneof `kind`."),
        ("FIELD_ADDED", "corridor.parcels.v1.GetParcelResponse.Stop.shop", "Field 3, `shop`, of type `string`."),
    } == {(change.rule.id, change.element, change.detail) for change in found}
    assert {Verdict.ADDITIVE} == {change.judged for change in found}


def test_a_new_element_is_shown_as_it_is_written(found: list[Change]) -> None:
    tags = next(change for change in found if change.element.endswith(".tags"))

    assert ("", "// Whose it is.\nrepeated string tags = 3;") == (tags.before, tags.after)
    assert 33 == tags.after_place.line


def test_nothing_is_new_where_nothing_changes() -> None:
    same: Side = side("same")

    assert [] == list(added.changes(same, same))
