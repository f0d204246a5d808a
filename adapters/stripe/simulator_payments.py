"""The simulated Stripe's desk for payments: payment intents and their charges.

Rule: a payment intent pays at most once, whatever is asked of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from adapters.kit.simulator import Answer, Request, Route
from adapters.stripe import simulator_objects as objects
from adapters.stripe.amounts import stated
from adapters.stripe.simulator_cards import Card, card, error_code
from adapters.stripe.simulator_desk import CHARGE, INTENT, TRANSACTION, Desk, Json

ZERO_DECIMAL_STEP = frozenset({"isk", "ugx"})
THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
# The simulator's own: pounds settle in dollars, so that a conversion can be seen; every other currency in itself.
CONVERTED: Mapping[str, tuple[str, float]] = {"gbp": ("usd", 1.25)}
AFTER_CHARGE = ("requires_capture", "succeeded")


class PaymentDesk(Desk):
    """Payment intents."""

    PAYMENT_ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_intent", "POST", "/v1/payment_intents", writes=True),
        Route("list_intents", "GET", "/v1/payment_intents"),
        Route("get_intent", "GET", "/v1/payment_intents/{id}"),
        Route("update_intent", "POST", "/v1/payment_intents/{id}", writes=True),
        Route("confirm_intent", "POST", "/v1/payment_intents/{id}/confirm", writes=True),
        Route("capture_intent", "POST", "/v1/payment_intents/{id}/capture", writes=True),
        Route("cancel_intent", "POST", "/v1/payment_intents/{id}/cancel", writes=True),
        Route("authenticate", "GET", "/authenticate/{id}"),
    )

    def create_intent(self, request: Request) -> Answer:
        """Make a payment intent, and confirm it at once if so asked."""

        def make(account: str, form: Json) -> Answer:
            amount = self.checked_amount(form)
            if form.get("confirm") == "true" and card(str(form.get("payment_method"))) is None:
                message = "No such PaymentMethod"
                raise self.refused(400, "invalid_request_error", "resource_missing", message, "payment_method")
            intent = self.keep(INTENT, objects.intent(form, amount, self.seconds()), account)
            self.tell("payment_intent.created", intent)
            return (
                self._attempt(intent, request, form) if form.get("confirm") == "true" else self.shown(intent, request)
            )

        return self.once(request, make)

    def list_intents(self, request: Request) -> Answer:
        """The account's payment intents."""
        return self.page(self.of_account(INTENT, self.authorise(request)), request, "/v1/payment_intents")

    def get_intent(self, request: Request) -> Answer:
        """One payment intent."""
        return self.shown(self.own(INTENT, request), request)

    def update_intent(self, request: Request) -> Answer:
        """Change a payment intent's metadata."""

        def change(account: str, form: Json) -> Answer:
            intent = self.own(INTENT, request)
            intent["metadata"].update(form.get("metadata") or {})
            return self.shown(self.keep(INTENT, intent), request, form)

        return self.once(request, change)

    def confirm_intent(self, request: Request) -> Answer:
        """Try once more, after the customer has acted."""

        def confirm(account: str, form: Json) -> Answer:
            intent = self.own(INTENT, request)
            if intent["status"] != "requires_confirmation":
                return self.unexpected_state(intent)
            return self._attempt(intent, request, form, authenticated=True)

        return self.once(request, confirm)

    def capture_intent(self, request: Request) -> Answer:
        """Take all or a part, once."""

        def take(account: str, form: Json) -> Answer:
            intent = self.own(INTENT, request)
            if intent["status"] != "requires_capture":
                return self.unexpected_state(intent)
            amount = int(form.get("amount_to_capture") or intent["amount_capturable"])
            if not 0 < amount <= intent["amount_capturable"]:
                message = "The amount is above what can be captured."
                return Answer(
                    400, objects.error("invalid_request_error", "amount_too_large", message, "amount_to_capture")
                )
            intent["metadata"].update(form.get("metadata") or {})
            self._captured(intent, amount)
            self.tell("charge.captured", self.charge_of(intent), group=intent["id"])
            self._ended(intent, "payment_intent.succeeded")
            return self.shown(intent, request, form)

        return self.once(request, take)

    def cancel_intent(self, request: Request) -> Answer:
        """Give a payment intent up, and release what it holds."""

        def cancel(account: str, form: Json) -> Answer:
            intent = self.own(INTENT, request)
            if intent["status"] in ("succeeded", "canceled"):
                return self.unexpected_state(intent)
            self.cancel(intent, form.get("cancellation_reason"))
            return self.shown(intent, request, form)

        return self.once(request, cancel)

    def authenticate(self, request: Request) -> Answer:
        """The page of the customer's bank: it passes unless `result=fail`, and sends the browser back."""
        intent = self.store.get(INTENT, request.params["id"])
        if intent is None or intent["status"] != "requires_action":
            return self.error(404, "not_found", "nothing to authenticate")
        back = intent["next_action"]["redirect_to_url"]["return_url"]
        self.enter_intent(intent, "failed" if request.argument("result") == "fail" else "authenticated")
        joined = "&" if "?" in back else "?"
        status = "failed" if intent["last_payment_error"] else "succeeded"
        to = f"{back}{joined}payment_intent={quote(intent['id'])}&redirect_status={status}"
        return Answer(302, {}, {"Location": to})

    # What becomes of a payment intent.

    def enter_intent(self, intent: Json, word: str) -> None:
        """What happens to it by somebody else's will: the customer passes or fails, or its time is over."""
        if word == "authenticated":
            intent.update(status="requires_confirmation", next_action=None)
            self.keep(INTENT, intent)
        elif word == "failed":
            error = objects.error("invalid_request_error", "payment_intent_authentication_failure", "not authenticated")
            intent.update(status="requires_payment_method", next_action=None, last_payment_error=error["error"])
            self.keep(INTENT, intent)
            self.tell("payment_intent.payment_failed", intent, last=True)
        elif word == "expired":
            self.cancel(intent, "automatic")
        elif word == "canceled":
            self.cancel(intent, None)
        else:
            intent["status"] = word
            self.keep(INTENT, intent)
            self.tell("payment_intent.processing", intent, last=True)

    def cancel(self, intent: Json, reason: str | None) -> None:
        """End it without a capture."""
        held = intent["status"] == "requires_capture"
        intent.update(status="canceled", amount_capturable=0, canceled_at=self.seconds(), cancellation_reason=reason)
        intent["next_action"] = None
        self.keep(INTENT, intent)
        if held:
            charge = self.charge_of(intent)
            charge.update(refunded=True, amount_refunded=charge["amount"])
            self.keep(CHARGE, charge)
            self.tell("charge.expired" if reason == "automatic" else "charge.refunded", charge, group=intent["id"])
        self.tell("payment_intent.canceled", intent, last=True)

    def charge_of(self, intent: Mapping[str, Any]) -> Json:
        """Its latest charge."""
        found = self.store.get(CHARGE, str(intent["latest_charge"]))
        assert found is not None
        return found

    def checked_amount(self, form: Mapping[str, Any]) -> int:
        """The amount of a form, if the vendor takes it. docs.stripe.com/currencies, read 2026-11."""
        currency, amount = str(form.get("currency", "")), str(form.get("amount", ""))
        if not amount.isdigit() or int(amount) < 1:
            raise self.refused(400, "invalid_request_error", "parameter_invalid_integer", "Invalid integer", "amount")
        step = 100 if currency in ZERO_DECIMAL_STEP else 10 if currency in THREE_DECIMALS else 1
        if int(amount) % step:
            raise self.refused(400, "invalid_request_error", "invalid_charge_amount", "Invalid amount", "amount")
        if currency != currency.lower():
            raise self.refused(400, "invalid_request_error", "", "Invalid currency", "currency")
        stated(int(amount), currency)  # refuses what is no currency
        return int(amount)

    def unexpected_state(self, intent: Json) -> Answer:
        """The refusal of what the payment intent's state does not allow."""
        message = f"This PaymentIntent could not be changed because it has a status of {intent['status']}."
        code = "payment_intent_unexpected_state"
        return Answer(400, objects.error("invalid_request_error", code, message, payment_intent=dict(intent)))

    def settled(self, kind: str, amount: int, currency: str, source: str, fee: int, account: str) -> Json:
        """A line of the balance for an amount in the currency that the customer pays."""
        into, rate = CONVERTED.get(currency, (currency, None))
        worth = amount if rate is None else round(amount * rate)
        line = objects.balance_transaction(kind, worth, into, fee, source, self.seconds(), rate)
        return self.keep(TRANSACTION, line, account)

    def _attempt(self, intent: Json, request: Request, form: Json, *, authenticated: bool = False) -> Answer:
        chosen = card(str(intent["payment_method"])) or Card()
        if chosen.challenge and not authenticated:
            intent.update(status="requires_action", next_action=self._challenge(intent, form))
            self.keep(INTENT, intent)
            self.tell("payment_intent.requires_action", intent)
            return self.shown(intent, request, form)
        charge = self.keep(CHARGE, objects.charge(intent, chosen, self.seconds()), self.owner(intent["id"]))
        intent["latest_charge"] = charge["id"]
        if chosen.decline:
            return self._declined(intent, charge, chosen)
        intent["last_payment_error"] = None
        if intent["capture_method"] == "manual":
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            self.keep(INTENT, intent)
            self.tell("charge.succeeded", charge, group=intent["id"])
            self.tell("payment_intent.amount_capturable_updated", intent)
        else:
            self._captured(intent, intent["amount"])
            self.tell("charge.succeeded", self.charge_of(intent), group=intent["id"])
            self._ended(intent, "payment_intent.succeeded")
        return self.shown(intent, request, form)

    def _challenge(self, intent: Json, form: Json) -> Json:
        if form.get("return_url"):
            place = {"return_url": form["return_url"], "url": f"{self.url}/authenticate/{intent['id']}"}
            return {"type": "redirect_to_url", "redirect_to_url": place}
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "stripe_3ds2_fingerprint"}}

    def _declined(self, intent: Json, charge: Json, chosen: Card) -> Answer:
        code = error_code(chosen.decline)
        more = {"decline_code": chosen.decline, "charge": charge["id"]}
        error = objects.error("card_error", code, "Your card was declined.", **more)["error"]
        charge.update(failure_code=code, failure_message="Your card was declined.")
        self.keep(CHARGE, charge)
        intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
        self.keep(INTENT, intent)
        self.tell("charge.failed", charge, group=intent["id"])
        self.tell("payment_intent.payment_failed", intent, last=True)
        return Answer(402, {"error": {**error, "payment_intent": dict(intent)}})

    def _captured(self, intent: Json, amount: int) -> None:
        charge, account = self.charge_of(intent), self.owner(intent["id"])
        fee = round(amount * 0.029) + 30
        line = self.settled("charge", amount, intent["currency"], charge["id"], fee, account)
        charge.update(captured=True, amount_captured=amount, balance_transaction=line["id"])
        charge["amount_refunded"] = charge["amount"] - amount  # what was not taken is released
        self.keep(CHARGE, charge)
        intent.update(status="succeeded", amount_capturable=0, amount_received=amount)
        self.keep(INTENT, intent)

    def _ended(self, intent: Json, kind: str) -> None:
        chosen = card(str(intent["payment_method"])) or Card()
        self.tell(kind, intent, last=True)
        if chosen.dispute:
            self.script(
                CHARGE, intent["latest_charge"], [("inquiry:" if chosen.inquiry else "dispute:") + chosen.dispute]
            )
