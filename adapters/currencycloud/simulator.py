"""A stand-in for Currencycloud's demo system: logins, beneficiaries, payments, conversions, push notifications.

Rule: what the vendor documents, it does; what a magic value adds stands in `simulator_scripts.py` and in the README.
"""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from adapters.currencycloud import simulator_objects as objects
from adapters.currencycloud import simulator_quotes as quotes
from adapters.currencycloud.simulator_checks import check_beneficiary, check_conversion, check_payment
from adapters.currencycloud.simulator_checks import form as _form
from adapters.currencycloud.simulator_scripts import REFUSED, chosen
from adapters.kit.mapping import minor_units
from adapters.kit.simulator import Answer, Entry, Event, Refused, Request, Route, Simulator

BENEFICIARY, PAYMENT, CONVERSION, SCRIPT = "beneficiary", "payment", "conversion", "script"
TOKEN_SECONDS = 1800
RATE = Decimal(2)
DELETABLE = frozenset(("new", "awaiting_authorisation", "authorised", "ready_to_send"))
# Nothing is told of the others: what is submitted or suspended is learnt by asking.
SILENT = frozenset(("new", "awaiting_authorisation", "authorised", "submitted", "suspended", "released", "deleted"))


class CurrencycloudSimulator(Simulator):
    """The vendor. Any login id and well-formed key open it, unless the key begins with `bad`."""

    CREDENTIALS: ClassVar[Mapping[str, str]] = {"api_key": "0" * 64}
    ROUTES: ClassVar[Sequence[Route]] = (
        Route("login", "POST", "/authenticate/api"),
        Route("create_beneficiary", "POST", "/beneficiaries/create", writes=True),
        Route("find_beneficiaries", "POST", "/beneficiaries/find"),
        Route("validate_beneficiary", "POST", "/beneficiaries/validate"),
        Route("create_conversion", "POST", "/conversions/create", writes=True),
        Route("find_conversions", "GET", "/conversions/find"),
        Route("validate_payment", "POST", "/payments/validate"),
        Route("create_payment", "POST", "/payments/create", writes=True),
        Route("find_payments", "GET", "/payments/find"),
        Route("quote_fee", "GET", "/payments/quote_payment_fee"),
        Route("get_delivery_date", "GET", "/payments/payment_delivery_date"),
        Route("get_payment", "GET", "/payments/{id}"),
        Route("delete_payment", "POST", "/payments/{id}/delete", writes=True),
    )

    def login(self, request: Request) -> Answer:
        """A token for whoever has an API key."""
        form = _form(request)
        if not form.get("login_id"):
            raise self._refused(400, "auth_invalid_user_login_details", "login_id", "login_id_is_required")
        if not re.fullmatch(r"[a-f0-9]{64}", form.get("api_key", "")):
            raise self._refused(400, "auth_invalid_user_login_details", "api_key", "api_key_length_is_invalid")
        if form["api_key"].startswith("bad"):
            raise self._refused(401, "auth_failed", "username", "invalid_supplied_credentials")
        token = f"{self._random.getrandbits(128):032x}"
        self.store.put("token", token, {"account": form["login_id"], "used": self.now()})
        return Answer(200, {"auth_token": token})

    def create_beneficiary(self, request: Request) -> Answer:
        """Make a beneficiary. The vendor knows no key here."""
        account, form = self.authorise(request), _form(request)
        self._check("beneficiary_create_failed", check_beneficiary(form))
        return Answer(200, self._put(BENEFICIARY, objects.beneficiary(form, self._time()), account))

    def find_beneficiaries(self, request: Request) -> Answer:
        """The account's beneficiaries, all or those with an external reference."""
        account, wanted = self.authorise(request), _form(request).get("beneficiary_external_reference", "")
        found = [
            each for each in self._all(BENEFICIARY, account)
            if wanted in ("", each["beneficiary_external_reference"])
        ]  # fmt: skip
        return Answer(200, objects.page("beneficiaries", found))

    def validate_beneficiary(self, request: Request) -> Answer:
        """Check a beneficiary without making it."""
        _, form = self.authorise(request), _form(request)
        self._check("beneficiary_validate_failed", quotes.check_validated(form))
        return Answer(200, objects.beneficiary(form, self._time()))

    def quote_fee(self, request: Request) -> Answer:
        """What a payment would cost."""
        return Answer(200, quotes.fee(request.argument, self.authorise(request)))

    def get_delivery_date(self, request: Request) -> Answer:
        """When a payment would arrive."""
        self.authorise(request)
        return Answer(200, quotes.delivery(request.argument))

    def create_conversion(self, request: Request) -> Answer:
        """Book a conversion, once per key."""
        account, form = self.authorise(request), _form(request)
        self._check("conversion_create_failed", check_conversion(form))
        self._once(CONVERSION, account, form, "conversion_create_failed")
        sold = str((Decimal(form["amount"]) * RATE).quantize(Decimal("0.01")))
        made = objects.conversion(form, sold, self._time(), account)
        return Answer(200, self._put(CONVERSION, made, account))

    def find_conversions(self, request: Request) -> Answer:
        """The account's conversions, all or that with a key."""
        return Answer(200, objects.page("conversions", self._with_key(CONVERSION, request)))

    def validate_payment(self, request: Request) -> Answer:
        """Check a payment without making it."""
        self._checked(self.authorise(request), _form(request), validating=True)
        return Answer(200, {"validation_result": "success"})

    def create_payment(self, request: Request) -> Answer:
        """Make a payment, once per key."""
        account, form = self.authorise(request), _form(request)
        minor = self._checked(account, form)
        self._once(PAYMENT, account, form, "payment_create_failed")
        now = self._time()
        made = self._put(PAYMENT, objects.payment(form, now, now[:10]), account)
        if bought := self.store.get(CONVERSION, form.get("conversion_id", "")):
            bought["payment_ids"].append(made["id"])
            self._put(CONVERSION, bought, account)
        script = chosen(minor)
        self._enter(made, script[0], tell=False)
        self._script(made["id"], script if script[0] == "ready_to_send" else script[1:])
        return Answer(200, dict(made))

    def find_payments(self, request: Request) -> Answer:
        """The account's payments, all or that with a key, and those that were changed since a time; by pages."""
        deleted, since = request.argument("with_deleted") == "true", request.argument("updated_at_from")
        found = [
            each
            for each in self._with_key(PAYMENT, request)
            if (deleted or each["status"] != "deleted")
            and (not since or datetime.fromisoformat(each["updated_at"]) >= datetime.fromisoformat(since))
        ]
        field, direction = request.argument("order", "created_at"), request.argument("order_asc_desc", "asc")
        found.sort(key=lambda each: str(each[field]), reverse=direction == "desc")
        number, size = int(request.argument("page", "1")), int(request.argument("per_page", "25"))
        return Answer(200, objects.page("payments", found, number, size, f"{field} {direction}"))

    def get_payment(self, request: Request) -> Answer:
        """One payment."""
        return Answer(200, dict(self._own(request)))

    def delete_payment(self, request: Request) -> Answer:
        """Delete a payment that is not on its way yet."""
        payment = self._own(request)
        if payment["status"] not in DELETABLE:
            raise self._refused(400, "payment_delete_failed", "id", "payment_not_found")
        self._script(payment["id"], ())
        self._enter(payment, "deleted")
        return Answer(200, dict(payment))

    # What the base asks of a vendor.

    def authorise(self, request: Request) -> str:
        """The account whose token it is; a token lives on while it is used."""
        token = self.store.get("token", request.headers.get("x-auth-token", ""))
        if token is None or self.now() - token["used"] > TOKEN_SECONDS:
            raise self._refused(401, "auth_failed", "username", "invalid_supplied_credentials")
        token["used"] = self.now()
        return str(token["account"])

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape and words."""
        if status == 429:
            return Answer(429, objects.error("too_many_requests", "base", "too_many_requests"))
        words = {"not_found": "resource_not_found", "bad_request": "invalid_extra_parameters"}
        return Answer(status, objects.error(words.get(code, "service_unavailable"), "base", words.get(code, code)))

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The header of a push notification. Only the body is signed."""
        return {"x-hmac-digest-sha-512": hmac.digest(secret.encode(), body, "sha512").hex()}

    def books(self) -> list[Entry]:
        """Every payment. Conversions stay in the company's own account."""
        return [
            Entry(
                reference=payment["unique_request_id"],
                provider_reference=payment["id"],
                amount_minor=minor_units(payment["amount"], payment["currency"]),
                currency_code=payment["currency"],
                state=payment["status"],
            )
            for payment in self.store.all(PAYMENT)
        ]

    def move(self, object_id: str, word: str) -> bool:
        """Put a payment, by its id or key, into a status now. Also `failed:compliance` and `failed:returned`."""
        for payment in self.store.all(PAYMENT):
            if object_id in (payment["id"], payment["unique_request_id"]):
                self._script(payment["id"], ())
                self._enter(payment, word)
                return True
        return False

    def resume(self) -> None:
        """Go on with every script that is not at its end."""
        for script in self.store.all(SCRIPT):
            self._go_on(script["payment_id"], script["version"])

    # What payments do.

    def _script(self, payment_id: str, words: Sequence[str]) -> None:
        """Give a payment another future, in place of the one that it had."""
        version = ((self.store.get(SCRIPT, payment_id) or {}).get("version", 0)) + 1
        self.store.put(SCRIPT, payment_id, {"payment_id": payment_id, "words": list(words), "version": version})
        self._go_on(payment_id, version)

    def _go_on(self, payment_id: str, version: int) -> None:
        def step() -> None:
            script, payment = self.store.get(SCRIPT, payment_id), self.store.get(PAYMENT, payment_id)
            if script is None or payment is None or script["version"] != version or not script["words"]:
                return
            word, *rest = script["words"]
            self.store.put(SCRIPT, payment_id, {**script, "words": rest})
            self._enter(payment, word, last=not rest)
            self._go_on(payment_id, version)

        if (self.store.get(SCRIPT, payment_id) or {}).get("words"):
            self.later(1, step)

    def _enter(self, payment: dict[str, Any], word: str, *, last: bool = True, tell: bool = True) -> None:
        """Put a payment into a status, and tell of those that the vendor tells of."""
        status, _, how = word.partition(":")
        now = self._time()
        payment.update(status=status, updated_at=now)
        if status == "completed" or how == "returned":
            payment["transferred_at"] = now
        if status == "failed":
            payment["failure_reason"] = "refused by the bank"
            payment["failure_returned_amount"] = payment["amount"]
        if how == "compliance":
            payment["review_status"] = "rejected"
        account = self._owner(payment["id"])
        self._put(PAYMENT, payment, account)
        if tell and status not in SILENT:
            body = json.dumps(objects.notification(payment), ensure_ascii=False).encode()
            self.notify(Event(self.new_id(), account, payment["id"], body, last))

    # Small things.

    def _checked(self, account: str, form: Mapping[str, str], *, validating: bool = False) -> int:
        """The minor units of a payment in which nothing is wrong."""
        self._check("payment_create_failed", check_payment(form, validating=validating))
        theirs = self.store.get(BENEFICIARY, form.get("beneficiary_id", ""))
        if theirs is None or self._owner(theirs["id"]) != account or theirs["currency"] != form["currency"]:
            self._check("payment_create_failed", ("beneficiary_id", "invalid_beneficiary_id"))
        bought = self.store.get(CONVERSION, form.get("conversion_id", ""))
        if form.get("conversion_id") and (bought is None or bought["buy_currency"] != form["currency"]):
            self._check("payment_create_failed", ("conversion_id", "invalid_conversion_id"))
        minor = minor_units(form["amount"], form["currency"])
        self._check("payment_create_failed", REFUSED.get(minor % 100_000))
        return minor

    def _check(self, whole: str, fault: tuple[str, str] | None) -> None:
        if fault is not None:
            raise self._refused(400, whole, *fault)

    def _once(self, kind: str, account: str, form: Mapping[str, str], whole: str) -> None:
        key = form.get("unique_request_id", "")
        if key and any(each["unique_request_id"] == key for each in self._all(kind, account)):
            raise self._refused(400, whole, "duplicate_request", "duplicate_request")

    def _refused(self, status: int, whole: str, category: str, code: str) -> Refused:
        return Refused(Answer(status, objects.error(whole, category, code)))

    def _put(self, kind: str, value: dict[str, Any], owner: str) -> dict[str, Any]:
        self.store.put(kind, value["id"], value)
        self.store.put("owner", value["id"], {"account": owner})
        return value

    def _owner(self, object_id: str) -> str:
        return str((self.store.get("owner", object_id) or {}).get("account", ""))

    def _all(self, kind: str, account: str) -> list[dict[str, Any]]:
        return [each for each in self.store.all(kind) if self._owner(each["id"]) == account]

    def _with_key(self, kind: str, request: Request) -> list[dict[str, Any]]:
        account, wanted = self.authorise(request), request.argument("unique_request_id")
        return [each for each in self._all(kind, account) if wanted in ("", each["unique_request_id"])]

    def _own(self, request: Request) -> dict[str, Any]:
        account, wanted = self.authorise(request), request.params["id"]
        found = self.store.get(PAYMENT, wanted)
        if found is None or self._owner(wanted) != account:
            raise self._refused(404, "payment_not_found", "id", "payment_not_found")
        return found

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds")


SIMULATOR = CurrencycloudSimulator
