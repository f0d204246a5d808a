"""The capability matrix of each adapter is what its simulator sees now, and it sees what an adapter forgets."""

from typing import Any

import pytest

from adapters.kit.call import Call
from adapters.kit.discovery import Provider, providers
from adapters.kit.errors import Rejected
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from server.cli.adapter_fields import NOT_SENT, REFUSED, SENT, observed
from server.cli.adapter_matrix import FILE, capabilities

OURS = [name for name, provider in providers().items() if provider.package.startswith("adapters.")]


class _Forgetful:
    """The sandbox's payouts, by an adapter that forgets the reference and refuses some names."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Forget, refuse, or pass on."""
        if beneficiary.party.person.given_name != "Ada":
            raise Rejected("the name cannot be told", code="name")
        payout.ClearField("reference")
        seen: PayoutObservation = self._adapter.create_payout(call, payout, beneficiary)
        return seen

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Pass on."""
        found: PayoutObservation | None = self._adapter.look_up_payout(call, payout)
        return found

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Pass on."""
        seen: PayoutObservation = self._adapter.cancel_payout(call, payout)
        return seen


def _fields(adapter: Any) -> dict[str, str]:
    sandbox = providers()["sandbox"]
    provider = Provider(sandbox.name, sandbox.manifest, sandbox.package, sandbox.folder)
    provider.__dict__["adapter"] = adapter  # what the cached property would hold
    return next(each.fields for each in observed(provider) if each.operation == "create_payout")


@pytest.mark.parametrize("name", OURS)
def test_the_matrix_of_an_adapter_is_current(name: str) -> None:
    provider = providers()[name]
    file = provider.folder / FILE

    assert file.is_file(), f"run `corridor adapter matrix {name} --write`"
    assert capabilities(provider) == file.read_text(encoding="utf-8"), f"run `corridor adapter matrix {name} --write`"


def test_it_is_the_same_each_time() -> None:
    assert capabilities(providers()["sandbox"]) == capabilities(providers()["sandbox"])


def test_what_an_adapter_sends_is_seen() -> None:
    fields = _fields(providers()["sandbox"].adapter)

    for path in ("payout.payout_id", "payout.amount.amount_minor", "payout.reference", "payout.rail",
                 "beneficiary.bank_account.iban.iban", "beneficiary.party.person.family_name"):  # fmt: skip
        assert SENT == fields[path]


def test_what_an_adapter_forgets_or_refuses_is_seen() -> None:
    fields = _fields(_Forgetful(providers()["sandbox"].adapter))

    assert (NOT_SENT, REFUSED) == (fields["payout.reference"], fields["beneficiary.party.person.given_name"])
    assert SENT == fields["payout.amount.amount_minor"]
