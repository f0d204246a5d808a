"""Forms in brackets and in parts: what is encoded is read back as it was meant, and what cannot be said is refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kit.forms import DEPTH_LIMIT, Part, decode, encode, multipart, parts_of

NAMES = st.text("abcxyz_ é&=%+", min_size=1, max_size=8)
TREES = st.recursive(
    st.text(max_size=8),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("form", "encoded"),
    [
        ({"amount": 1050, "currency": "eur"}, "amount=1050&currency=eur"),
        ({"card": {"number": "4", "billing": {"zip": "1"}}}, "card%5Bnumber%5D=4&card%5Bbilling%5D%5Bzip%5D=1"),
        ({"items": ["a", {"b": "c"}]}, "items%5B0%5D=a&items%5B1%5D%5Bb%5D=c"),
        ({"items": ("a", "b")}, "items%5B0%5D=a&items%5B1%5D=b"),
        ({"on": True, "off": False}, "on=true&off=false"),
        ({"left": None, "out": {"deep": None}, "kept": ""}, "kept="),
        ({"no": [], "nor": {}}, ""),
        ({"rate": Decimal("1.50"), "large": Decimal("1E+3")}, "rate=1.50&large=1000"),
        ({"metadata[order]": "1"}, "metadata%5Border%5D=1"),
        ({"a b": "c&d=e"}, "a+b=c%26d%3De"),
    ],
)
def test_a_form_is_written_in_brackets(form: dict[str, Any], encoded: str) -> None:
    assert encoded == encode(form)


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_what_is_encoded_is_decoded_to_the_same(form: dict[str, Any]) -> None:
    assert form == decode(encode(form))


@pytest.mark.parametrize(
    "form",
    [
        {"a": 1.5},
        {"a": Decimal("NaN")},
        {"a": b"bytes"},
        {"a": object()},
        {"a": {"x][y": "1"}},
        {"a": {"": "1"}},
        {"a": {1: "1"}},
        {"a[b": "1"},
        {"": "1"},
    ],
)
def test_what_a_form_cannot_say_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="form"):
        encode(form)


def test_a_form_that_is_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    deep["a"] = deep

    with pytest.raises(ValueError, match="deep"):
        encode(deep)
    with pytest.raises(ValueError, match="deep"):
        decode("a" + "[b]" * DEPTH_LIMIT + "=1")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("a[1]=x", {"a": {"1": "x"}}),
        ("a[b=1", {"a[b": "1"}),
        ("a=1&a=2", {"a": "2"}),
        ("", {}),
    ],
)
def test_other_ways_of_writing_a_form_are_read(text: str, form: dict[str, Any]) -> None:
    assert form == decode(text)


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b]=2&a=1", "a[b][c]=1&a[b]=2"])
def test_a_name_that_is_two_things_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="both"):
        decode(text)


PARTS = [
    Part("purpose", "dispute_evidence"),
    Part("file", b"%PDF-1.7\r\n--\r\n\x00\xff", "scan.pdf", "application/pdf"),
    Part("file", b"", "empty.bin"),
    Part("note", "Zoë"),
]


def test_a_multipart_form_is_read_back_as_it_was_sent() -> None:
    body, content_type = multipart(PARTS)

    read = parts_of(body, content_type)

    assert [(part.name, part.data, part.filename) for part in PARTS] == [
        (part.name, part.data, part.filename) for part in read
    ]
    assert ["", "application/pdf", "application/octet-stream", ""] == [part.content_type for part in read]


def test_the_boundary_of_a_multipart_form_is_another_each_time() -> None:
    assert multipart(PARTS)[1] != multipart(PARTS)[1]


def test_a_boundary_that_occurs_in_a_part_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["taken", "free"])
    monkeypatch.setattr("adapters.kit.forms.secrets.token_hex", lambda _: next(drawn))

    _, content_type = multipart([Part("file", b"it is taken already", "a.txt")])

    assert "multipart/form-data; boundary=free" == content_type


def test_a_name_cannot_end_its_header() -> None:
    body, _ = multipart([Part('a"\r\nX-Evil: 1', "b", 'c"\r\nd.txt')])

    assert b'name="a%22%0D%0AX-Evil: 1"; filename="c%22%0D%0Ad.txt"\r\n' in body


def test_a_content_type_cannot_end_its_header() -> None:
    with pytest.raises(ValueError, match="content type"):
        multipart([Part("a", "b", "c", "text/plain\r\nX-Evil: 1")])


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=other"])
def test_what_is_no_multipart_form_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match=r"multipart|name"):
        parts_of(multipart(PARTS)[0], content_type)


def test_contents_stand_in_no_repr() -> None:
    assert "dispute_evidence" not in repr(PARTS)
