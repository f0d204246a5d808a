"""What rests on a consent stops when it ends: within 60 seconds, whatever the provider does, and never too late."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.kit.simulator import Fault
from corridor.access.v1 import consent_pb2 as pb
from corridor.access.v1.consent_pb2 import Consent
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_ACCEPTED,
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_HELD,
    PAYOUT_STATE_SETTLED,
    Payout,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_CONSENT_REVOKED
from server import parts
from server.store.work import Done, Job
from tests.server import people
from tests.server.consents import given
from tests.server.flows.stage import QUEUE, Stage
from tests.serving import Refused, Running, until

STOPPED = pb.CONSENT_DEPENDENT_STATE_STOPPED
LEFT = pb.CONSENT_DEPENDENT_STATE_LEFT_TO_FINISH


def under(flow: Stage, consent: Consent) -> Payout:
    """A new payout that rests on a consent."""
    return flow.pay(consent_id=consent.consent_id)


def cancelled(flow: Stage, payout: Payout) -> Payout:
    """A payout once its consent's end has stopped it; nobody cuts a pause short for that."""

    def there() -> Payout | None:
        found = flow.now(payout)
        return found if found.state == PAYOUT_STATE_CANCELLED else None

    found: Payout = until(there, seconds=60, what="cancelled within 60 seconds")
    return found


