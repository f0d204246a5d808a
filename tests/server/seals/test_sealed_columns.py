"""The list of sealed columns: it is whole, it names columns that there are, and texts come back as they were."""

import pytest
from sqlalchemy import LargeBinary, Text

from server.kit import ids
from server.kit.context import Caller
from server.store import sealed
from server.store.data_keys import DataKeySeals
from server.store.schema import metadata
from server.store.sealed import COLUMNS, SUMMARY, Sealed
from server.store.seals import SealError
from tests.serving import SANDBOX


def test_whatever_is_sealed_is_sealed_anew_by_a_rotation() -> None:
    declared = [each for each in vars(sealed).values() if isinstance(each, Sealed)]

    assert sorted(map(repr, declared)) == sorted(map(repr, COLUMNS))
    assert len(COLUMNS) == len({(each.table, each.column) for each in COLUMNS})


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.table}.{column.column}")
def test_a_sealed_column_is_in_the_schema(column: Sealed) -> None:
    table = metadata.tables[f"corridor.{column.table}"]

    assert isinstance(table.c[column.column].type, Text if column.text else LargeBinary)
    for key in ("company_id", "environment", *column.key):
        assert key in table.c


@pytest.mark.parametrize("text", ["", "x", "ärger ☂\n", "\x02", "1:abc", "x" * 10_000])
def test_a_text_comes_back_as_it_was(seals: DataKeySeals, text: str) -> None:
    who = Caller(0, "", ids.new("co"), SANDBOX)
    stored = SUMMARY.seal_text(seals, who, text, "wi_1")

    assert text == SUMMARY.open_text(seals, who, stored, "wi_1")
    assert "\x00" not in stored
    assert len(text) < 5 or text not in stored


def test_a_text_from_before_seals_is_read_as_it_is(seals: DataKeySeals) -> None:
    who = Caller(0, "", ids.new("co"), SANDBOX)

    assert "plain" == SUMMARY.open_text(seals, who, "plain", "wi_1")
    assert b"\x0a\x01x" == sealed.PAYOUT.open(seals, who, b"\x0a\x01x", "po_1")


@pytest.mark.parametrize("damaged", ["\x011:", "\x011:####", "\x01", "\x011:AQAAAAE="])
def test_a_damaged_text_does_not_open(seals: DataKeySeals, damaged: str) -> None:
    who = Caller(0, "", ids.new("co"), SANDBOX)
    text = SUMMARY.seal_text(seals, who, "x", "wi_1")

    for stored in (damaged, text[:-8], text.replace(":", ":AAAA", 1)):
        with pytest.raises(SealError):
            SUMMARY.open_text(seals, who, stored, "wi_1")


def test_a_sealed_text_of_another_row_does_not_open(seals: DataKeySeals) -> None:
    who = Caller(0, "", ids.new("co"), SANDBOX)

    with pytest.raises(SealError):
        SUMMARY.open_text(seals, who, SUMMARY.seal_text(seals, who, "x", "wi_1"), "wi_2")
