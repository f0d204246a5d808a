"""The simulated Stripe's desk for payouts, with tokens, external accounts and the balance."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from adapters.kit.simulator import Answer, Request, Route
from adapters.stripe import simulator_objects as objects
from adapters.stripe.simulator_cards import FAILING_ACCOUNTS, SHORT_BALANCE, SOMEBODY_ELSES
from adapters.stripe.simulator_desk import PAYOUT, TRANSACTION, Desk, Json

TOKEN, EXTERNAL_ACCOUNT = "token", "external_account"
SETTLES = ("in_transit", "paid")
START_MINOR = 10**13
"""What is in the balance of each currency at first: more than anybody pays out."""


class PayoutDesk(Desk):
    """Payouts to the account's own bank accounts."""

    PAYOUT_ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_token", "POST", "/v1/tokens", writes=True),
        Route("list_external_accounts", "GET", "/v1/accounts/{id}/external_accounts"),
        Route("create_payout", "POST", "/v1/payouts", writes=True),
        Route("list_payouts", "GET", "/v1/payouts"),
        Route("get_payout", "GET", "/v1/payouts/{id}"),
        Route("cancel_payout", "POST", "/v1/payouts/{id}/cancel", writes=True),
        Route("get_balance", "GET", "/v1/balance"),
    )

    def create_token(self, request: Request) -> Answer:
        """Make a token for a bank account. Every account is taken for the company's own, save magic ones."""

        def make(account: str, form: Json) -> Answer:
            details = dict(form["bank_account"])
            self._check(details)
            number = details["account_number"]
            said = f"{account} {details['country']} {details.get('routing_number')} {number}"
            bank_account = objects.bank_account(details, hashlib.sha256(said.encode()).hexdigest()[:16])
            if not number.endswith(SOMEBODY_ELSES):
                self._adopt(account, bank_account, number)
            return Answer(200, self.keep(TOKEN, objects.token(bank_account, self.seconds()), account))

        return self.once(request, make)

    def list_external_accounts(self, request: Request) -> Answer:
        """The account's own bank accounts."""
        account = self.authorise(request)
        found = [each["shown"] for each in self.of_account(EXTERNAL_ACCOUNT, account)]
        return self.page(found, request, f"/v1/accounts/{request.params['id']}/external_accounts")

    def create_payout(self, request: Request) -> Answer:
        """Pay out to one of the account's own bank accounts."""

        def make(account: str, form: Json) -> Answer:
            amount, currency = int(form["amount"]), str(form["currency"])
            to = self.store.get(EXTERNAL_ACCOUNT, str(form.get("destination")))
            if to is None or self.owner(to["id"]) != account or to["shown"]["currency"] != currency:
                message = "No such external account"
                raise self.refused(400, "invalid_request_error", "resource_missing", message, "destination")
            if amount % 100_000 == SHORT_BALANCE or amount > self._balance(account)[currency]:
                message = "You have insufficient funds in your account."
                return Answer(400, objects.error("invalid_request_error", "balance_insufficient", message))
            payout = self.keep(PAYOUT, objects.payout(form, amount, self.seconds()), account)
            self.tell("payout.created", payout)
            failure = FAILING_ACCOUNTS.get(to["number"])
            self.script(PAYOUT, payout["id"], ("in_transit", f"failed:{failure}") if failure else SETTLES)
            return Answer(200, dict(payout))

        return self.once(request, make)

    def list_payouts(self, request: Request) -> Answer:
        """The account's payouts."""
        return self.page(self.of_account(PAYOUT, self.authorise(request)), request, "/v1/payouts")

    def get_payout(self, request: Request) -> Answer:
        """One payout."""
        return self.shown(self.own(PAYOUT, request), request)

    def cancel_payout(self, request: Request) -> Answer:
        """Take a payout back that is not with the bank yet."""

        def cancel(account: str, form: Json) -> Answer:
            payout = self.own(PAYOUT, request)
            if payout["status"] != "pending":
                message = "Payouts can only be cancelled while they are pending."
                return Answer(400, objects.error("invalid_request_error", "payouts_not_allowed", message))
            self.script(PAYOUT, payout["id"], ())
            self.enter_payout(payout, "canceled")
            return Answer(200, dict(payout))

        return self.once(request, cancel)

    def get_balance(self, request: Request) -> Answer:
        """What the account has in each currency."""
        held = self._balance(self.authorise(request))
        amounts = [
            {"amount": held[each], "currency": each, "source_types": {"card": held[each]}} for each in sorted(held)
        ]
        return Answer(200, {"object": "balance", "available": amounts, "livemode": False, "pending": []})

    def enter_payout(self, payout: Json, word: str, *, last: bool = True) -> None:
        """Put a payout into a state: `failed:no_account` with its code."""
        status, _, code = word.partition(":")
        payout["status"] = status
        if status in ("failed", "canceled"):
            payout["failure_balance_transaction"] = objects.new_id("txn")
        if status == "failed":
            payout.update(failure_code=code or "could_not_process", failure_message="The bank did not take it.")
        self.keep(PAYOUT, payout)
        named = {"paid": "payout.paid", "failed": "payout.failed", "canceled": "payout.canceled"}
        self.tell(named.get(status, "payout.updated"), payout, last=last)

    def _check(self, details: Mapping[str, Any]) -> None:
        number, routing = str(details.get("account_number", "")), str(details.get("routing_number") or "")
        if not number.isalnum() or set(number) == {"0"}:
            param = "bank_account[account_number]"
            raise self.refused(400, "invalid_request_error", "account_number_invalid", "Invalid number", param)
        if details.get("country") == "US" and not (routing.isdigit() and len(routing) == 9):
            param = "bank_account[routing_number]"
            raise self.refused(400, "invalid_request_error", "routing_number_invalid", "Invalid number", param)

    def _adopt(self, account: str, bank_account: Json, number: str) -> None:
        known = [each["shown"] for each in self.of_account(EXTERNAL_ACCOUNT, account)]
        same = ("fingerprint", "currency")
        if not any(all(each[name] == bank_account[name] for name in same) for each in known):
            shown = {**bank_account, "id": objects.new_id("ba"), "account": account}
            self.keep(EXTERNAL_ACCOUNT, {"id": shown["id"], "shown": shown, "number": number}, account)

    def _balance(self, account: str) -> Counter[str]:
        held: Counter[str] = Counter()
        for currency in ("usd", "eur", "gbp"):
            held[currency] = START_MINOR
        for line in self.of_account(TRANSACTION, account):
            held[line["currency"]] += line["net"]
        for payout in self.of_account(PAYOUT, account):
            if payout["status"] not in ("failed", "canceled"):
                held[payout["currency"]] -= payout["amount"]
        return held
