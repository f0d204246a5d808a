"""A stand-in for Adyen's test platform: Checkout, Transfers, Disputes and webhooks, at one address.

Rule: what the vendor documents, it does; what a magic value adds stands in `simulator_scripts.py` and in the README.
"""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

from adapters.adyen.simulator_checkout import PAYMENT
from adapters.adyen.simulator_disputes import DisputeSimulator
from adapters.adyen.simulator_scripts import error
from adapters.adyen.simulator_transfers import TRANSFER
from adapters.kit.simulator import Answer, Entry, Refused, Request, Route


class AdyenSimulator(DisputeSimulator):
    """The vendor. Any API key opens an account of its own, unless it begins with `wrong`."""

    IDEMPOTENCY_HOURS: ClassVar[float] = 7 * 24.0
    CREDENTIALS: ClassVar[Mapping[str, str]] = {"balance_account_id": "BA3227C223222B5BLP6JQC3FD"}
    ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_payment", "POST", "/v71/payments", writes=True),
        Route("send_details", "POST", "/v71/payments/details", writes=True),
        Route("capture", "POST", "/v71/payments/{psp}/captures", writes=True),
        Route("cancel", "POST", "/v71/payments/{psp}/cancels", writes=True),
        Route("refund", "POST", "/v71/payments/{psp}/refunds", writes=True),
        Route("reverse", "POST", "/v71/payments/{psp}/reversals", writes=True),
        Route("update_amount", "POST", "/v71/payments/{psp}/amountUpdates", writes=True),
        Route("cancel_by_reference", "POST", "/v71/cancels", writes=True),
        Route("create_transfer", "POST", "/v3/transfers", writes=True),
        Route("cancel_transfers", "POST", "/v3/transfers/cancel", writes=True),
        Route("list_transactions", "GET", "/v3/transactions"),
        Route("defense_reasons", "POST", "/v30/retrieveApplicableDefenseReasons"),
        Route("supply_documents", "POST", "/v30/supplyDefenseDocument", writes=True),
        Route("delete_document", "POST", "/v30/deleteDisputeDefenseDocument", writes=True),
        Route("defend", "POST", "/v30/defendDispute", writes=True),
        Route("accept", "POST", "/v30/acceptDispute", writes=True),
    )

    def authorise(self, request: Request) -> str:
        """The account of an API key: a part of its digest."""
        key = request.headers.get("x-api-key", "")
        if not key or key.startswith("wrong"):
            raise Refused(Answer(401, error(401, "000", "HTTP Status Response - Unauthorized", "security")))
        return hashlib.sha256(key.encode()).hexdigest()[:12]

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape."""
        return Answer(status, error(status, {"bad_request": "702"}.get(code, "000"), message))

    def books(self) -> list[Entry]:
        """Payouts, authorisations, captures and refunds."""
        return [*self.transfer_entries(), *self.payment_entries()]

    def move(self, object_id: str, word: str) -> bool:
        """Put a transfer into a status, or tell of a payment or dispute by an event's code, `CAPTURE_FAILED` or so."""
        if self.move_transfer(object_id, word) or self.tell_dispute(object_id, word):
            return True
        for each in self.store.all(PAYMENT):
            if object_id in (each["psp"], each["reference"].partition("-")[0]):
                self.tell(each, word, True)
                return True
        return False

    def resume(self) -> None:
        """Go on with what was put off, and with transfers that have statuses ahead of them."""
        for job in self.unfinished_payment_jobs():
            self.later(1, functools.partial(self.do_payment_job, job))
        for each in self.store.all(TRANSFER):
            self.go_on_with(each)


SIMULATOR = AdyenSimulator
