"""Page tokens: good for the list, the filters and the caller that they were made for, and for nothing else."""

import base64
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as some

from corridor.options.v1 import method_pb2
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_HELD, PAYOUT_STATE_SENT
from server.kit import ids
from server.kit.context import Caller, Context
from server.kit.errors import Failure
from server.kit.paging import DEFAULT_SIZE, Page, PageTokens
from tests.serving import LIVE, SANDBOX

TOKENS = PageTokens(b"s" * 32)
CALLER = Caller(method_pb2.CALLER_KIND_API_KEY, "key_1", "co_1", SANDBOX)
LAST = "po_01k9" + "0" * 22  # the same in every process: names of tests are made from it
LIST = payouts.ListPayoutsRequest(states=[PAYOUT_STATE_SENT], page_size=20)
TOKEN = TOKENS.next(Context("r", "c", caller=CALLER), LIST, LAST)


def page(token: str, caller: Caller = CALLER, tokens: PageTokens = TOKENS, **changes: object) -> Page:
    """The page that a token leads to."""
    request = payouts.ListPayoutsRequest()
    request.CopyFrom(LIST)
    for name, value in changes.items():
        request.ClearField(name)  # type: ignore[arg-type] # a field of the message
        request.MergeFrom(payouts.ListPayoutsRequest(**{name: value}))  # type: ignore[arg-type] # as above
    request.page_token = token
    return tokens.page(Context("r", "c", caller=caller), request)


def refused(token: str, **how: object) -> bool:
    """Whether a token is refused as one."""
    try:
        page(token, **how)  # type: ignore[arg-type] # passed on
    except Failure as failure:
        return failure.name == "PAGE_TOKEN_INVALID"
    return False


def test_a_token_leads_on_after_the_last_row() -> None:
    assert Page(20, LAST) == page(TOKEN)


def test_without_a_token_a_list_begins() -> None:
    assert Page(20, None) == page("")
    assert Page(DEFAULT_SIZE, None) == page("", page_size=0)


def test_another_page_size_may_go_on_with_the_same_token() -> None:
    assert Page(3, LAST) == page(TOKEN, page_size=3)


def test_other_filters_cannot_use_it() -> None:
    assert refused(TOKEN, states=[PAYOUT_STATE_HELD])
    assert refused(TOKEN, beneficiary_id=ids.new("ben"))


def test_another_list_cannot_use_it() -> None:
    request = beneficiaries.ListBeneficiariesRequest(page_token=TOKEN)

    with pytest.raises(Failure, match="PAGE_TOKEN_INVALID"):
        TOKENS.page(Context("r", "c", caller=CALLER), request)


def test_another_company_cannot_use_it() -> None:
    assert refused(TOKEN, caller=dataclasses.replace(CALLER, company_id="co_2"))


def test_the_other_environment_cannot_use_it() -> None:
    assert refused(TOKEN, caller=dataclasses.replace(CALLER, environment=LIVE))


def test_another_key_of_the_same_company_can_use_it() -> None:
    assert Page(20, LAST) == page(TOKEN, caller=dataclasses.replace(CALLER, caller_id="key_2"))


def test_another_installation_cannot_use_it() -> None:
    assert refused(TOKEN, tokens=PageTokens(b"t" * 32))


@pytest.mark.parametrize("at", range(0, len(TOKEN), 5))
def test_a_changed_token_is_refused(at: int) -> None:
    assert refused(TOKEN[:at] + ("A" if TOKEN[at] != "A" else "B") + TOKEN[at + 1 :])


@pytest.mark.parametrize(
    "token", [TOKEN + "=", TOKEN + "\n", TOKEN[:-1], TOKEN + "A", " " + TOKEN, "====", "0", "é", LAST, "A" * 512]
)
def test_what_is_not_a_token_is_refused(token: str) -> None:
    assert refused(token)


@given(some.text(max_size=80))
def test_nothing_made_up_is_taken_for_a_token(text: str) -> None:
    assert not text or refused(text)


@given(some.binary(max_size=80))
def test_no_made_up_bytes_are_taken_for_a_token(raw: bytes) -> None:
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    assert not text or refused(text)
