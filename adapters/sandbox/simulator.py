"""The sandbox itself: a small provider of payouts and payments over HTTP, with books, webhooks and scenarios.

Rule: it reads strictly; what a careless provider would let pass is an error here.
"""

from collections.abc import Sequence
from typing import ClassVar

from adapters.kit.simulator import Entry, Route
from adapters.sandbox.simulator_disputes import Disputes
from adapters.sandbox.simulator_institutions import EVERYBODY, Institutions
from adapters.sandbox.simulator_transfers import Transfers


class SandboxSimulator(Transfers, Disputes, Institutions):
    """Transfers, payments, disputes and grants of many accounts. Each API key opens one of its own."""

    KINDS = ("transfer", "payment", "action", "dispute")
    ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_transfer", "POST", "/v1/transfers", writes=True),
        Route("check_transfer", "POST", "/v1/transfers/check"),
        Route("list_transfers", "GET", "/v1/transfers"),
        Route("get_transfer", "GET", "/v1/transfers/{transfer_id}"),
        Route("cancel_transfer", "POST", "/v1/transfers/{transfer_id}/cancel", writes=True),
        Route("create_payment", "POST", "/v1/payments", writes=True),
        Route("list_payments", "GET", "/v1/payments"),
        Route("get_payment", "GET", "/v1/payments/{payment_id}"),
        Route("continue_payment", "POST", "/v1/payments/{payment_id}/continue", writes=True),
        Route("create_capture", "POST", "/v1/payments/{payment_id}/captures", writes=True),
        Route("create_increment", "POST", "/v1/payments/{payment_id}/increments", writes=True),
        Route("create_void", "POST", "/v1/payments/{payment_id}/voids", writes=True),
        Route("create_reversal", "POST", "/v1/payments/{payment_id}/reversals", writes=True),
        Route("list_actions", "GET", "/v1/payments/{payment_id}/actions"),
        Route("show_challenge", "GET", "/challenge/{payment_id}/{secret}"),
        Route("answer_challenge", "POST", "/challenge/{payment_id}/{secret}", writes=True),
        Route("create_refund", "POST", "/v1/refunds", writes=True),
        Route("list_refunds", "GET", "/v1/refunds"),
        Route("list_disputes", "GET", "/v1/disputes"),
        Route("get_dispute", "GET", "/v1/disputes/{dispute_id}"),
        Route("add_document", "POST", "/v1/disputes/{dispute_id}/documents", writes=True),
        Route("submit_evidence", "POST", "/v1/disputes/{dispute_id}/evidence", writes=True),
        Route("accept_dispute", "POST", "/v1/disputes/{dispute_id}/accept", writes=True),
        Route("create_grant", "POST", "/v1/grants", writes=True),
        Route("get_grant", "GET", "/v1/grants/{grant_id}"),
        Route("revoke_grant", "POST", "/v1/oauth/revoke", writes=True),
        Route("set_webhook", "POST", "/v1/webhooks", writes=True),
        Route("list_events", "GET", "/v1/events"),
        Route("list_institutions", "GET", "/v1/institutions"),
        Route("set_institution", "POST", "/v1/test_institutions"),
        Route("get_clock", "GET", "/v1/test_clock"),
        Route("advance_clock", "POST", "/v1/test_clock/advance", writes=True),
    )

    def books(self) -> list[Entry]:
        """All money that it was told to move."""
        return [*self.transfers_in_books(), *self.payments_in_books(), *self.actions_in_books()]

    def move(self, object_id: str, word: str) -> bool:
        """Put an object, by its id or our reference, into a status now.

        A payment is disputed by `disputed:REASON` and asked about by `inquiry`. `institution:ID` is a bank or rail.
        """
        named, _, institution = object_id.partition(":")
        if named == "institution":
            self.put_institution(EVERYBODY, institution, word)
            return True
        for kind in self.KINDS:
            for kept in self.store.all(kind):
                if object_id in (kept["data"]["id"], kept["data"].get("reference")):
                    self._account = kept["account"]
                    verb, _, reason = word.partition(":")
                    if kind == "payment" and verb in ("disputed", "inquiry"):
                        stage = "inquiry" if verb == "inquiry" else "chargeback"
                        self.open_dispute(kept, reason or "fraudulent", stage)
                    else:
                        getattr(self, f"move_{kind}")(kept, word)
                    return True
        return False


SIMULATOR = SandboxSimulator
