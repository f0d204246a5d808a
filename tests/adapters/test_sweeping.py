"""Whole flows through server and worker in which no webhook ever comes: one sweep brings them to their true end.

Nothing is looked up by itself here: polls are a day away. Providers are found, not listed.
"""

import pytest

from adapters.kit.discovery import providers
from adapters.kit.ports import Listings
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_RETURNED, PAYOUT_STATE_SETTLED, Payout, PayoutState
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.rail_pb2 import Rail
from tests.server import people
from tests.server.flows.fixtures import bridge, flow
from tests.server.flows.stage import Stage, Vendor
from tests.server.sweeps.conftest import busy
from tests.server.sweeps.sweeper import swept
from tests.serving import until

__all__ = ["bridge", "busy", "flow"]

LISTING = sorted(
    name for name, each in providers().items() if each.implements(Listings) and "payouts" in each.manifest.coverage
)


@pytest.fixture(name="vendor", params=LISTING)
def _vendor(flow: Stage, request: pytest.FixtureRequest) -> Vendor:
    """A provider whose webhooks never come."""
    vendor = flow.vendor(request.param, webhooks=False, step_seconds=0.02)
    flow.route(vendor)
    return vendor


def sent(flow: Stage, vendor: Vendor) -> Payout:
    """A payout that the provider has taken."""
    rail, currency = vendor.fixtures.amounts[0]
    account: BankAccount | None = None
    if rail != Rail.RAIL_SEPA:
        account = people.us_account()
        assert currency == account.currency_code
    made = flow.pay(account=account)
    return until(lambda: flow.now(made) if flow.now(made).provider_reference else None, what="taken")  # type: ignore[no-any-return] # what the condition gives


def reaches(flow: Stage, vendor: Vendor, payout: Payout, state: "PayoutState.ValueType") -> Payout:
    """The payout, once sweeps have brought it to a state. What is asked because of a list is asked at once."""

    def there() -> Payout | None:
        swept(flow, vendor.connection_id)
        found = flow.now(payout)
        return found if found.state == state else None

    found: Payout = until(there, seconds=20.0, what=f"state {state}")
    return found


def test_a_payout_of_which_no_webhook_tells_settles_by_the_sweep_alone(flow: Stage, vendor: Vendor) -> None:
    payout = sent(flow, vendor)

    settled = reaches(flow, vendor, payout, PAYOUT_STATE_SETTLED)

    assert ([], 1) == (flow.items(), len(vendor.paid(payout)))
    assert payout.provider_reference == settled.provider_reference
    assert not flow.inbound()


def test_a_return_of_which_no_webhook_tells_is_found_by_the_next_sweep(flow: Stage, vendor: Vendor) -> None:
    payout = sent(flow, vendor)
    reaches(flow, vendor, payout, PAYOUT_STATE_SETTLED)
    vendor.move(payout, PAYOUT_STATE_RETURNED)

    returned = reaches(flow, vendor, payout, PAYOUT_STATE_RETURNED)

    assert ([], payout.amount) == (flow.items(), returned.amount)
