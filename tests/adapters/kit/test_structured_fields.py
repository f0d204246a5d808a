"""Structured fields are read as RFC 9651 says, by the working group's own vectors where they are at hand."""

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.kit import structured_fields
from adapters.kit.structured_fields import Display, Item, NotStructured, Token
from tests import corpora

_FILES = (
    "binary", "boolean", "date", "dictionary", "display-string", "examples", "item", "list", "listlist", "number",
    "param-dict", "param-list", "param-listlist", "string", "token",
)  # fmt: skip


def test_a_list_of_policies_is_read_with_their_parameters() -> None:
    found = structured_fields.items('"burst";q=100;w=60, daily;q=1000')

    assert [Item("burst", {"q": 100, "w": 60}), Item(Token("daily"), {"q": 1000})] == found


@pytest.mark.parametrize("text", ['"open', "a,", ",", "a;;b", '"\u00e9"', "1.2345", "?2", "(a", ":!:", "@1.5"])
def test_what_is_wrong_in_one_place_says_nothing(text: str) -> None:
    with pytest.raises(NotStructured):
        structured_fields.items(text)


@pytest.mark.parametrize("name", _FILES)
def test_the_vectors_of_the_working_group_are_read_alike(name: str) -> None:
    path = corpora.path(f"structured-fields/{name}.json")
    for case in json.loads(path.read_text(), parse_float=Decimal):
        text = ", ".join(case["raw"])
        try:
            found = _read(case["header_type"], text)
        except NotStructured:
            assert case.get("must_fail") or case.get("can_fail"), case["name"]
            continue
        if case["header_type"] == "item" and case.get("must_fail"):
            continue  # a list takes more than an item does, and items alone are not asked for
        assert not case.get("must_fail"), case["name"]
        assert _expected(case["header_type"], case["expected"]) == found, case["name"]


def _read(kind: str, text: str) -> Any:
    if kind == "dictionary":
        return {key: _plain(item) for key, item in structured_fields.members(text).items()}
    return [_plain(item) for item in structured_fields.items(text)]


def _plain(item: Item) -> Any:
    value = tuple(_plain(each) for each in item.value) if isinstance(item.value, tuple) else item.value
    return value, dict(item.parameters)


def _expected(kind: str, expected: Any) -> Any:
    if kind == "item":
        return [_member(expected)]
    if kind == "list":
        return [_member(each) for each in expected]
    return {key: _member(each) for key, each in expected}


def _member(pair: Any) -> Any:
    value, parameters = pair
    inner = tuple(_member(each) for each in value) if isinstance(value, list) else _bare(value)
    return inner, {key: _bare(each) for key, each in parameters}


def _bare(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    match value["__type"]:
        case "token":
            return Token(value["value"])
        case "binary":
            return base64.b32decode(value["value"])
        case "date":
            return datetime.fromtimestamp(value["value"], UTC)
    return Display(value["value"])
