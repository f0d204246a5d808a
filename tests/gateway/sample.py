"""A contract with every kind of field, bound to the HTTP rules of a test's choice.

It is compiled beside the real contract, so that error catalogue and raw requests are the real ones.
"""

import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc

from gateway.contract import Contract
from gateway.settings import contract_image

_PROTO = """
syntax = "proto3";
package sample.v1;
import "google/api/annotations.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "corridor/type/v1/raw_request.proto";
import "corridor/type/v1/raw_response.proto";
service SampleService {
METHODS
}
enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; COLOUR_BLUE = 2; }
message Inner { string text = 1; int64 number = 2; repeated int32 numbers = 3; Inner again = 4; }
message Sample {
  string name = 1;
  string text = 2;
  int64 big = 3;
  int32 small = 4;
  bool flag = 5;
  double real = 6;
  bytes data = 7;
  Colour colour = 8;
  repeated string texts = 9;
  repeated Colour colours = 10;
  Inner inner = 11;
  repeated Inner inners = 12;
  map<string, Inner> by_name = 13;
  map<string, string> labels = 14;
  google.protobuf.Timestamp time = 15;
  google.protobuf.Duration wait = 16;
  google.protobuf.BoolValue maybe = 17;
  google.protobuf.FieldMask mask = 18;
  optional string chosen = 19;
  oneof either { string left = 20; Inner right = 21; }
  uint64 huge = 22;
  corridor.type.v1.RawRequest raw = 23;
  float half = 24;
  corridor.type.v1.RawResponse answer = 25;
}
"""


def sample_contract(*bindings: str) -> Contract:
    """The real contract with one method `M0`, `M1`, … of SampleService for each HTTP rule."""
    methods = "\n".join(
        f"rpc M{number}(Sample) returns (Sample) {{ option (google.api.http) = {{ {binding} }}; }}"
        for number, binding in enumerate(bindings)
    )
    base = contract_image().read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sample.proto").write_text(_PROTO.replace("METHODS", methods))
        (root / "base.binpb").write_bytes(base)
        arguments = [f"--descriptor_set_in={root / 'base.binpb'}", f"-I{root}", f"--descriptor_set_out={root / 'out'}"]
        include = Path(protoc.__file__).parent / "_proto"
        missing = ["google/protobuf/wrappers.proto"]
        extra = root / "extra.binpb"
        assert protoc.main(["", f"-I{include}", f"--descriptor_set_out={extra}", *missing]) == 0
        arguments[0] += f":{extra}"
        assert protoc.main(["", *arguments, "sample.proto"]) == 0
        image = descriptor_pb2.FileDescriptorSet.FromString(base)
        for file in (extra, root / "out"):
            image.file.extend(descriptor_pb2.FileDescriptorSet.FromString(file.read_bytes()).file)
    return Contract(image.SerializeToString())
