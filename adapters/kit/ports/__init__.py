"""The ports: what a provider can do for us, one file per domain. Implementing a port is the capability."""

from adapters.kit.ports.checks import Checks
from adapters.kit.ports.clocks import Clocks
from adapters.kit.ports.disputes import Disputes
from adapters.kit.ports.grants import Grants
from adapters.kit.ports.institutions import Institutions
from adapters.kit.ports.listings import Listing, Listings
from adapters.kit.ports.payments import Payments
from adapters.kit.ports.payouts import Payouts
from adapters.kit.ports.refunds import Refunds
from adapters.kit.ports.targets import Targets
from adapters.kit.ports.webhooks import Inbound, Observation, Reading, Webhooks

__all__ = [
    "Checks",
    "Clocks",
    "Disputes",
    "Grants",
    "Inbound",
    "Institutions",
    "Listing",
    "Listings",
    "Observation",
    "Payments",
    "Payouts",
    "Reading",
    "Refunds",
    "Targets",
    "Webhooks",
]
