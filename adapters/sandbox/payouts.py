"""Payouts at the sandbox: transfers. Every method is encode, send, decode; what words mean stands in `mapping.py`."""

from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, Rejected
from adapters.sandbox import mapping
from adapters.sandbox.wire import error_code, found, is_missing, send
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_check_pb2 import PayoutCheck, PayoutCheckVerdict
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason

TRANSFERS = "/v1/transfers"


class Payouts:
    """Implements the ports Payouts and Checks."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Create a transfer. The key makes repeats harmless, the reference makes it findable."""
        body = mapping.transfer(payout, beneficiary)
        seen = mapping.observation(send(call, "POST", TRANSFERS, writes=True, keyed=True, json=body))
        if seen.payout_id != payout.payout_id:
            raise Misconfigured("the idempotency key was already used for another transfer")
        return seen

    def check_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutCheck:
        """Have the transfer checked as it would be made. What is refused at once is refused here, too."""
        body = mapping.transfer(payout, beneficiary)
        try:
            return mapping.check(send(call, "POST", f"{TRANSFERS}/check", only_asks=True, json=body))
        except Rejected as refused:
            return PayoutCheck(
                verdict=PayoutCheckVerdict.PAYOUT_CHECK_VERDICT_REFUSED,
                reason=PayoutReason.PAYOUT_REASON_INVALID_DETAILS,
                provider_reason_code=refused.code,
            )

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the transfer by its own id where we know it, else by our payout's id."""
        transfer = _find(call, payout)
        return mapping.observation(transfer) if transfer else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Ask for the transfer's cancellation. Once it is paid the sandbox refuses; then its state is read."""
        transfer = _find(call, payout)
        if transfer is None:
            raise Rejected("the provider has no transfer for this payout", code="not_found")
        path = f"{TRANSFERS}/{path_segment(transfer['id'])}"
        cancelled = send(call, "POST", f"{path}/cancel", writes=True, absent=_too_late)
        return mapping.observation(cancelled or send(call, "GET", path))


def _find(call: Call, payout: Payout) -> dict[str, Any] | None:
    if not payout.provider_reference:
        return found(call, TRANSFERS, payout.payout_id)
    path = f"{TRANSFERS}/{path_segment(payout.provider_reference)}"
    transfer: dict[str, Any] | None = send(call, "GET", path, absent=is_missing("transfer"))
    return transfer


def _too_late(status: int, body: Any) -> bool:
    return status == 409 and error_code(body) == "not_cancellable"
