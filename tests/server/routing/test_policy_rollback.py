"""Rules are rolled back in one call: to what decided before, past what never did, and past what is scheduled."""

import pytest

from tests.server.routing.rules_desk import (
    get,
    make,
    off,
    rollback,
)
from tests.server.routing.version_desk import ACTIVE, QUEUE, SUPERSEDED, WITHDRAWN, activate, come, soon, told, withdraw
from tests.serving import Refused, Running


def test_a_rollback_brings_back_what_decided_before(corridor: Running) -> None:
    client = corridor.client()
    first = make(client, off("stop", QUEUE))
    make(client, base=1)

    back = rollback(client)

    assert (3, ACTIVE, 1, list(first.rules)) == (back.version, back.state, back.restored_version, list(back.rules))
    assert SUPERSEDED == get(client, first).state


def test_a_rollback_of_the_first_version_leaves_routes_alone(corridor: Running) -> None:
    client = corridor.client()
    make(client, off("stop", QUEUE))

    back = rollback(client)

    assert (2, 0, []) == (back.version, back.restored_version, list(back.rules))


def test_a_rollback_passes_over_versions_that_never_decided(corridor: Running) -> None:
    client = corridor.client()
    make(client, off("first", QUEUE))
    withdraw(client, make(client, off("second", QUEUE), base=1, at=soon(hours=1)))
    later = make(client, off("third", QUEUE), base=2, at=soon(hours=1))
    make(client, off("fourth", QUEUE), base=3)
    come(corridor, later)
    activate(corridor)

    assert "first" == rollback(client).rules[0].name


def test_a_rollback_withdraws_what_is_scheduled(corridor: Running) -> None:
    client = corridor.client()
    make(client, off("first", QUEUE))
    make(client, off("second", QUEUE), base=1)
    later = make(client, off("third", QUEUE), base=2, at=soon(hours=1))

    rollback(client)

    assert WITHDRAWN == get(client, later).state
    assert ["routing_policy.created", "routing_policy.withdrawn"] == told(client, later)


def test_a_rollback_goes_to_the_version_that_is_named(corridor: Running) -> None:
    client = corridor.client()
    for number, name in enumerate(("first", "second", "third")):
        make(client, off(name, QUEUE), base=number)

    assert "first" == rollback(client, 1).rules[0].name


@pytest.mark.parametrize("to", [0, 7])
def test_a_rollback_to_nothing_is_refused(corridor: Running, to: int) -> None:
    client = corridor.client()
    if to:
        make(client)

    with pytest.raises(Refused) as refused:
        rollback(client, to)

    assert "NOT_FOUND" == refused.value.reason


def test_a_rollback_to_a_version_that_never_decided_is_refused(corridor: Running) -> None:
    client = corridor.client()
    make(client)
    make(client, base=1, at=soon(hours=1))

    with pytest.raises(Refused) as refused:
        rollback(client, 2)

    assert "NOT_FOUND" == refused.value.reason
