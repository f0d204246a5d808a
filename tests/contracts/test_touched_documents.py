"""Which documents show an element of the parcels."""

import json
from pathlib import Path

import pytest

from server.cli.contracts.review.touched_contract import Graph
from server.cli.contracts.review.touched_documents import Documents
from tests.contracts import parcels

PACKAGE = "corridor.parcels.v1"
METHOD = f"{PACKAGE}.ParcelService.GetParcel"

README = """# Parcels

A parcel has an owner, told by `GetParcel` as its `speed`.

    curl https://example.com/v1/parcels/pcl_1

```json
{"owner": "nobody's"}
```
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The parcels."""
    return Graph(parcels.side("parcels"))


def shown(graph: Graph, root: Path, element: str) -> list[str]:
    """What shows an element."""
    found = graph.elements[element]
    return list(Documents(root, graph).showing(found, graph.carrying(found)))


def openapi(root: Path, example: object, path: str = "/v1/parcels/{parcel_id}") -> None:
    """Write gen/openapi.json with one example of an answer."""
    operation = {
        "operationId": "GetParcel",
        "responses": {"200": {"content": {"application/json": {"example": example}}}},
    }
    (root / "gen").mkdir()
    (root / "gen" / "openapi.json").write_text(json.dumps({"paths": {path: {"get": operation}}}))


def test_an_rpc_is_shown_where_its_path_or_its_name_is(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(README)

    assert ["README.md:3"] == shown(graph, tmp_path, METHOD)


def test_a_path_is_found_with_any_id_in_it(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Text.\n\n    curl /v1/parcels/$ID\n    curl /v1/parcels\n")

    assert ["README.md:3"] == shown(graph, tmp_path, METHOD)


def test_a_longer_path_is_another_one(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("    curl /v1/parcels/pcl_1/stops\n    curl /v1/parcels/pcl_1:send\n")

    assert [] == shown(graph, tmp_path, METHOD)


def test_a_field_is_shown_where_its_rpc_is_named_beside_it(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(README)

    assert ["README.md:3"] == shown(graph, tmp_path, f"{PACKAGE}.GetParcelResponse.speed")
    assert [] == shown(graph, tmp_path, f"{PACKAGE}.GetParcelRequest.owner")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docs/samples/parcel.sh", "curl /v1/parcels/pcl_1?owner=me"),
        ("docs/samples/parcel.py", "client.get_parcel(owner='me')"),
        ("docs/samples/parcel.ts", "await client.getParcel({owner: 'me'})"),
    ],
)
def test_a_sample_in_any_language_is_found(graph: Graph, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "docs" / "samples").mkdir(parents=True)
    (tmp_path / name).write_text(text)

    assert [f"{name}:1"] == shown(graph, tmp_path, f"{PACKAGE}.GetParcelRequest.owner")


@pytest.mark.parametrize("folder", ["gen", "node_modules", ".venv"])
def test_what_is_made_by_machines_is_passed_over(graph: Graph, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "README.md").write_text(README)

    assert [] == shown(graph, tmp_path, METHOD)


def test_an_example_of_openapi_shows_what_it_holds_and_nothing_else(graph: Graph, tmp_path: Path) -> None:
    openapi(tmp_path, {"weight_grams": 1, "labels": {"a": "b"}, "stop": {"name": "x"}, "speed": "SPEED_SLOW"})

    response = f"{PACKAGE}.GetParcelResponse"
    seen = {
        name
        for name in graph.elements
        if name.startswith((response, f"{PACKAGE}.Speed")) and shown(graph, tmp_path, name)
    }
    assert {
        response,
        f"{response}.weight_grams",
        f"{response}.labels",
        f"{response}.speed",
        f"{response}.stop",
        f"{response}.Stop",
        f"{response}.Stop.name",
        f"{PACKAGE}.Speed",
        f"{PACKAGE}.Speed.SPEED_SLOW",
    } == seen


def test_an_operation_is_named_as_callers_know_it(graph: Graph, tmp_path: Path) -> None:
    openapi(tmp_path, {})

    assert ["gen/openapi.json: GET /v1/parcels/{parcel_id}"] == shown(graph, tmp_path, METHOD)


def test_a_broken_openapi_document_stops_nothing(graph: Graph, tmp_path: Path) -> None:
    openapi(tmp_path, {})
    (tmp_path / "gen" / "openapi.json").write_text("{")

    assert [] == shown(graph, tmp_path, METHOD)
