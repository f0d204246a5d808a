"""Where an adapter is put to the test: its simulator over real HTTP, a receiver for webhooks, and made-up customers.

Rule: what is particular to a provider comes from its `fixtures.py`; nothing here knows one.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.kit.call import Call
from adapters.kit.discovery import Provider
from adapters.kit.http import Http
from adapters.kit.ports import Inbound
from adapters.kit.simulator import Simulator
from adapters.kit.simulator_http import Answer, Request, SimulatorServer
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.type.v1.address_pb2 import Address
from corridor.type.v1.bank_account_pb2 import BankAccount, BicAccount, Iban, UkAccount, UsAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Party, Person
from corridor.type.v1.rail_pb2 import Rail
from tests.conformance.fixtures import DisputeFixtures, PaymentFixtures, RefundFixtures

CANARIES = ("Zebedee", "Quillfeather", "Canary Wharf 7", "DE89370400440532013000", "370400440532013000",
            "998877665544", "55779911", "Christmas bonus")  # fmt: skip
"""What is in the customers below and must not be seen anywhere afterwards."""

_PARTY = Party(
    person=Person(given_name="Zebedee", family_name="Quillfeather"),
    address=Address(lines=["Canary Wharf 7"], city="London", region="LND", postal_code="E14 5AB", country_code="GB"),
)
_ACCOUNTS: Mapping[str, BankAccount] = {
    "us": BankAccount(us=UsAccount(routing_number="021000021", account_number="998877665544")),
    "iban": BankAccount(iban=Iban(iban="DE89370400440532013000", bic="COBADEFFXXX")),
    "uk": BankAccount(uk=UkAccount(sort_code="200000", account_number="55779911")),
    "bic": BankAccount(bic=BicAccount(bic="NBOKKWKWXXX", account_number="998877665544")),
}
_ACCOUNT_OF_RAIL: Mapping["Rail.ValueType", str] = {
    Rail.RAIL_SEPA: "iban",
    Rail.RAIL_SEPA_INSTANT: "iban",
    Rail.RAIL_FASTER_PAYMENTS: "uk",
    Rail.RAIL_BACS: "uk",
    Rail.RAIL_SWIFT: "bic",
}

_numbers = itertools.count(1)


def _unchanged(payout: Payout) -> None:
    """A provider without a way to provoke it leaves the payout as it is."""


@dataclass(frozen=True, slots=True)
class Fixtures:
    """What the promises need to know of a provider, besides its manifest."""

    credentials: Mapping[str, str]
    """Good ones for the simulator; the webhook secret among them."""
    wrong_credentials: Mapping[str, str]
    """What replaces them to be refused."""
    create: str = ""
    """The simulator's operation by which a payout is made."""
    look_up: str = ""
    """The simulator's operation by which a payout is found by our id."""
    other_account: Mapping[str, str] = field(default_factory=dict)
    """What replaces the credentials to be another account of the simulator's. Needed by providers that list."""
    amounts: Sequence[tuple["Rail.ValueType", str]] = ()
    """Rails and currencies to try: 0, 2 and 3 decimals, as far as the provider covers them."""
    words: Mapping["PayoutState.ValueType", str] = field(default_factory=dict)
    """The provider's words for pending, settled and returned, in which the simulator can `move` a payout."""
    return_code: str = "R03"
    """Its code for a payout by ACH that came back because there is no such account; NACHA's where it passes that on."""
    unknown_word: str = "teleported"
    """A word that it never uses."""
    other_secret: str = "whsec_YW5vdGhlcg=="
    """A webhook secret in the provider's form that signs nothing."""
    signature_header: str = ""
    """In lower case."""
    time_is_signed: bool = False
    cancels: bool = True
    """Whether a payout can be cancelled, and is then told to be."""
    future_is_refused: bool = True
    """Whether a webhook from the future is refused; some vendors' own libraries let it pass."""
    decline: Callable[[Payout], None] | None = None
    """Changes a payout so that the provider declines it."""
    credentials_for: Callable[["Rail.ValueType", str], Mapping[str, str]] = field(default=lambda rail, currency: {})
    """Credentials that differ for a rail and currency."""
    key_is_the_id: bool = False
    """The provider finds a payout again by its key alone, which flows make of the payout's id."""
    set_up: Callable[[Simulator], None] = field(default=lambda simulator: None)
    payments: PaymentFixtures | None = None
    refunds: RefundFixtures | None = None
    disputes: DisputeFixtures | None = None


