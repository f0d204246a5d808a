"""Every code of the published lists has a meaning of ours."""

import json

import pytest

from adapters.kit.reasons import ISO_RETURNS, ISO_STATUS, NACHA_RETURNS, Reasons
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason
from tests import corpora


def test_every_nacha_return_code_has_its_row() -> None:
    known = json.loads(corpora.path("nacha/codes.json").read_text(encoding="utf-8"))["returns"]

    assert {row["code"] for row in known} == set(NACHA_RETURNS)


@pytest.mark.parametrize(
    ("name", "table"), [("ExternalReturnReason1Code", ISO_RETURNS), ("ExternalStatusReason1Code", ISO_STATUS)]
)
def test_every_iso_20022_code_has_its_row(name: str, table: Reasons) -> None:
    known = json.loads(corpora.path("code-tables/iso20022-external-codes.json").read_text(encoding="utf-8"))["sets"]

    assert set(known[name]) == set(table)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("R01", "INSUFFICIENT_FUNDS"),
        ("R02", "ACCOUNT_CLOSED"),
        ("R03", "ACCOUNT_NOT_FOUND"),
        ("R04", "ACCOUNT_NUMBER_INVALID"),
        ("R16", "ACCOUNT_BLOCKED"),
        ("R20", "ACCOUNT_NOT_ELIGIBLE"),
        ("R14", "BENEFICIARY_DECEASED"),
        ("R17", "NAME_MISMATCH"),
        ("R13", "BANK_NOT_FOUND"),
        ("R23", "REFUSED_BY_BENEFICIARY"),
        ("R31", "REFUSED_BY_BANK"),
        ("R06", "RECALLED"),
        ("R10", "NOT_AUTHORISED"),
        ("R24", "DUPLICATE"),
        ("R19", "AMOUNT_REFUSED"),
        ("R26", "INVALID_DETAILS"),
        ("R61", "INTERBANK_DISPUTE"),
    ],
)
def test_a_nacha_code_means_what_the_contract_says(code: str, name: str) -> None:
    assert PayoutReason.Value(f"PAYOUT_REASON_{name}") == NACHA_RETURNS[code]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("AM04", "INSUFFICIENT_FUNDS"),
        ("AC04", "ACCOUNT_CLOSED"),
        ("AC03", "ACCOUNT_NOT_FOUND"),
        ("AC01", "ACCOUNT_NUMBER_INVALID"),
        ("AC06", "ACCOUNT_BLOCKED"),
        ("AG01", "ACCOUNT_NOT_ELIGIBLE"),
        ("MD07", "BENEFICIARY_DECEASED"),
        ("BE01", "NAME_MISMATCH"),
        ("RC01", "BANK_NOT_FOUND"),
        ("MS02", "REFUSED_BY_BENEFICIARY"),
        ("MS03", "REFUSED_BY_BANK"),
        ("CUST", "RECALLED"),
        ("AM05", "DUPLICATE"),
        ("AM09", "AMOUNT_REFUSED"),
        ("AM03", "CURRENCY_REFUSED"),
        ("RR04", "REGULATORY"),
        ("FF05", "INVALID_DETAILS"),
        ("TM01", "RAIL_UNAVAILABLE"),
    ],
)
def test_an_iso_20022_code_means_what_the_contract_says(code: str, name: str) -> None:
    expected = PayoutReason.Value(f"PAYOUT_REASON_{name}")

    assert expected == ISO_RETURNS[code] == ISO_STATUS[code]
