"""What the page of an operation says when the operation ends, and of a release that is not out yet."""

import json
from dataclasses import replace
from pathlib import Path

from gateway.contract import Contract
from gateway.docs import operations, releases
from gateway.docs.fields import Fields
from gateway.docs.site import Sources
from gateway.portal import site

_ROOT = Path(__file__).resolve().parents[2]


def test_an_operation_that_ends_says_when_and_what_instead(contract: Contract) -> None:
    document = json.loads((site().parent / "openapi.json").read_bytes())
    sources = Sources(contract, document, {}, _ROOT)
    (call,) = operations.calls(sources)["corridor.payouts.v1.PayoutService.GetPayout"]
    ends = replace(
        call.method.policy,
        stability="DEPRECATED",
        deprecated_since="2027-01-01",
        sunset="2027-07-01",
        replacement="corridor.payouts.v1.PayoutService.ListPayouts",
    )

    page = operations.page(
        sources, Fields(sources), replace(call, method=replace(call.method, policy=ends)), frozenset()
    )

    assert "Deprecated since 2027-01-01. It ends on 2027-07-01." in page.body
    assert 'Use <a href="/docs/api/payouts.v1.PayoutService/ListPayouts">' in page.body


def test_what_is_not_released_stands_before_all_releases(contract: Contract) -> None:
    sources = Sources(contract, {}, {"unreleased": ["added: rpc `corridor.payouts.v1.PayoutService.X`"]}, _ROOT)

    first, second, *_ = releases.releases(sources)

    assert ("Not released yet", "/docs/changes#next") == (first.title, first.path)
    assert second.version
    assert "PayoutService.X" in releases.page([first]).body
