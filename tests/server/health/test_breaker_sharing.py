"""Breakers that processes share: opened by any, probed by one, recovering in steps, and closed for all."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from corridor.providers.v1 import provider_health_pb2 as health
from server.platform.health.rules import CLOSED, HALF_OPEN, OPEN, RECOVERING
from server.platform.providers.gates import Destination
from server.store.attempts import Outcome
from tests.server.health import processes as made
from tests.server.health.processes import ANSWERED, FAILED, LOST, Process, ending, seen_by, to
from tests.serving import until


@pytest.fixture
def two(breakers_database: str) -> Iterator[list[Process]]:
    """Two processes on one database."""
    with made.processes(breakers_database) as found:
        yield found


def opened(process: Process, where: Destination) -> None:
    """Let a breaker open."""
    for _ in range(5):
        assert process.call(where, FAILED) is None
    process.step()
    assert OPEN == process.state(where)


def probed(process: Process, where: Destination) -> None:
    """Wait until it is time to probe, and let the probe go well."""
    until(lambda: process.call(where, ANSWERED) is None)
    process.step()


def test_five_failures_in_a_row_open_it_for_every_process(two: list[Process]) -> None:
    first, second = two
    where = to()
    second.call(where, ANSWERED)
    opened(first, where)
    second.step()

    held = second.call(where, ANSWERED)
    assert held is not None
    assert held.after_seconds > 0


def test_failures_of_different_processes_count_together(two: list[Process]) -> None:
    first, second = two
    where = to()
    for process in (first, second, first, second, first):
        process.call(where, FAILED)
        process.step()

    assert OPEN == first.state(where)


def test_three_calls_that_ran_out_of_time_are_enough(two: list[Process]) -> None:
    where = to()
    for _ in range(3):
        two[0].call(where, LOST)
    two[0].step()

    assert OPEN == two[0].state(where)


def test_a_success_in_between_starts_the_row_anew(two: list[Process]) -> None:
    where = to()
    for end in (FAILED, FAILED, FAILED, FAILED, ANSWERED, FAILED, FAILED, FAILED, FAILED):
        two[0].call(where, end)
    two[0].step()

    assert CLOSED == two[0].state(where)


def test_half_of_ten_calls_open_it(two: list[Process]) -> None:
    where = to()
    for _ in range(5):
        two[0].call(where, FAILED)
        two[1].call(where, ANSWERED)
        for process in two:
            process.step()

    assert OPEN == two[1].state(where)


@pytest.mark.parametrize(
    "end",
    [
        ending(Outcome.UNAVAILABLE, 429, code="slow_down"),
        ending(Outcome.MISCONFIGURED, 401),
        ending(Outcome.MISCONFIGURED, 403),
        ending(Outcome.UNKNOWN, seconds=0.1, timed_out=True, of_ours=True),
        ending(Outcome.REJECTED, 422),
        ending(Outcome.MISCONFIGURED, 400),
        ending(Outcome.UNMAPPED, 200),
    ],
    ids=["limit", "credentials", "forbidden", "our-own-impatience", "refusal", "bad-request", "unknown-word"],
)
def test_what_is_no_fault_of_the_provider_never_opens_it(two: list[Process], end: made.Ending) -> None:
    where = to()
    for _ in range(30):
        two[0].call(where, end)
    two[0].step()

    assert CLOSED == two[0].state(where)


def test_of_all_processes_one_probes(two: list[Process]) -> None:
    first, second = two
    where = to()
    opened(first, where)
    second.call(where, ANSWERED)
    second.step()
    probing = to(**{name: getattr(where, name) for name in where.__slots__})
    until(lambda: first.gate.enter(probing) is None)

    assert second.call(where, ANSWERED) is not None
    assert first.call(where, ANSWERED) is not None
    first.gate.leave(probing, ANSWERED)
    first.step()
    assert RECOVERING == first.state(where)


def test_the_probe_of_a_process_that_died_is_free_again(two: list[Process]) -> None:
    first, second = two
    where = to()
    second.call(where, ANSWERED)
    opened(first, where)
    second.step()
    until(lambda: first.gate.enter(to(**{name: getattr(where, name) for name in where.__slots__})) is None)

    until(lambda: second.call(where, ANSWERED) is None)
    second.step()
    assert RECOVERING == second.state(where)


def test_a_probe_that_says_nothing_is_free_at_once(two: list[Process]) -> None:
    first, _ = two
    where = to()
    opened(first, where)
    until(lambda: first.call(where, None) is None)
    first.step()

    assert HALF_OPEN == first.state(where)
    assert first.call(where, ANSWERED) is None


def test_a_probe_that_fails_opens_it_for_twice_as_long(two: list[Process]) -> None:
    first, _ = two
    where = to()
    opened(first, where)
    assert first.breakers.of(where).standing.openings == 1
    until(lambda: first.call(where, FAILED) is None)
    first.step()

    standing = first.breakers.of(where).standing
    assert (OPEN, 2) == (standing.state, standing.openings)
    assert standing.probe_seconds > 0.45


def test_it_recovers_in_steps_and_closes(two: list[Process]) -> None:
    first, second = two
    where = to()
    opened(first, where)
    probed(first, where)
    shares = []
    while first.state(where) == RECOVERING:
        shares.append(first.breakers.of(where).standing.share)
        let_through = 0
        for _ in range(400):
            let_through += first.call(where, ANSWERED) is None
        assert let_through < 400
        first.step()
    second.call(where, ANSWERED)
    second.step()

    assert [5, 25, 50] == shares
    assert CLOSED == first.state(where) == second.state(where)


def test_a_failure_while_it_recovers_opens_it_again(two: list[Process]) -> None:
    first, _ = two
    where = to()
    opened(first, where)
    probed(first, where)
    until(lambda: first.call(where, FAILED) is None)
    first.step()

    assert OPEN == first.state(where)


def test_what_began_before_it_opened_changes_nothing_when_it_ends(two: list[Process]) -> None:
    first, _ = two
    where = to()
    late = to(**{name: getattr(where, name) for name in where.__slots__})
    assert first.gate.enter(late) is None
    opened(first, where)
    first.gate.leave(late, ANSWERED)
    first.step()

    assert OPEN == first.state(where)


def test_look_ups_have_a_breaker_of_their_own(two: list[Process]) -> None:
    where = to()
    opened(two[0], where)
    look_up = to("look_up_payout", address=where.address, company_id=where.company_id)

    assert two[0].call(look_up, ANSWERED) is None


def test_no_company_opens_another_ones_breaker(two: list[Process]) -> None:
    where = to()
    opened(two[0], where)
    other = to(address=where.address)

    assert two[0].call(other, ANSWERED) is None


def test_while_the_database_is_away_a_process_keeps_the_rules_alone(two: list[Process]) -> None:
    first, _ = two
    where = to()
    first.call(where, ANSWERED)
    first.step()
    first.sharing._url = "postgresql://nobody@127.0.0.1:1/nothing"
    assert first.sharing._connection is not None
    first.sharing._connection.close()
    for _ in range(5):
        first.call(where, FAILED)
    first.step()

    assert OPEN == first.state(where)
    until(lambda: first.call(where, ANSWERED) is None)
    first.step()
    assert RECOVERING == first.state(where)


def test_a_decision_sees_state_age_ratios_and_latencies(two: list[Process]) -> None:
    first, second = two
    where = to()
    for end in (ANSWERED, ANSWERED, ANSWERED, LOST):
        first.call(where, end)
    first.step()
    seen_by(second.view, where)
    second.step()
    second.sharing._next["figures"] = 0.0
    second.sharing._look_after()
    seen = seen_by(second.view, where)

    assert health.BREAKER_STATE_CLOSED == seen.breaker
    assert (2500, 2500) == (seen.failure_basis_points, seen.timeout_basis_points)
    assert 0.008 < seen.latency_p50.ToTimedelta().total_seconds() < 0.012
    assert 4.0 < seen.latency_p95.ToTimedelta().total_seconds() < 8.0
    assert seen.age.ToTimedelta().total_seconds() < 5


def test_a_decision_sees_when_an_open_one_is_probed(two: list[Process]) -> None:
    where = to()
    opened(two[0], where)
    seen = seen_by(two[0].view, where)

    assert health.BREAKER_STATE_OPEN == seen.breaker
    assert seen.HasField("probe_time")


def test_of_what_was_never_called_a_decision_sees_that_nothing_is_known(two: list[Process]) -> None:
    seen = seen_by(two[0].view, to())

    assert health.BREAKER_STATE_UNSPECIFIED == seen.breaker
    assert not seen.HasField("age")


def test_what_fails_in_sandboxes_opens_nothing_in_the_live_environment(two: list[Process]) -> None:
    sandbox = to(environment=1)
    opened(two[0], sandbox)

    for process in two:
        assert process.call(replace(sandbox, environment=2), ANSWERED) is None
        process.step()
    assert CLOSED == two[1].state(replace(sandbox, environment=2))
