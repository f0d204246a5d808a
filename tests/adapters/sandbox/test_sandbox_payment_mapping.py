"""What the sandbox's words for payments and disputes mean, without HTTP: each of them, and none that it has not."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.kit.errors import Unmapped
from adapters.kit.ports import Inbound
from adapters.sandbox import payment_mapping as mapping
from adapters.sandbox import payment_words as words
from adapters.sandbox.adapter import ADAPTER
from adapters.sandbox.events import READERS
from adapters.sandbox.payment_scenarios import ALL
from corridor.payments.v1.dispute_pb2 import DisputeDocumentType, DisputeReason, DisputeStage, DisputeState
from corridor.payments.v1.payment_observation_pb2 import PaymentStep, PaymentStepState
from corridor.payments.v1.refund_pb2 import RefundReason

FEES = [{"type": "processing", "amount": 17, "currency": "EUR"}]
EXCHANGE = {"rate": "0.9", "from": {"amount": 100, "currency": "EUR"}, "to": {"amount": 90, "currency": "USD"}}
PAYMENT: dict[str, Any] = {
    "id": "py_1", "reference": "pay_1", "status": "authorised", "amount": 1250, "currency": "EUR", "approved": 1000,
    "authorised": 1000, "captured": 0, "released": 0, "refunded": 0, "captured_at_once": False,
    "decline": {"code": "funds", "response_code": "51", "advice": ""},
    "next_action": {"url": "https://sandbox.example/challenge", "expires_at": "2026-11-21T11:00:00+00:00"},
    "card": {"brand": "visa", "last_four": "0019", "funding": "credit", "country": "GB", "expiry": "2031-12"},
    "scheme": {"transaction_id": "sc1", "approval_code": "004711", "retrieval_reference": "123456789012"},
    "fees": FEES, "exchange": EXCHANGE, "expires_at": "2026-11-28T10:00:00+00:00", "scenario": "normal",
    "updated_at": "2026-11-21T10:00:00.500000+00:00",
}  # fmt: skip
ACTION: dict[str, Any] = {
    "id": "ac_1", "type": "capture", "payment": "py_1", "payment_reference": "pay_1", "reference": "act_1",
    "status": "succeeded", "amount": 1000, "currency": "EUR", "reason": None, "decline": PAYMENT["decline"],
    "acquirer_reference": "ar1", "fees": FEES, "exchange": EXCHANGE, "scenario": "normal",
    "updated_at": "2026-11-21T10:00:00+00:00",
}  # fmt: skip
DISPUTE: dict[str, Any] = {
    "id": "dp_1", "payment": "py_1", "payment_reference": "pay_1", "status": "needs_response", "stage": "chargeback",
    "reason": "fraudulent", "amount": 1000, "currency": "EUR", "scheme_reason": "S01", "fees": FEES,
    "due_at": "2026-11-28T10:00:00+00:00", "opened_at": "2026-11-21T10:00:00+00:00",
    "updated_at": "2026-11-21T10:00:00+00:00",
}  # fmt: skip
READ: list[tuple[str, Callable[[Any], Any], dict[str, Any]]] = [
    ("payment", mapping.authorisation, PAYMENT),
    ("action", mapping.step, ACTION),
    ("dispute", mapping.dispute, DISPUTE),
]
WRONG: tuple[object, ...] = ("quarantined", 5, 5.5, True, [], [5], {}, {"amount": "x"})


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value in a JSON object."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        yield (*path, key)
        yield from places(below, (*path, key))


def changed(sample: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    made: Any = copy.deepcopy(sample)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return dict(made)


@pytest.mark.parametrize(("name", "read", "sample"), READ, ids=[each[0] for each in READ])
def test_whatever_is_wrong_is_read_or_loud_and_never_anything_else(
    name: str, read: Callable[[Any], Any], sample: dict[str, Any]
) -> None:
    for path in places(sample):
        for value in WRONG:
            try:
                read(changed(sample, path, value))
            except Unmapped:
                continue


WORDS: list[tuple[Callable[[Any], Any], dict[str, Any], tuple[str, ...]]] = [
    (mapping.authorisation, PAYMENT, ("status",)),
    (mapping.authorisation, PAYMENT, ("decline", "code")),
    (mapping.step, ACTION, ("status",)),
    (mapping.step, ACTION, ("type",)),
    (mapping.step, ACTION, ("reason",)),
    (mapping.step, ACTION, ("decline", "code")),
    (mapping.dispute, DISPUTE, ("status",)),
    (mapping.dispute, DISPUTE, ("stage",)),
    (mapping.dispute, DISPUTE, ("reason",)),
]
UNKNOWN: tuple[object, ...] = ("quarantined", "AUTHORISED", 7, ["authorised"])


@pytest.mark.parametrize(("read", "sample", "path"), WORDS)
@pytest.mark.parametrize("word", UNKNOWN)
def test_a_word_that_no_table_has_is_loud(
    read: Callable[[Any], Any], sample: dict[str, Any], path: tuple[str, ...], word: object
) -> None:
    with pytest.raises(Unmapped):
        read(changed(sample, path, word))


@pytest.mark.parametrize(("read", "sample", "path"), [row for row in WORDS if row[2] != ("reason",)])
@pytest.mark.parametrize("word", ["", None])
def test_a_word_that_has_to_be_there_is_missed_loudly(
    read: Callable[[Any], Any], sample: dict[str, Any], path: tuple[str, ...], word: object
) -> None:
    with pytest.raises(Unmapped):
        read(changed(sample, path, word))


def test_a_payment_says_everything_that_an_observation_holds() -> None:
    seen = mapping.authorisation(PAYMENT)
    filled = {field.name for field, _ in seen.ListFields()}

    assert {field.name for field in seen.DESCRIPTOR.fields} - filled == {
        "step_id", "step_reference", "captured", "provider_reason_code", "provider_event_id",
    }  # fmt: skip
    assert (1000, "004711") == (seen.amount.amount_minor, seen.scheme_references.approval_code)


def test_a_dispute_says_everything_that_an_observation_holds() -> None:
    seen = mapping.dispute(DISPUTE, "evt_1")

    said = {field.name for field in seen.DESCRIPTOR.fields} - {"evidence_due_time_unproven"}  # it is signed
    assert said == {field.name for field, _ in seen.ListFields()}


def test_an_end_that_nobody_asked_for_names_no_step_of_ours() -> None:
    seen = mapping.step({**ACTION, "type": "void", "status": "expired", "reference": ""})

    assert (PaymentStep.PAYMENT_STEP_VOID, PaymentStepState.PAYMENT_STEP_STATE_EXPIRED) == (seen.step, seen.state)
    assert ("", "ac_1") == (seen.step_id, seen.step_reference)


def test_every_value_of_the_contract_has_a_word() -> None:
    for enum, meant in (
        (DisputeReason, words.DISPUTE_REASONS.values()),
        (DisputeStage, words.DISPUTE_STAGES.values()),
        (DisputeDocumentType, words.DOCUMENT_TYPES),
        (RefundReason, words.REFUND_REASONS),
    ):
        assert {number for number in enum.values() if number} == set(meant)
    ours = {DisputeState.DISPUTE_STATE_SUBMITTING, DisputeState.DISPUTE_STATE_ACCEPTING}
    assert {number for number in DisputeState.values() if number} - ours == set(words.DISPUTES.values())


def test_every_status_and_code_that_a_scenario_uses_is_known_save_the_unknown_word() -> None:
    known = {*words.AUTHORISATIONS, *words.ACTIONS}
    used = {word for each in ALL for word in (*each.path, each.then) if word}

    assert {"quarantined"} == used - known
    assert {each.dispute for each in ALL if each.dispute} <= set(words.DISPUTE_REASONS)


@pytest.mark.parametrize("kind", [*(kind.partition(".")[0] + ".vanished" for kind in READERS), "payment.", "dispute"])
def test_an_event_of_ours_that_is_not_known_is_loud(kind: str) -> None:
    with pytest.raises(Unmapped):
        ADAPTER.read_webhook(Inbound({}, b'{"id": "evt_1", "type": "%s", "data": {}}' % kind.encode()))


def test_an_event_about_something_else_says_nothing() -> None:
    assert [] == list(ADAPTER.read_webhook(Inbound({}, b'{"id": "evt_1", "type": "balance.updated"}')).observations)
