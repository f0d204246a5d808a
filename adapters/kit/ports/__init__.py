"""The ports: what a provider can do for us, one file per domain. Implementing a port is the capability."""

from adapters.kit.ports.grants import Grants
from adapters.kit.ports.payouts import Payouts
from adapters.kit.ports.webhooks import Inbound, Reading, Webhooks

__all__ = ["Grants", "Inbound", "Payouts", "Reading", "Webhooks"]
