"""Where an erasure could have said that it was complete while something was left, or have waited unseen for ever."""

import dataclasses
from typing import Any

import psycopg

from corridor.approvals.v1 import approval_pb2
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.type.v1.party_pb2 import Party, Person
from server.kit.context import Caller, Context
from server.platform.vault import erasing
from server.platform.vault.erasing import Erasing
from server.store.engine import Store
from server.store.sealed import PAYOUT
from server.store.work import Again, Done, Job
from tests.server import people
from tests.server.approvals.office import Office, rule
from tests.server.flows.fixtures import bridge, busy, flow
from tests.server.flows.stage import Stage
from tests.server.vault.erasure_scene import IBAN, NAME, REFERENCE, erase, repeated, someone
from tests.serving import SANDBOX, Client, Running

__all__ = ["bridge", "busy", "flow"]


def cancelled(client: Client, beneficiary_id: str) -> str:
    """A payout that is at its end; its id."""
    people.hold_above(client, 1)
    payout = people.payout(client, beneficiary_id, reference=REFERENCE)
    request = payouts.CancelPayoutRequest(payout_id=payout.payout_id)
    client.call("PayoutService/CancelPayout", request, key=people.new_key())
    return payout.payout_id


def job_of(corridor: Running, client: Client, erasure_id: str, tries: int = 1) -> tuple[Context, Job]:
    """The work of an erasure, as a worker holds it."""
    company_id = people.company_of(corridor, client)
    context = Context("req-1", "corr-1", caller=Caller(0, "corridor", company_id, SANDBOX))  # type: ignore[arg-type] # a worker
    lane = (erasing.KIND, "", erasure_id)
    return context, Job(company_id, SANDBOX, 1, *lane, tries, "", "", *[None] * 2)  # type: ignore[arg-type] # no lease


@dataclasses.dataclass
class Rotating:
    """Seals, while a rotation seals one payout anew in the moment after it was first read."""

    seals: Any
    url: str
    who: Caller
    payout_id: str
    rotated: bool = False

    def seal(self, *how: Any) -> bytes:
        """As the real ones."""
        made: bytes = self.seals.seal(*how)
        return made

    def open(self, company_id: str, environment: int, purpose: str, bound: str, sealed: bytes) -> bytes:
        """As the real ones."""
        plain: bytes = self.seals.open(company_id, environment, purpose, bound, sealed)
        if not self.rotated and bound == PAYOUT.bound(self.payout_id):
            self.rotated = True
            again = PAYOUT.seal(self.seals, self.who, plain, self.payout_id)
            with psycopg.connect(self.url) as owner:
                statement = "UPDATE corridor.payouts SET message = %s WHERE payout_id = %s"
                owner.execute(statement, (again, self.payout_id))
        return plain


def test_an_erasure_that_meets_a_rotation_leaves_nothing(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = someone(client)
    payout_id = cancelled(client, beneficiary_id)
    context, job = job_of(corridor, client, erase(client, beneficiary_id).erasure_id)
    store = Store(corridor.parts.store.url)
    store.seals = Rotating(corridor.parts.seals, store.url, context.who, payout_id)

    outcome = Erasing(store).run(context, job)
    store.close()

    assert isinstance(outcome, Done)
    assert store.seals.rotated
    assert set() == repeated(corridor, job.company_id)


def test_an_erasure_that_waits_for_an_open_payout_for_long_brings_it_before_a_person(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = someone(client)
    erasure = erase(client, beneficiary_id)
    with psycopg.connect(corridor.parts.store.url) as owner:  # one that was taken in the moment before
        owner.execute(
            "INSERT INTO corridor.payouts SELECT company_id, environment, 'po_' || right(beneficiary_id, 26), 2, "
            "beneficiary_id, NULL, NULL, 1, message, now(), now() FROM corridor.beneficiaries "
            "WHERE beneficiary_id = %s",
            (beneficiary_id,),
        )

    outcomes = [Erasing(corridor.parts.store).run(*job_of(corridor, client, erasure.erasure_id, n)) for n in (1, 200)]

    assert all(isinstance(outcome, Again) for outcome in outcomes)
    with people.rows(corridor, client) as rows:
        told = rows.execute("SELECT count(*) FROM corridor.work_items WHERE resource_id = %s", (erasure.erasure_id,))
        assert (1,) == told.fetchone()


def test_an_erasure_finds_the_approvals_of_someone_when_their_keys_are_forgotten(flow: Stage) -> None:
    office = Office(flow.corridor)
    office.put(rule("corridor.payouts.v1.BeneficiaryService.CreateBeneficiary"), rule())
    request = beneficiaries.CreateBeneficiaryRequest(
        party=Party(person=Person(given_name="Test", family_name=NAME)), bank_account=people.euro_account(IBAN)
    )
    approval = office.asked(request, "BeneficiaryService/CreateBeneficiary", key="someone")
    office.approve(approval)
    beneficiary_id = office.reaches(approval, approval_pb2.APPROVAL_STATE_EXECUTED).resource_id
    rejected = office.asked(people.create(beneficiary_id, reference=REFERENCE), key="rejected")
    office.reject(rejected, reason=f"not to {NAME}")
    with psycopg.connect(flow.corridor.parts.store.url) as owner:  # as after eight days
        owner.execute("DELETE FROM corridor.idempotency WHERE company_id = %s", (office.company_id,))
    office.put()
    before = repeated(flow.corridor, office.company_id)
    erasure = erase(office.checker, beneficiary_id)

    def done() -> bool:
        context, job = job_of(flow.corridor, office.checker, erasure.erasure_id)
        return isinstance(Erasing(flow.corridor.parts.store).run(context, job), Done)

    flow.soon(done, seconds=30)

    assert {"approvals.request", "approvals.message"} <= before
    assert set() == repeated(flow.corridor, office.company_id)
    office.close()
