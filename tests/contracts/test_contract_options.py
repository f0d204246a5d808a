"""A side is read by its own descriptors: options as plain values, comments, places and texts."""

import pytest

from server.cli.contracts import image
from server.cli.contracts.review import compiling, options
from server.cli.contracts.review.elements import Is
from server.cli.contracts.review.model import Place, Side
from server.cli.contracts.review.options import Contracts
from tests.contracts.parcels import FILE, changed, side, texts

SERVICE = "corridor.parcels.v1.ParcelService"
REQUEST = "corridor.parcels.v1.GetParcelRequest"
RESPONSE = "corridor.parcels.v1.GetParcelResponse"


@pytest.fixture(scope="module")
def compiled() -> Side:
    return side("parcels")


@pytest.fixture(scope="module")
def parcels(compiled: Side) -> Contracts:
    return options.read(compiled)


@pytest.fixture(scope="module")
def bare(compiled: Side) -> Contracts:
    """The same without texts, comments and places, as a release keeps it."""
    return options.read(Side("release", image.read(image.for_release(compiled.image)), {}))


def test_elements_go_by_their_full_names(parcels: Contracts) -> None:
    ours = {
        name: element.kind for name, element in parcels.elements.items() if element.package == "corridor.parcels.v1"
    }

    assert Is.PACKAGE is ours["corridor.parcels.v1"]
    assert Is.FILE is ours[FILE]
    assert Is.RPC is ours[f"{SERVICE}.GetParcel"]
    assert Is.FIELD is ours[f"{RESPONSE}.Stop.number"]
    assert Is.ONEOF is ours[f"{RESPONSE}.target"]
    assert Is.VALUE is ours["corridor.parcels.v1.Speed.SPEED_SLOW"]
    assert not any("LabelsEntry" in name or "_number" in name for name in ours)


def test_options_are_plain_values(parcels: Contracts) -> None:
    rpc = parcels.elements[f"{SERVICE}.GetParcel"]

    assert {"get": "/v1/parcels/{parcel_id}"} == parcels.http(rpc)
    assert {
        "scopes": ("parcels:read",),
        "idempotency": "IDEMPOTENCY_RULE_NONE",
        "deadline": 2.5,
    } == parcels.policy(rpc)
    assert {"string": {"max_len": 40}} == parcels.rules(parcels.elements[f"{REQUEST}.parcel_id"])
    assert "SENSITIVITY_PERSONAL" == parcels.sensitivity(parcels.elements[f"{REQUEST}.owner"])


def test_an_option_that_a_side_does_not_have_is_absent(parcels: Contracts) -> None:
    rpc, field = parcels.elements[f"{SERVICE}.GetParcel"], parcels.elements[f"{REQUEST}.parcel_id"]

    assert () == parcels.errors(rpc)
    assert {} == parcels.stability(rpc)
    assert {} == parcels.stability(field)
    assert "" == parcels.sensitivity(field)
    assert "" == parcels.event(parcels.elements[REQUEST])


def test_an_option_is_read_as_the_side_declares_it() -> None:
    name = "corridor/options/v1/field.proto"
    other = texts(changed(("= SENSITIVITY_PERSONAL", '= "personal"')))
    other[name] = other[name].replace(b"Sensitivity sensitivity = 73102", b"string sensitivity = 73999")
    read = options.read(Side("other", compiling.compiled("other", other), {}))

    assert "personal" == read.sensitivity(read.elements[f"{REQUEST}.owner"])


def test_comments_places_and_texts_are_those_of_the_author(parcels: Contracts) -> None:
    rpc, field = parcels.elements[f"{SERVICE}.GetParcel"], parcels.elements[f"{RESPONSE}.Stop.number"]

    assert "GetParcel reads a parcel.\n\nIt changes nothing." == parcels.comment(rpc)
    assert Place(FILE, 15) == parcels.place(rpc)
    assert range(15, 23) == parcels.lines(rpc)
    assert "// Its number.\noptional int32 number = 2;" == parcels.text(field)


def test_without_texts_an_element_is_written_anew(bare: Contracts) -> None:
    assert not bare.commented
    assert "" == bare.comment(bare.elements[REQUEST])
    assert Place(FILE, 0) == bare.place(bare.elements[REQUEST])
    assert "message Stop {\n  string name = 1;\n  optional int32 number = 2;\n}" == bare.text(
        bare.elements[f"{RESPONSE}.Stop"]
    )
    assert "map<string, string> labels = 2;" == bare.text(bare.elements[f"{RESPONSE}.labels"])
    assert "rpc GetParcel(corridor.parcels.v1.GetParcelRequest) returns (corridor.parcels.v1.GetParcelResponse);" == (
        bare.text(bare.elements[f"{SERVICE}.GetParcel"])
    )


def test_a_long_text_is_cut_and_says_so() -> None:
    fields = "\n".join(f"  // One.\n  string f{number} = {number};" for number in range(10, 40))
    long = options.read(side("long", changed(("// Whose it is.", f"{fields}\n  // Whose it is."))))

    assert "… 29 more lines" == long.text(long.elements[REQUEST]).splitlines()[-1]


def test_what_both_sides_have_is_paired_where_its_file_differs(parcels: Contracts) -> None:
    after = options.read(side("after", changed(("// Whose it is.", "// Who owns it."))))

    pairs = list(options.common(parcels, after, Is.MESSAGE))
    assert [REQUEST, RESPONSE, f"{RESPONSE}.Stop"] == [before.name for before, _ in pairs]
    assert [] == list(options.common(parcels, parcels, Is.MESSAGE))


def test_what_one_side_has_speaks_for_its_parts(parcels: Contracts) -> None:
    after = options.read(
        side("after", changed(("// Speed is", "// X.\nmessage X {\n// A.\nstring a = 1;\n}\n// Speed is")))
    )

    assert ["corridor.parcels.v1.X"] == [element.name for element in options.only(after, parcels)]
    assert [] == list(options.only(parcels, after))
