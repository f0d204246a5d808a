"""The simulated Checkout: payments, what customers do, and modifications, which are taken first and done a step later.

Rule: what the vendor documents, it does. Multiple partial captures are enabled, as the adapter's features need it.
"""

from collections.abc import Callable
from typing import Any

from adapters.adyen import amounts
from adapters.adyen.simulator_scripts import APPROVED, RAW, STEP_UP_FAILED, Outcome, error, outcome
from adapters.adyen.simulator_webhooks import Telling
from adapters.kit.simulator import Answer, Entry, Refused, Request

PAYMENT, MODIFICATION = "payment", "modification"
NO_MONEY = frozenset(("Refused", "Error", "Cancelled"))
EVENTS = {
    "captures": "CAPTURE",
    "cancels": "CANCELLATION",
    "refunds": "REFUND",
    "reversals": "CANCEL_OR_REFUND",
    "amountUpdates": "AUTHORISATION_ADJUSTMENT",
}


class CheckoutSimulator(Telling):
    """Payments of one merchant account per API key."""

    def create_payment(self, request: Request) -> Answer:
        """Authorise, decline, or ask the customer first."""
        return self.act_once(request, lambda account: self._new_payment(request.json(), account))

    def send_details(self, request: Request) -> Answer:
        """Go on after the customer has acted."""
        return self.act_once(request, lambda account: self._details(request.json()["details"]))

    def capture(self, request: Request) -> Answer:
        """Take a part or all, a step later."""
        return self._modify(request, "captures")

    def cancel(self, request: Request) -> Answer:
        """Give up what is not captured, a step later."""
        return self._modify(request, "cancels")

    def refund(self, request: Request) -> Answer:
        """Give back a part or all of what was captured, a step later."""
        return self._modify(request, "refunds")

    def reverse(self, request: Request) -> Answer:
        """Cancel or refund, a step later."""
        return self._modify(request, "reversals")

    def update_amount(self, request: Request) -> Answer:
        """Authorise another total, a step later."""
        return self._modify(request, "amountUpdates")

    def cancel_by_reference(self, request: Request) -> Answer:
        """Cancel a payment by the merchant's reference of it, a step later."""

        def act(account: str) -> Answer:
            body = request.json()
            wanted = body["paymentReference"]
            found = next((each for each in self.store.all(PAYMENT) if each["reference"] == wanted), None)
            own = self.psp_reference()
            made = {"psp": own, "payment": found["psp"] if found else "", "what": "cancels",
                    "reference": body.get("reference") or wanted, "value": 0, "event": "TECHNICAL_CANCEL",
                    "merchant": body["merchantAccount"], "account": account, "done": False}  # fmt: skip
            self._put_off(made)
            return Answer(201, {"merchantAccount": body["merchantAccount"], "paymentReference": wanted,
                                "pspReference": own, "reference": made["reference"], "status": "received"})  # fmt: skip

        return self.act_once(request, act)

    def act_once(self, request: Request, act: Callable[[str], Answer]) -> Answer:
        """What `act` answers, once per key. Another request under a known key gets the first answer again."""
        account = self.authorise(request)
        key = request.headers.get("idempotency-key", "")
        if len(key) > 64:
            raise Refused(Answer(422, error(422, "702", "the idempotency key is too long")))
        return self.once(account, key, "", lambda: act(account), lambda: act(account))

    def payment_entries(self) -> list[Entry]:
        """What was authorised, captured and refunded."""
        entries = []
        for each in self.store.all(PAYMENT):
            if each["authorised"]:
                entries.append(self._entry(each["reference"].partition("-")[0], each, each["authorised"], "payment"))
            if each["automatic"] and each["authorised"]:
                entries.append(self._entry(each["reference"].partition("-")[0], each, each["authorised"], "capture"))
        for each in self.store.all(MODIFICATION):
            taken = {"captures": "capture", "refunds": "refund", "reversals": "refund"}.get(each["what"])
            if taken and each.get("moved"):
                paid = self.payment_of(each["payment"])
                entries.append(self._entry(each["reference"].partition("-")[0], paid, each["moved"], taken))
        return entries

    def payment_of(self, psp: str) -> dict[str, Any]:
        """A payment by the vendor's reference of it. Raises `Refused`."""
        found = self.store.get(PAYMENT, psp)
        if found is None:
            raise Refused(Answer(422, error(422, "167", "Original pspReference required for this operation")))
        return found

    def do_payment_job(self, job: dict[str, Any]) -> None:
        """Do what was put off: tell of an authorisation, or do a modification and tell of it."""
        if job.get("done"):
            return
        job["done"] = True
        if "what" not in job:
            if job["result"] == "Received":
                job |= {"authorised": job["amount"]["value"], "state": "Authorised", "result": "Authorised"}
            self.store.put(PAYMENT, job["psp"], job)
            self.tell(job, "AUTHORISATION", job["state"] == "Authorised")
            return
        paid = self.store.get(PAYMENT, job["payment"]) if job["payment"] else None
        job["moved"] = 0
        success = paid is not None and self._do(job, paid)
        self.store.put(MODIFICATION, job["psp"], job)
        if paid is not None:
            self.store.put(PAYMENT, paid["psp"], paid)
        value = job["value"] or (paid["authorised"] if paid else 0)
        currency = paid["amount"]["currency"] if paid else "EUR"
        self.tell(
            {**job, "original": job["payment"], "amount": {"value": value, "currency": currency}},
            job.get("event") or EVENTS[job["what"]],
            success,
        )

    def unfinished_payment_jobs(self) -> list[dict[str, Any]]:
        """What a restart has to go on with."""
        return [each for kind in (PAYMENT, MODIFICATION) for each in self.store.all(kind) if not each["done"]]

    def _new_payment(self, body: Any, account: str) -> Answer:
        self._check(body)
        found, extra = outcome(body), body.get("additionalData") or {}
        if found.result == "PartiallyAuthorised" and extra.get("allowPartialAuth") != "true":
            found = Outcome("Refused", "12", "Not enough balance")
        made = {
            "psp": self.psp_reference(),
            "reference": body["reference"],
            "merchant": body["merchantAccount"],
            "account": account,
            "amount": body["amount"],
            "automatic": extra.get("manualCapture") != "true",
            "authorised": 0,
            "captured": 0,
            "refunded": 0,
            "released": False,
            "done": True,
        }
        return Answer(200, self._decided(made, found))

    def _decided(self, made: dict[str, Any], found: Outcome) -> dict[str, Any]:
        """What an answer says of a payment that came to an outcome."""
        made |= {"result": found.result, "state": found.result}
        answer = {
            "pspReference": made["psp"],
            "resultCode": found.result,
            "merchantReference": made["reference"],
            "amount": made["amount"],
        }
        if found.result in ("RedirectShopper", "ChallengeShopper"):
            answer["action"] = self._action(made, found.result)
            del answer["pspReference"]  # it comes once the customer has acted
        elif found.result in NO_MONEY:
            raw = {"refusalReasonRaw": RAW[found.code]} if found.code in RAW else {}
            answer |= {"refusalReason": found.reason, "refusalReasonCode": found.code, "additionalData": raw}
            made["done"] = False
        else:
            answer |= self._approved(made, found.result)
            made["done"] = False
        self.store.put(PAYMENT, made["psp"], made)
        if not made["done"]:
            self.later(1, lambda: self.do_payment_job(made))
        return answer

    def _approved(self, made: dict[str, Any], result: str) -> dict[str, Any]:
        if result == "Received":
            return {}
        value, currency = made["amount"]["value"], made["amount"]["currency"]
        approved = value // 2 if result == "PartiallyAuthorised" else value
        made |= {"authorised": approved, "state": "Authorised"}
        made["captured"] = approved if made["automatic"] else 0
        made["amount"] = {"value": approved, "currency": currency}
        extra = {"authCode": "065696", "networkTxReference": "MCCKZ4ABC0903", "cardSummary": "1142",
                 "expiryDate": "3/2030", "fundingSource": "CREDIT", "cardIssuingCountry": "NL",
                 "paymentMethod": "mc"}  # fmt: skip
        if result == "PartiallyAuthorised":
            extra |= {"authorisedAmountValue": str(approved), "authorisedAmountCurrency": currency}
        return {"amount": made["amount"], "additionalData": extra, "paymentMethod": {"brand": "mc", "type": "scheme"}}

    def _action(self, made: dict[str, Any], result: str) -> dict[str, Any]:
        if result == "ChallengeShopper":
            return {"type": "threeDS2", "subtype": "challenge", "paymentMethodType": "scheme", "token": made["psp"],
                    "authorisationToken": made["psp"]}  # fmt: skip
        return {"type": "redirect", "method": "GET", "paymentMethodType": "scheme",
                "url": f"{self.url}/hpp/3d/validate.shtml?transaction={made['psp']}"}  # fmt: skip

    def _details(self, details: dict[str, str]) -> Answer:
        # What a browser brings back here: the payment's reference, and whether the customer passed.
        psp, _, passed = str(details.get("redirectResult") or details.get("threeDSResult")).partition("!")
        made = self.store.get(PAYMENT, psp)
        if made is None or made["result"] not in ("RedirectShopper", "ChallengeShopper"):
            raise Refused(Answer(422, error(422, "14_006", "the details are not of a payment that waits for them")))
        return Answer(200, self._decided(made, APPROVED if passed == "passed" else STEP_UP_FAILED))

    def _check(self, body: Any) -> None:
        amount, method = body["amount"], body["paymentMethod"]
        if "number" in method:
            raise Refused(Answer(403, error(403, "010", "Not allowed", "security")))
        if not isinstance(amount["value"], int) or amount["value"] <= 0:
            raise Refused(Answer(422, error(422, "137", "Invalid amount specified")))
        if not body.get("returnUrl"):
            raise Refused(Answer(422, error(422, "14_030", "Return URL is missing.")))
        if body["merchantAccount"].startswith("Wrong"):
            raise Refused(Answer(403, error(403, "901", "Invalid Merchant Account", "security")))
        if str(method.get("storedPaymentMethodId", "")).startswith("unknown"):
            raise Refused(Answer(422, error(422, "800", "Contract not found")))

    def _modify(self, request: Request, what: str) -> Answer:
        def act(account: str) -> Answer:
            body, psp = request.json(), request.params["psp"]
            paid, own = self.payment_of(psp), self.psp_reference()
            amount = body.get("amount") or {}
            if amount and amount["currency"] != paid["amount"]["currency"]:
                raise Refused(Answer(422, error(422, "138", "Unsupported currency specified")))
            made = {"psp": own, "payment": psp, "what": what, "reference": body.get("reference") or paid["reference"],
                    "value": amount.get("value", 0), "merchant": body["merchantAccount"], "account": account,
                    "done": False}  # fmt: skip
            self._put_off(made)
            answer = {"merchantAccount": body["merchantAccount"], "paymentPspReference": psp, "pspReference": own,
                      "reference": made["reference"], "status": "received"}  # fmt: skip
            return Answer(201, {**answer, "amount": amount} if amount else answer)

        return self.act_once(request, act)

    def _put_off(self, made: dict[str, Any]) -> None:
        self.store.put(MODIFICATION, made["psp"], made)
        self.later(1, lambda: self.do_payment_job(made))

    def _do(self, job: dict[str, Any], paid: dict[str, Any]) -> bool:
        """Do a modification; whether it could be done."""
        value, left = job["value"], paid["authorised"] - paid["captured"]
        if paid["state"] != "Authorised" and job["what"] not in ("refunds", "reversals"):
            return False
        match job["what"]:
            case "captures" if 0 < value <= left and not paid["released"]:
                paid["captured"] += value
                job["moved"] = value
            case "refunds" if 0 < value <= paid["captured"] - paid["refunded"]:
                paid["refunded"] += value
                job["moved"] = value
            case "amountUpdates" if value > 0 and not paid["captured"]:
                paid["authorised"] = value
            case "cancels" if left and not paid["released"]:
                paid |= {"released": True, "state": "Authorised" if paid["captured"] else "Cancelled"}
            case "reversals" if paid["state"] == "Authorised" and not paid["refunded"]:
                job["moved"] = paid["refunded"] = paid["captured"]
                paid["state"] = "Refunded" if paid["captured"] else "Cancelled"
            case _:
                return False
        return True

    def _entry(self, reference: str, paid: dict[str, Any], value: int, kind: str) -> Entry:
        money = amounts.read_parts(value, paid["amount"]["currency"], "books")
        return Entry(reference, paid["psp"], money.amount_minor, money.currency_code, paid["state"], kind)
