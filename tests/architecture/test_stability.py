"""What the contract says of what ends: clear, in time, and the same to protobuf's own readers. And how it is found."""

from datetime import date

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from corridor.options.v1 import method_pb2
from server.kit import contract, stability
from tests.architecture import stability_rules as rules
from tests.server.usage import trials

GOOD = {
    "level": method_pb2.STABILITY_LEVEL_DEPRECATED,
    "deprecated_since": "2026-06-01",
    "sunset": "2026-12-31",
    "replacement": "corridor.payouts.v1.PayoutService.GetPayout",
}


def trial(name: str) -> FieldDescriptor | MethodDescriptor:
    """A method or field of the trials."""
    trials.image()
    pool = descriptor_pool.Default()
    full_name = f"{trials.PACKAGE}.{name}"
    found: FieldDescriptor | MethodDescriptor
    found = pool.FindMethodByName(full_name) if "Service" in name else pool.FindFieldByName(full_name)
    return found


def test_whatever_ends_says_it_clearly_and_in_time() -> None:
    assert [] == [line for element in rules.elements(contract.files()) for line in rules.unclear(element)]


@pytest.mark.parametrize("name", ["TrialService.ReadTrial", "Trial.name", "Step.words", "CreateTrialRequest.name"])
def test_the_trials_say_it_as_a_contract_must(name: str) -> None:
    assert [] == rules.unclear(trial(name))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"deprecated_since": ""}, "does not say since when"),
        ({"deprecated_since": "June"}, "no date"),
        ({"sunset": ""}, "no sunset"),
        ({"sunset": "2026-11-27"}, "fewer than 180 days"),
        ({"replacement": ""}, "no replacement"),
        ({"replacement": "corridor.payouts.v1.PayoutService.Nothing"}, "is no method"),
        ({"replacement": "corridor.payouts.v1.Payout.payout_id"}, "is no method"),
        ({"replacement": "corridor.trials.v1.TrialService.MakeTrial"}, "ends itself"),
        ({"level": method_pb2.STABILITY_LEVEL_STABLE}, "is not deprecated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_clear_is_found(wrong: dict[str, object], problem: str) -> None:
    trials.image()
    said = method_pb2.Stability(**{**GOOD, **wrong})  # type: ignore[arg-type] # some of it wrong

    found = rules.problems("x.Y.Z", said, deprecated=True, is_field=False)

    assert [True] == [problem in line for line in found[:1]]


def test_protobufs_own_mark_stands_beside_ours() -> None:
    said = method_pb2.Stability(**GOOD)  # type: ignore[arg-type] # as above

    assert ["x.Y.Z ends, and has not `deprecated = true`"] == rules.problems("x.Y.Z", said, False, is_field=False)
    none = rules.problems("x.Y.Z", method_pb2.Stability(), True, is_field=False)
    assert ["x.Y.Z has `deprecated = true`, and its stability does not say how it ends"] == none


def test_deprecated_fields_are_found_at_any_depth() -> None:
    request = trials.message("CreateTrialRequest", name="a", steps=[{}, {"words": "b"}], by_name={"x": {"words": "c"}})

    assert ["name", "steps[1].words", "by_name[x].words"] == [each.path for each in stability.found_in(request)]


def test_what_has_ended_is_taken_out_and_the_rest_stays() -> None:
    answer = trials.message("CreateTrialResponse", trial={"trial_id": "tr_1", "name": "a"})

    assert not stability.without(answer, date(2026, 12, 30))
    assert stability.without(answer, date(2026, 12, 31))
    assert trials.message("CreateTrialResponse", trial={"trial_id": "tr_1"}) == answer