class Receiver:
    """Takes webhooks, keeps them as they came, and answers 200."""

    def __init__(self) -> None:
        self.inbound: list[Inbound] = []
        self._refusals = 0
        self._changed = threading.Condition()
        self._server = SimulatorServer(self._take)
        self._server.start()
        self.url = self._server.url + "/hook"

    def wait_for(self, count: int, seconds: float = 5.0) -> list[Inbound]:
        """All webhooks, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.inbound) >= count, seconds), len(self.inbound)
            return list(self.inbound)

    def refuse(self, times: int) -> None:
        """Answer the next so many webhooks with 500; they are kept all the same."""
        self._refusals = times

    def stop(self) -> None:
        """Stop listening."""
        self._server.stop()

    def _take(self, request: Request) -> Answer:
        with self._changed:
            self.inbound.append(Inbound(request.headers, request.body))
            self._changed.notify_all()
            self._refusals -= 1
            return Answer(500 if self._refusals >= 0 else 200)


@dataclass(slots=True)
class Bench:
    """One provider under test. The simulator's states stand still: tests move them."""

    provider: Provider
    fixtures: Fixtures
    simulator: Simulator
    http: Http
    receiver: Receiver
    calls: list[Call] = field(default_factory=list)

    @property
    def adapter(self) -> Any:
        """The adapter, by the ports that it implements."""
        return self.provider.adapter

    @property
    def webhook_secret(self) -> str:
        """The secret that signs the simulator's webhooks."""
        credential = self.provider.manifest.webhook_secret
        assert credential is not None
        return self.fixtures.credentials[credential.name]

    def payout(self, rail: "Rail.ValueType | None" = None, currency: str = "", amount_minor: int = 12_345) -> Payout:
        """A payout with an id that no other has; by default by the first rail and currency of the fixtures."""
        if rail is None:
            rail, currency = self.fixtures.amounts[0]
        return Payout(
            payout_id=f"po_{next(_numbers):026d}",
            amount=Money(currency_code=currency, amount_minor=amount_minor),
            rail=rail,
            reference="Christmas bonus",
            statement_text="Christmas bonus",
        )

    def beneficiary(self, payout: Payout) -> Beneficiary:
        """Somebody whom the payout can reach."""
        account = BankAccount()
        account.CopyFrom(_ACCOUNTS[_ACCOUNT_OF_RAIL.get(payout.rail, "us")])
        account.currency_code = payout.amount.currency_code
        # A beneficiary never changes its account, so each account is somebody else's.
        own = f"ben_{payout.rail:020d}{payout.amount.currency_code.lower():0>6}"
        return Beneficiary(beneficiary_id=own, party=_PARTY, bank_account=account)

    def call(self, key: str, *, operation: str = "create_payout", seconds: float = 5.0, **changes: Any) -> Call:
        """A call on a good connection to the simulator."""
        call = Call(
            http=self.http,
            base_url=changes.get("base_url", self.simulator.url),
            credentials={**self.fixtures.credentials, **changes.get("credentials", {})},
            environment="sandbox",
            idempotency_key=key,
            deadline_seconds=seconds,
            correlation_id="corr-1",
            request_id="req-1",
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            operation=operation,
            not_processed=self.provider.manifest.not_processed,
            harmless=changes.get("harmless", False),
        )
        self.calls.append(call)
        return call

    def create(self, payout: Payout, *, key: str = "", **changes: Any) -> Any:
        """Ask for a payout, under a key of its own unless told otherwise."""
        local = self.fixtures.credentials_for(payout.rail, payout.amount.currency_code)
        changes["credentials"] = {**local, **changes.get("credentials", {})}
        usual = payout.payout_id if self.fixtures.key_is_the_id else f"key-{payout.payout_id}"
        call = self.call(key or usual, **changes)
        return self.adapter.create_payout(call, payout, self.beneficiary(payout))

    def look_up(self, payout: Payout, **changes: Any) -> Any:
        """What the provider knows of a payout."""
        return self.adapter.look_up_payout(self.call("", operation="look_up_payout", **changes), payout)

    def paid(self, payout: Payout) -> int:
        """How often the provider's books have the payout."""
        return sum(entry.reference == payout.payout_id for entry in self.simulator.books())

    def move(self, payout: Payout, word: str) -> None:
        """Put the provider's payout into one of its states."""
        with self.simulator.store.lock:
            assert self.simulator.move(payout.payout_id, word)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        """Poll until something holds."""
        ends = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < ends
            time.sleep(0.01)


@contextmanager
def bench(provider: Provider, fixtures: Fixtures) -> Iterator[Bench]:
    """A running simulator of the provider, whose webhooks go to a receiver."""
    simulator = provider.simulator(step_seconds=3600.0)
    http, receiver = Http(), Receiver()
    try:
        simulator.start()
        fixtures.set_up(simulator)
        made = Bench(provider, fixtures, simulator, http, receiver)
        if provider.manifest.webhook_secret is not None:
            simulator.register(receiver.url, made.webhook_secret)
        yield made
    finally:
        simulator.stop()
        http.close()
        receiver.stop()
