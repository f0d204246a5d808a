"""Reviews made by hand: of every verdict and kind, with owners, callers and an exception, and with hostile words."""

from datetime import date

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from server.cli.contracts.review.model import (
    Caller,
    Change,
    Exemption,
    Kind,
    Place,
    Review,
    Rule,
    Side,
    Touched,
    Verdict,
)

FILE = "corridor/parcels/v1/parcel.proto"

BEFORE = """message Parcel {
  // Which parcel.
  string parcel_id = 1;
  // What it weighs.
  int32 weight_grams = 2;
  // Whose it is.
  string owner = 3;
}
"""
AFTER = """message Parcel {
  // Which parcel.
  string parcel_id = 1;
  // What it weighs.
  int64 weight_grams = 2;
  // Where it is.
  string place = 4;
}
"""

BREAKS = Rule("FIELD_SAME_TYPE", Kind.WIRE, Verdict.BREAKING, "A type changed.", "Callers misread it.", "Add a field.")
WARNS = Rule("DEADLINE_SHORTENED", Kind.MEANING, Verdict.NOTICE, "Less time.", "Some calls fail.", "Go in steps.")
ADDS = Rule("FIELD_ADDED", Kind.SOURCE, Verdict.ADDITIVE, "A field was added.", "Nobody has to send it.", "")

CALLERS = (
    Caller("co_b", "live", "api_key", "key_b", "Post room", 12, "2026-11-20"),
    Caller("co_a", "sandbox", "oauth_client", "cli_a", "", 1, "2026-09-01"),
)

WEIGHT = "corridor.parcels.v1.Parcel.weight_grams"

EXEMPTION = Exemption("FIELD_SAME_TYPE", WEIGHT, "@parcels", "Nobody weighs.", date(2027, 1, 31))


def widened(**more: object) -> Change:
    """A field whose type became another one: breaking."""
    made = Change(
        BREAKS,
        WEIGHT,
        "The type was `int32` and is `int64`.",
        "int32 weight_grams = 2;",
        "int64 weight_grams = 2;",
        Place(FILE, 5),
        Place(FILE, 5),
        touched=Touched(("sandbox (reads)",), ("server/domains/parcels/flows.py (writes)",), ("parcel.sent (v1)",),
                        ("README.md:12",), CALLERS),
        owners=("@parcels",),
    )  # fmt: skip
    for name, value in more.items():
        setattr(made, name, value)
    return made


def shortened() -> Change:
    """An RPC with less time, which nobody has called: needs notice."""
    detail = "The deadline changed from 10 s to 3 s."
    return Change(WARNS, "corridor.carts.v1.CartService.FillCart", detail, "10 s", "3 s",
                  touched=Touched(callers=()), owners=("@carts",))  # fmt: skip


def added() -> Change:
    """A new field: additive."""
    return Change(ADDS, "corridor.parcels.v1.Parcel.place", "Field 4, `place`, of type `string`.", "",
                  "// Where it is.\nstring place = 4;", after_place=Place(FILE, 7), owners=("@parcels",))  # fmt: skip


def review(*changes: Change, days: int = 90) -> Review:
    """A review of these changes, with the texts of both sides."""
    before = Side("main", FileDescriptorSet(), {FILE: BEFORE})
    return Review(before, Side("branch", FileDescriptorSet(), {FILE: AFTER}), list(changes), days)
