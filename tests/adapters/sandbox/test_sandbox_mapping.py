"""What the sandbox's words mean, without HTTP."""

import pytest

from adapters.kit.discovery import providers
from adapters.kit.errors import Rejected, Unmapped
from adapters.sandbox import mapping, wire
from adapters.sandbox.scenarios import SCENARIOS
from corridor.payouts.v1.payout_pb2 import PayoutState
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason
from corridor.type.v1.rail_pb2 import Rail

TRANSFER = {
    "id": "tr_1",
    "reference": "po_1",
    "status": "paid",
    "amount": 1050,
    "currency": "EUR",
    "rail": "sepa",
    "reason": None,
    "updated_at": "2026-11-20T09:30:00.250000+00:00",
}


def test_a_transfer_says_everything_that_an_observation_holds() -> None:
    seen = mapping.observation(TRANSFER, "evt_1")

    assert ("po_1", "tr_1", "evt_1") == (seen.payout_id, seen.provider_reference, seen.provider_event_id)
    assert (PayoutState.PAYOUT_STATE_SETTLED, "paid") == (seen.state, seen.provider_state)
    assert (1050, "EUR") == (seen.amount.amount_minor, seen.amount.currency_code)
    assert 250_000_000 == seen.provider_time.nanos


@pytest.mark.parametrize(
    "change",
    [
        {"status": "quarantined"},
        {"status": None},
        {"status": ["paid"]},
        {"amount": 10.5},
        {"amount": "1050"},
        {"amount": True},
        {"currency": "XXX"},
        {"currency": None},
        {"reference": ""},
        {"id": None},
        {"reason": {"code": "moon_phase"}},
        {"reason": {"code": "R03"}},
        {"status": "returned", "reason": {"code": "risk"}},
        {"updated_at": "yesterday"},
    ],
    ids=str,
)
def test_what_has_no_meaning_is_loud(change: dict[str, object]) -> None:
    with pytest.raises(Unmapped):
        mapping.observation({**TRANSFER, **change})


def test_every_rail_has_a_word_and_the_manifest_covers_it() -> None:
    rails = {number for number in Rail.values() if number}

    assert rails == set(mapping.RAILS.values())
    assert rails == set(providers()["sandbox"].manifest.coverage["payouts"].rails)


def test_every_status_and_reason_that_a_scenario_uses_is_known_save_the_unknown_word() -> None:
    words = {word for each in SCENARIOS for word in each.path}
    codes = {each.code for each in SCENARIOS if each.code and "/" not in each.code}

    assert {"quarantined"} == words - set(mapping.STATES)
    assert set() == codes - set(mapping.REASONS)


def test_a_refusal_of_what_we_built_is_not_the_customer_s_fault() -> None:
    ours = {"error": {"code": "invalid_request", "fields": [{"field": "recipient.account.type"}]}}
    theirs = {"error": {"code": "invalid_request", "fields": [{"field": "recipient.name"}]}}

    assert wire.rejection(422, ours) is None
    assert wire.rejection(400, theirs) is None
    assert wire.rejection(422, None) is None
    assert isinstance(wire.rejection(422, theirs), Rejected)


def test_reasons_are_told_only_where_there_are_some() -> None:
    assert PayoutReason.PAYOUT_REASON_UNSPECIFIED == mapping.observation(TRANSFER).reason
