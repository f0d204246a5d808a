"""What is seen of one Python file: which fields it reads and writes, and which messages it makes."""

import pytest

from server.cli.contracts.review.touched_contract import Graph
from server.cli.contracts.review.touched_syntax import Names, read_file
from tests.contracts import parcels

PACKAGE = "corridor.parcels.v1"
IMPORTS = (
    "from corridor.parcels.v1 import parcel_service_pb2 as api\n"
    "from corridor.parcels.v1.parcel_service_pb2 import GetParcelResponse, SPEED_SLOW\n"
)


@pytest.fixture(scope="module")
def names() -> Names:
    """The parcels, as Python knows them."""
    return Names.of(Graph(parcels.side("parcels")))


@pytest.mark.parametrize(
    ("code", "field", "done"),
    [
        ("def f(it: GetParcelResponse):\n    return it.speed", "GetParcelResponse.speed", {"reads"}),
        ("def f(it: api.GetParcelResponse):\n    it.speed = 1", "GetParcelResponse.speed", {"writes"}),
        ("def f(it: 'GetParcelResponse | None'):\n    it.speed += 1", "GetParcelResponse.speed", {"writes"}),
        ("it = GetParcelResponse(speed=1)", "GetParcelResponse.speed", {"writes"}),
        ("it = api.GetParcelResponse(speed=1)\nit.door", "GetParcelResponse.door", {"reads"}),
        ("it: GetParcelResponse = found()\nit.door", "GetParcelResponse.door", {"reads"}),
        (
            "def f(all: list[GetParcelResponse]):\n    for it in all:\n        it.door",
            "GetParcelResponse.door",
            {"reads"},
        ),
        (
            "def f(all: list[GetParcelResponse]):\n    return [it.door for it in all]",
            "GetParcelResponse.door",
            {"reads"},
        ),
        ("def made() -> GetParcelResponse: ...\nmade().door", "GetParcelResponse.door", {"reads"}),
        ("it = GetParcelResponse()\nit.labels.update(a='b')", "GetParcelResponse.labels", {"writes", "reads"}),
        ("it = GetParcelResponse()\nit.HasField('door')", "GetParcelResponse.door", {"reads"}),
        ("it = GetParcelResponse()\nit.ClearField('door')", "GetParcelResponse.door", {"writes"}),
        ("it = GetParcelResponse()\nit.WhichOneof('target')", "GetParcelResponse.box", {"reads"}),
        ("it = GetParcelResponse()\nit.stop.name", "GetParcelResponse.Stop.name", {"reads"}),
        ("it = GetParcelResponse.Stop(name='x')", "GetParcelResponse.Stop.name", {"writes"}),
        ("def f(x):\n    return x.get_parcel_request.owner", "GetParcelRequest.owner", {"reads"}),
        ("def f(self):\n    return self.owner", "GetParcelRequest.owner", None),
        ("def f(other: Other):\n    return other.speed", "GetParcelResponse.speed", None),
        ("it = GetParcelResponse()\n'speed'", "GetParcelResponse.speed", None),
    ],
)
def test_a_use_is_seen_where_the_type_is_told(names: Names, code: str, field: str, done: set[str] | None) -> None:
    found = read_file(f"{IMPORTS}{code}\n", names)

    seen = found.done.get(f"{PACKAGE}.{field}")
    assert done is seen is None or (seen is not None and done is not None and done >= seen > set())


def test_a_type_ends_with_its_function(names: Names) -> None:
    code = "def f(it: GetParcelResponse): ...\ndef g(it):\n    return it.door\n"

    assert f"{PACKAGE}.GetParcelResponse.door" not in read_file(IMPORTS + code, names).done


def test_a_message_is_made_or_only_named(names: Names) -> None:
    found = read_file(f"{IMPORTS}GetParcelResponse()\nkind = api.GetParcelRequest\n", names).done

    assert "makes" in found[f"{PACKAGE}.GetParcelResponse"]
    assert {"uses"} == found[f"{PACKAGE}.GetParcelRequest"]


@pytest.mark.parametrize(
    "code", ["x = SPEED_SLOW", "x = api.SPEED_SLOW", "x = api.Speed.SPEED_SLOW", "x = 'SPEED_SLOW'"]
)
def test_a_value_is_seen_however_it_is_named(names: Names, code: str) -> None:
    assert "SPEED_SLOW" in read_file(IMPORTS + code, names).words


def test_a_text_that_is_no_python_says_nothing(names: Names) -> None:
    assert {} == read_file("def (", names).done
