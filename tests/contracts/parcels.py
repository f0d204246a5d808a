"""A small contract to change: parcels, which Corridor does not send. Each test replaces a few words of it."""

from datetime import date
from pathlib import Path

from server.cli.contracts import ROOT
from server.cli.contracts.review import compiling
from server.cli.contracts.review.model import Side

TODAY = date(2026, 11, 21)

FILE = "corridor/parcels/v1/parcel_service.proto"

TEXT = """syntax = "proto3";

package corridor.parcels.v1;

import "buf/validate/validate.proto";
import "corridor/options/v1/field.proto";
import "corridor/options/v1/method.proto";
import "google/api/annotations.proto";

// ParcelService sends parcels.
service ParcelService {
  // GetParcel reads a parcel.
  //
  // It changes nothing.
  rpc GetParcel(GetParcelRequest) returns (GetParcelResponse) {
    option (google.api.http) = {get: "/v1/parcels/{parcel_id}"};
    option (corridor.options.v1.policy) = {
      scopes: "parcels:read"
      idempotency: IDEMPOTENCY_RULE_NONE
      deadline: {seconds: 2 nanos: 500000000}
    };
  }
}

// GetParcelRequest asks for one parcel.
message GetParcelRequest {
  reserved 7 to 9;
  reserved "old";
  // Which parcel.
  string parcel_id = 1 [(buf.validate.field).string.max_len = 40];
  // Whose it is.
  string owner = 2 [(corridor.options.v1.sensitivity) = SENSITIVITY_PERSONAL];
}

// GetParcelResponse holds it.
message GetParcelResponse {
  // What it weighs.
  int32 weight_grams = 1;
  // Words on it.
  map<string, string> labels = 2;
  // Where it goes.
  oneof target {
    // To a door.
    string door = 3;
    // To a box.
    string box = 4;
  }
  // How it goes.
  Speed speed = 5;
  // Where it was.
  Stop stop = 6;

  // Stop is a place.
  message Stop {
    // Its name.
    string name = 1;
    // Its number.
    optional int32 number = 2;
  }
}

// Speed is how fast it goes.
enum Speed {
  // Not a speed.
  SPEED_UNSPECIFIED = 0;
  // Slow.
  SPEED_SLOW = 1;
  // Fast.
  SPEED_FAST = 2;
}
"""


def folder(top: Path, text: str = TEXT, **more: str) -> Path:
    """A checkout with the parcels, the options that they use, and further files of the package by name."""
    for name, content in texts(text, **more).items():
        path = top / "proto" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


def texts(text: str = TEXT, **more: str) -> dict[str, bytes]:
    """The same, by name."""
    options = sorted((ROOT / "proto" / "corridor" / "options" / "v1").glob("*.proto"))
    return {
        **{f"corridor/options/v1/{path.name}": path.read_bytes() for path in options},
        **{f"corridor/parcels/v1/{name}.proto": content.encode() for name, content in more.items()},
        FILE: text.encode(),
    }


def side(title: str, text: str = TEXT, **more: str) -> Side:
    """The same, compiled."""
    written = texts(text, **more)
    return Side(title, compiling.compiled(title, written), {name: found.decode() for name, found in written.items()})


def changed(*replaced: tuple[str, str]) -> str:
    """The parcels with words replaced, each of which has to be there."""
    text = TEXT
    for old, new in replaced:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
