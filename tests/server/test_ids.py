"""Ids: their form, their order in time, and that no two are alike."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.kit import ids


def test_an_id_has_the_form_that_the_contract_asks_for() -> None:
    found = ids.new("po")

    assert found.startswith("po_")
    assert 29 == len(found)
    assert ids.is_id(found)


def test_ids_sort_by_the_time_of_their_making() -> None:
    found = [ids.new("po") for _ in range(2000)]

    assert sorted(found) == found
    assert len(found) == len(set(found))


@given(some.integers(0, 2**128 - 1), some.integers(0, 2**128 - 1))
def test_text_order_is_the_order_of_numbers(one: int, other: int) -> None:
    assert (one < other) == (ids.encode(one) < ids.encode(other))
    assert 26 == len(ids.encode(one))


def test_the_largest_number_fits() -> None:
    assert "7" + "z" * 25 == ids.encode(2**128 - 1)
    assert "0" * 26 == ids.encode(0)


@pytest.mark.parametrize(
    "text", ["", "po_", "po", "po_" + "a" * 25, "po_" + "a" * 27, "PO_" + "a" * 26, "po_" + "A" * 26,
             "po_" + "a" * 26 + "\n", "po-" + "a" * 26, "_" + "a" * 26, "po_" + "٣" * 26],
)  # fmt: skip
def test_what_is_not_an_id_is_told(text: str) -> None:
    assert not ids.is_id(text)


@pytest.mark.parametrize("bits", [80, 256, 260])
def test_a_secret_has_so_many_bits(bits: int) -> None:
    found = {ids.secret(bits) for _ in range(200)}

    assert {-(-bits // 5)} == {len(secret) for secret in found}
    assert 200 == len(found)


def test_a_request_id_is_a_uuid() -> None:
    assert 4 == uuid.UUID(ids.request_id()).version
