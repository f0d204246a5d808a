"""What a beneficiary reads: only characters that the rail carries, never more than it carries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from corridor.type.v1 import rail_pb2
from server.domains.payouts import statement

RAILS = tuple(number for number in rail_pb2.Rail.values() if number)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("Invoice 7", "Invoice 7"),
        ("Müller & Söhne", "Muller Sohne"),
        ("Straße", "Strasse"),
        ("Łódź Ærø", "Lodz AEro"),
        ("  much   space  ", "much space"),
        ("a\u00a0b", "a b"),
        ("№ 5 – offer", "No 5 offer"),
        ("日本", ""),
        ("", ""),
        ("(A/B-C?:1,2'3+4.)", "(A/B-C?:1,2'3+4.)"),
        ("a<script>b", "a script b"),
    ],
)
def test_a_reference_is_reduced_to_what_rails_carry(reference: str, text: str) -> None:
    assert text == statement.text(reference, rail_pb2.RAIL_SEPA)


def test_every_rail_has_a_length() -> None:
    assert set(RAILS) == set(statement.LENGTHS)


def test_a_cut_text_does_not_end_in_a_space() -> None:
    assert "a" * 17 == statement.text("a" * 17 + " bcd", rail_pb2.RAIL_FASTER_PAYMENTS)


@given(some.text(max_size=200), some.sampled_from(RAILS))
def test_nothing_else_ever_leaves(reference: str, rail: int) -> None:
    found = statement.text(reference, rail)

    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]*", found)
    assert len(found) <= statement.LENGTHS[rail]
    assert found == statement.text(found, rail)