def test_a_payout_that_waits_for_its_provider_is_stopped(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    flow.route(vendor)
    for _ in range(50):
        vendor.simulator.fault(Fault("refuse", status=503), "create_transfer")
    made = under(flow, consent)
    until(lambda: len(flow.attempts(made)) >= 2, what="tried twice in vain")

    given.revoke(flow.client, consent)
    ended = cancelled(flow, made)

    assert PAYOUT_REASON_CONSENT_REVOKED == ended.reason
    assert ["payout.accepted", "payout.cancelled"] == given.events(flow.client, made.payout_id)
    assert ({made.payout_id: STOPPED}, []) == (given.dependents(flow.client, consent), vendor.paid(made))


def test_a_payout_that_waits_for_its_route_is_stopped_and_never_sent(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    flow.route(vendor, mode=QUEUE)
    made = under(flow, consent)

    given.revoke(flow.client, consent)
    cancelled(flow, made)
    flow.route(vendor)
    flow.reaches(flow.pay(), PAYOUT_STATE_SETTLED)

    assert ([], []) == (flow.attempts(made), vendor.paid(made))


def test_a_held_payout_is_stopped(flow: Stage) -> None:
    people.hold_above(flow.client, 1)
    consent = given.grant(flow.client)
    made = under(flow, consent)
    assert PAYOUT_STATE_HELD == made.state

    given.revoke(flow.client, consent)

    assert PAYOUT_REASON_CONSENT_REVOKED == cancelled(flow, made).reason


def test_a_payout_that_the_provider_has_is_left_to_finish(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    flow.route(vendor)
    made = flow.reaches(under(flow, consent), PAYOUT_STATE_SETTLED)

    given.revoke(flow.client, consent)
    until(lambda: given.dependents(flow.client, consent) == {made.payout_id: LEFT}, seconds=60)

    assert (PAYOUT_STATE_SETTLED, 1) == (flow.now(made).state, len(vendor.paid(made)))


def test_a_consent_that_expires_stops_payouts_as_well(flow: Stage, busy: Running) -> None:
    consent = given.grant(flow.client, expire_time=given.soon(seconds=1))
    made = under(flow, consent)

    until(lambda: given.now(flow.client, consent).state == pb.CONSENT_STATE_EXPIRED, seconds=60)

    assert PAYOUT_REASON_CONSENT_REVOKED == cancelled(flow, made).reason


def test_payouts_of_other_consents_go_on(flow: Stage) -> None:
    vendor, consent, other = flow.vendor(), given.grant(flow.client), given.grant(flow.client, purpose="Other")
    flow.route(vendor, mode=QUEUE)
    made, stays, plain = under(flow, consent), under(flow, other), flow.pay()

    given.revoke(flow.client, consent)
    cancelled(flow, made)
    flow.route(vendor)

    for payout in (stays, plain):
        assert 1 == len(vendor.paid(flow.reaches(payout, PAYOUT_STATE_SETTLED)))


def test_granting_it_again_does_not_bring_back_what_was_stopped(flow: Stage) -> None:
    vendor, consent = flow.vendor(), given.grant(flow.client)
    flow.route(vendor, mode=QUEUE)
    made = under(flow, consent)

    given.revoke(flow.client, consent)
    given.grant(flow.client)
    flow.route(vendor)
    new = under(flow, consent)

    assert (1, []) == (len(vendor.paid(flow.reaches(new, PAYOUT_STATE_SETTLED))), vendor.paid(cancelled(flow, made)))


@pytest.mark.parametrize("end", ["revoked", "other scopes", "nobody's", "another company's"])
def test_no_payout_is_made_under_a_consent_that_does_not_allow_it(flow: Stage, busy: Running, end: str) -> None:
    scopes = ["payouts:read"] if end == "other scopes" else ["payouts:create"]
    consent = given.grant(busy.client() if end == "another company's" else flow.client, data_scopes=scopes)
    if end == "revoked":
        given.revoke(flow.client, consent)
    if end == "nobody's":
        consent.consent_id = "cns_" + "0" * 26

    with pytest.raises(Refused) as refusal:
        under(flow, consent)

    assert "CONSENT_NOT_ACTIVE" == refusal.value.reason


def test_a_replay_answers_as_before_also_when_the_consent_has_ended(flow: Stage) -> None:
    consent, key = given.grant(flow.client), people.new_key()
    request = people.create(people.beneficiary(flow.client), consent_id=consent.consent_id)
    made = flow.client.call("PayoutService/CreatePayout", request, key=key)

    given.revoke(flow.client, consent)

    assert made == flow.client.call("PayoutService/CreatePayout", request, key=key)


def test_nothing_is_sent_after_a_revocation_that_races_with_it(flow: Stage, busy: Running) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    vendor = flow.vendor()
    flow.route(vendor)
    store, company = busy.parts.store, flow.company_id

    def race(number: int) -> tuple[Payout, Consent]:
        consent = given.grant(flow.client, purpose=f"Race {number}")
        made = under(flow, consent)
        threading.Event().wait(chance.random() * 0.03)
        given.revoke(flow.client, consent)
        return made, consent

    with ThreadPoolExecutor(4) as pool:
        raced = list(pool.map(race, range(30)))

    ends = set()
    for made, consent in raced:
        flow.soon(lambda: flow.now(made).state in (PAYOUT_STATE_CANCELLED, PAYOUT_STATE_SETTLED), what="an end")  # noqa: B023 - called at once
        ended = flow.now(made)
        ends.add(ended.state)
        assert (1 if ended.state == PAYOUT_STATE_SETTLED else 0) == len(vendor.paid(made)), seed
        until(lambda: set(given.dependents(flow.client, consent).values()) <= {STOPPED, LEFT}, seconds=60)  # noqa: B023 - called at once
        with store.of(company, made.environment) as connection:
            late = connection.execute(
                "SELECT count(*) FROM corridor.attempts a JOIN corridor.events e ON e.resource_id = %s "
                "AND e.type = 'consent.revoked' WHERE a.resource_id = %s AND a.start_time > e.create_time "
                "AND a.operation = 'create_payout'",
                (consent.consent_id, made.payout_id),
            ).fetchone()
        # The event is written while the consent is locked: an attempt that began after it was not under it.
        assert (0,) == late, seed
    print(f"ends: {sorted(ends)}")


def test_a_payout_that_is_being_sent_is_left_only_once_that_is_certain(flow: Stage) -> None:
    vendor, consent = flow.vendor(webhooks=False), given.grant(flow.client)
    flow.route(vendor)
    vendor.simulator.fault(Fault("slow", seconds=1.0), "create_transfer")
    made = under(flow, consent)
    until(lambda: flow.attempts(made))

    given.revoke(flow.client, consent)
    assert PAYOUT_STATE_ACCEPTED == flow.now(made).state
    until(lambda: given.dependents(flow.client, consent) == {made.payout_id: LEFT}, seconds=60)

    assert 1 == len(vendor.paid(flow.reaches(made, PAYOUT_STATE_SETTLED)))


def test_what_was_left_undone_is_stopped_by_the_next_worker(flow: Stage, busy: Running) -> None:
    consent = given.grant(flow.client)
    made = under(flow, consent)
    given.revoke(flow.client, consent)
    cancelled(flow, made)
    stopping = parts.stopping_consents(busy.parts)
    with people.rows(busy, flow.client) as connection:
        # As if the process had died after the payout was stopped and before that was noted: noting comes again.
        connection.execute("UPDATE corridor.consent_dependents SET state = 5, end_time = NULL")
        row = connection.execute("SELECT consent_id FROM corridor.consent_dependents").fetchone()
    assert row == (consent.consent_id,)

    context = given.worker_context(flow.company_id)
    job = Job(flow.company_id, made.environment, 0, "consents.stop", "", consent.consent_id, 1, "", "",
              given.soon(), given.soon())  # fmt: skip
    assert Done() == stopping.stop(context, job)
    assert {made.payout_id: STOPPED} == given.dependents(flow.client, consent)
    assert 2 == len(given.events(flow.client, made.payout_id))
