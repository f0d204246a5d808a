"""What issuers' response codes mean: every code of the list that is held has a meaning, and no advice breaks a rule."""

import json
from typing import Any

import pytest

from adapters.kit.declines import APPROVED, RESPONSE_CODES, RETRY, decline, decline_of_response, declines
from adapters.kit.errors import Unmapped
from corridor.payments.v1.decline_pb2 import RETRY_ADVICE_LATER, RETRY_ADVICE_NEVER, Declined, RetryAdvice
from tests import corpora


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(corpora.path("code-tables/iso8583-de39.json").read_text(encoding="utf-8"))
    return read


def test_every_code_of_the_list_is_an_approval_or_has_a_reason(table: dict[str, Any]) -> None:
    assert set() == set(table["codes"]) - set(RESPONSE_CODES) - APPROVED


def test_no_code_is_both_an_approval_and_a_decline() -> None:
    assert set() == set(RESPONSE_CODES) & APPROVED


def test_an_approval_of_the_list_is_not_taken_for_a_decline(table: dict[str, Any]) -> None:
    approvals = {code for code, words in table["codes"].items() if "approv" in words or words.startswith("honor")}

    assert approvals <= APPROVED


def test_after_a_code_that_forbids_it_nothing_is_tried_again(table: dict[str, Any]) -> None:
    for code in table["visa_retry"]["category_1_never"]:
        assert RETRY_ADVICE_NEVER == decline_of_response(code, "code").retry_advice, code


def test_every_reason_has_its_advice() -> None:
    assert set(Declined.values()) == set(RETRY)
    assert set(RETRY.values()) <= set(RetryAdvice.values())


def test_every_reason_of_the_contract_but_those_without_a_code_is_meant_by_some_code() -> None:
    without = {
        Declined.DECLINED_UNSPECIFIED,
        Declined.DECLINED_AUTHENTICATION_FAILED,
        Declined.DECLINED_ADDRESS_MISMATCH,
        Declined.DECLINED_CURRENCY,
        Declined.DECLINED_BY_PROVIDER_RULES,
    }

    assert set(Declined.values()) - without == set(RESPONSE_CODES.values())


@pytest.mark.parametrize("code", ["ZZ", "", None, 5, "5", "051"])
def test_a_code_that_no_list_has_is_loud(code: object) -> None:
    with pytest.raises(Unmapped):
        decline_of_response(code, "code")


def test_an_approval_is_no_decline() -> None:
    for code in APPROVED:
        with pytest.raises(Unmapped):
            decline_of_response(code, "code")


def test_a_decline_keeps_the_codes_behind_it() -> None:
    seen = decline_of_response("51", "code", provider_code="insufficient_funds", advice_code="03")

    assert (Declined.DECLINED_FUNDS, RETRY_ADVICE_LATER) == (seen.reason, seen.retry_advice)
    assert ("insufficient_funds", "51", "03") == (seen.provider_code, seen.response_code, seen.advice_code)


def test_the_issuer_s_code_goes_before_the_reason_s_own_advice() -> None:
    assert RETRY_ADVICE_LATER == decline(Declined.DECLINED_BY_ISSUER).retry_advice
    assert RETRY_ADVICE_NEVER == decline(Declined.DECLINED_BY_ISSUER, response_code="04").retry_advice


def test_a_code_that_stands_twice_in_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="51"):
        declines({"FUNDS": "51", "LEGAL": "93 51"})


def test_a_reason_that_the_contract_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="DECLINED_MOON"):
        declines({"MOON": "51"})
