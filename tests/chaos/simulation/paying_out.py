"""Payouts of a run: some payouts, some of them cancelled; held against the books of both vendors at the end."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from adapters.kit.simulator import Entry
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.rail_pb2 import Rail
from tests.chaos.simulation.company import Company, Wish
from tests.chaos.simulation.dice import Dice
from tests.server import people

if TYPE_CHECKING:
    from tests.chaos.simulation.run import Run

S = PayoutState
FINAL = {S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_FAILED, S.PAYOUT_STATE_RETURNED, S.PAYOUT_STATE_CANCELLED}
MOVED = {S.PAYOUT_STATE_SETTLED, S.PAYOUT_STATE_RETURNED}
_MAGIC = (1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16)  # ends of amounts at which vendors do something else
_ACCOUNTS: dict["Rail.ValueType", Callable[[], BankAccount]] = {
    Rail.RAIL_ACH: people.us_account,
    Rail.RAIL_SEPA: people.euro_account,
}


_STATES = "SELECT payout_id, state FROM corridor.payouts WHERE company_id = %s ORDER BY payout_id"


class PayingOut:
    """The payouts of a run."""

    domain = "payouts"

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._beneficiary_id = ""
        self.payout_ids: list[str] = []
        self.wishes: list[Wish] = []
        self.rail: Rail.ValueType = Rail.RAIL_ACH
        self.currency = ""

    def set_up(self, company: Company) -> None:
        """Make a beneficiary whom both vendors can reach, and decide what is paid."""
        covered = [set(vendor.fixtures.amounts) for vendor in company.vendors]
        ways = sorted(way for way in covered[0] & covered[1] if way[0] in _ACCOUNTS)
        self.rail, self.currency = self._dice.choice(ways)
        request = beneficiaries.CreateBeneficiaryRequest(bank_account=_ACCOUNTS[self.rail]())
        request.party.business.legal_name = "Example GmbH"
        made = company.ask("BeneficiaryService/CreateBeneficiary", request)
        self._beneficiary_id = made.beneficiary.beneficiary_id
        for number in range(self._dice.choice((1, 1, 2, 2, 3, 4))):
            self._plan(number + 1)

    @property
    def resource_ids(self) -> list[str]:
        """Everything that was made."""
        return list(self.payout_ids)

    def open(self, run: "Run") -> list[tuple[str, ...]]:
        """What is not at an end."""
        return [(name,) for name, state in run.rows(_STATES) if state not in FINAL]

    def waiting(self, company: Company) -> set[str]:
        """What no provider has yet, as far as Corridor knows."""
        return {each.payout_id for each in self._payouts(company) if each.state == S.PAYOUT_STATE_ACCEPTED}

    def told(self, company: Company) -> dict[str, int]:
        """How many events there must be of everything that was made."""
        return {each.payout_id: each.revision for each in self._payouts(company)}

    def shown(self, company: Company) -> list[str]:
        """Everything as it is, for the trace."""
        return [f"{each.payout_id} {S.Name(each.state)} revision {each.revision}" for each in self._payouts(company)]

    def wrong(self, company: Company, books: dict[str, list[tuple[str, Entry]]], asked: set[str]) -> list[str]:
        """What of the payouts does not agree with the books. `asked`: with which a person was asked to help."""
        found = []
        for payout in self._payouts(company):
            entries, state = books.pop(payout.payout_id, []), S.Name(payout.state)
            amounts = [(entry.amount_minor, entry.currency_code) for _, entry in entries]
            ours = (payout.amount.amount_minor, payout.amount.currency_code)
            if len(entries) > 1:
                found.append(f"{payout.payout_id} is in the books {len(entries)} times: {entries}")
            if payout.state in MOVED and amounts != [ours]:
                found.append(f"{payout.payout_id} is {state}, and the books say {amounts}")
            if any(amount != ours for amount in amounts):
                found.append(f"{payout.payout_id} is for {ours}, and the books say {amounts}")
            over = {vendor.name for vendor in company.vendors if vendor.connection_id == payout.connection_id}
            if entries and {name for name, _ in entries} != over:
                found.append(f"{payout.payout_id} went over {over}, and is in the books of {entries}")
            if entries and payout.payout_id not in asked:
                found += self._disagreement(company, payout)
        return found

    def _disagreement(self, company: Company, payout: Payout) -> list[str]:
        """What the vendor itself says in the end, where that is something else than what Corridor says."""
        vendor = next(each for each in company.vendors if each.connection_id == payout.connection_id)
        seen = company.look_up(vendor, "look_up_payout", lambda adapter, call: adapter.look_up_payout(call, payout))
        if seen is not None and seen.state and seen.state != payout.state:
            told, ours = S.Name(seen.state), S.Name(payout.state)
            return [f"{payout.payout_id} is {ours}, and {vendor.name} says {told} ({seen.provider_state})"]
        return []

    def _plan(self, number: int) -> None:
        base = self._dice.randint(1, 20) * 100
        amount = 99_000 + self._dice.choice(_MAGIC) if self._dice.falls(0.25) else base
        request = api.CreatePayoutRequest(beneficiary_id=self._beneficiary_id, rail=self.rail)
        request.amount.currency_code, request.amount.amount_minor = self.currency, amount
        made: list[str] = []

        def done(answer: api.CreatePayoutResponse) -> None:
            payout_id = answer.payout.payout_id
            made.append(payout_id)
            if payout_id not in self.payout_ids:
                self.payout_ids.append(payout_id)
            assert [payout_id] == sorted(set(made)), "one key made two payouts"

        create = Wish(f"pay {number}: {amount} {self.currency}", "PayoutService/CreatePayout", lambda: request, done)
        self.wishes.append(create)
        if self._dice.falls(0.3):
            again = Wish(f"pay {number} again", create.method, lambda: request if made else None, done)
            again.key = create.key = f"pay-{number}"
            self.wishes.append(again)

        def one(kind: type[Message]) -> Callable[[], Message | None]:
            return lambda: kind(payout_id=made[0]) if made else None  # type: ignore[call-arg] # both have it

        if self._dice.falls(0.25):
            self.wishes.append(Wish(f"cancel {number}", "PayoutService/CancelPayout", one(api.CancelPayoutRequest)))
        if self._dice.falls(0.25):
            self.wishes.append(Wish(f"retry {number}", "PayoutService/RetryPayout", one(api.RetryPayoutRequest)))

    def _payouts(self, company: Company) -> list[Payout]:
        context = company.context()
        found = [company.process.parts.payouts.get(context, payout_id) for payout_id in self.payout_ids]
        return [each for each in found if each is not None]
