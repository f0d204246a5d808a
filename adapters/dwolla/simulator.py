"""A stand-in for Dwolla's sandbox: tokens, receive-only customers, bank accounts, transfers, webhooks.

Rule: what the vendor documents, it does; what a magic value adds stands in `simulator_scripts.py` and in the README.
"""

import base64
import binascii
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from adapters.dwolla import simulator_objects as objects
from adapters.dwolla.simulator_base import DwollaBase, hal
from adapters.dwolla.simulator_checks import check_bank_account, check_customer, check_transfer
from adapters.dwolla.simulator_scripts import AT_SOURCE, REFUSED, chosen
from adapters.kit.mapping import minor_units
from adapters.kit.simulator import Answer, Entry, Event, Request, Route

CUSTOMER, SOURCE, TRANSFER, FAILURE, SCRIPT = "customer", "funding_source", "transfer", "failure", "script"
TOKEN_SECONDS = 3600
TOPIC_OF_STATUS = {"pending": "created", "processed": "completed"}


class DwollaSimulator(DwollaBase):
    """The vendor. Any client id and secret open it, unless the secret begins with `wrong`."""

    CREDENTIALS: ClassVar[Mapping[str, str]] = {
        "account_id": "b7f1c3d2-5e64-4c1a-9a53-0d2f6a7c9e11",
        "funding_source_id": "707177c3-bf15-4e7e-b37c-55c3898d9bf4",
        "email_domain": "beneficiaries.example",
    }
    ROUTES: ClassVar[Sequence[Route]] = (
        Route("token", "POST", "/token"),
        Route("root", "GET", "/"),
        Route("create_customer", "POST", "/customers", writes=True),
        Route("list_customers", "GET", "/customers"),
        Route("get_customer", "GET", "/customers/{id}"),
        Route("create_funding_source", "POST", "/customers/{id}/funding-sources", writes=True),
        Route("list_funding_sources", "GET", "/customers/{id}/funding-sources"),
        Route("create_transfer", "POST", "/transfers", writes=True),
        Route("get_transfer", "GET", "/transfers/{id}"),
        Route("cancel_transfer", "POST", "/transfers/{id}", writes=True),
        Route("get_failure", "GET", "/transfers/{id}/failure"),
        Route("list_transfers", "GET", "/accounts/{id}/transfers"),
        Route("list_events", "GET", "/events"),
        Route("simulate", "POST", "/sandbox-simulations", writes=True),
    )

    def token(self, request: Request) -> Answer:
        """An access token for whoever has a client's secret."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            client = secret = ""
        granted = request.form().get("grant_type") == "client_credentials"
        if scheme != "Basic" or not client or not secret or secret.startswith("wrong") or not granted:
            return Answer(401, {"error": "invalid_client"})
        made = self.new_id()
        self.store.put("token", made, {"account": client, "ends": self.now() + TOKEN_SECONDS})
        return Answer(200, {"access_token": made, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def root(self, request: Request) -> Answer:
        """Where an application begins."""
        account = self.authorise(request)
        links = {"self": objects.link(self.url, "", ""), "account": objects.link(self.url, "accounts", account)}
        return hal(200, {"_links": links})

    def create_customer(self, request: Request) -> Answer:
        """Make a receive-only customer, once per idempotency key. An e-mail address is taken once."""

        def make(account: str, body: Mapping[str, Any]) -> dict[str, Any]:
            self._check(check_customer(body))
            for known in self._all(CUSTOMER, account):
                if known["email"] == body["email"]:
                    about = known["_links"]["self"]
                    self._refuse(objects.invalid("Duplicate", "/email", "A customer with it already exists.", about))
            return self._put(CUSTOMER, objects.customer(body, self.url, self._time()), account)

        return self._once(request, make)

    def list_customers(self, request: Request) -> Answer:
        """The customers whose name or e-mail address is like what is searched for."""
        wanted = request.argument("search").lower()
        found = [
            each
            for each in self._all(CUSTOMER, self.authorise(request))
            if any(wanted in str(each.get(name, "")).lower() for name in ("firstName", "lastName", "email"))
        ]
        return hal(200, objects.page(self.url, "/customers", "customers", found))

    def get_customer(self, request: Request) -> Answer:
        """One customer."""
        return hal(200, self._own(CUSTOMER, request))

    def create_funding_source(self, request: Request) -> Answer:
        """Give a customer a bank account, once per idempotency key. The same account twice is refused."""
        customer = self._own(CUSTOMER, request)

        def make(account: str, body: Mapping[str, Any]) -> dict[str, Any]:
            self._check(check_bank_account(body))
            number = f"{body['routingNumber']}/{body['accountNumber']}"
            for known in self._all(SOURCE, account):
                kept = self.store.get("number", known["id"]) or {}
                if not known["removed"] and kept == {"customer": customer["id"], "number": number}:
                    self._refuse(objects.duplicate(known))
            made = objects.funding_source(body, customer["id"], self.url, self._time())
            self.store.put("number", made["id"], {"customer": customer["id"], "number": number})
            return self._put(SOURCE, made, account)

        return self._once(request, make)

    def list_funding_sources(self, request: Request) -> Answer:
        """A customer's bank accounts, with the removed ones unless `removed` is false."""
        customer = self._own(CUSTOMER, request)
        with_removed = request.argument("removed", "true") != "false"
        found = [
            each
            for each in self._all(SOURCE, self.authorise(request))
            if self._customer_of(each["id"]) == customer["id"] and (with_removed or not each["removed"])
        ]
        return hal(200, objects.page(self.url, request.path, "funding-sources", found))

    def create_transfer(self, request: Request) -> Answer:
        """Make a transfer, once per idempotency key. Refusals are not remembered."""

        def make(account: str, body: Mapping[str, Any]) -> dict[str, Any]:
            self._check(check_transfer(body))
            destination = self.store.get(SOURCE, body["_links"]["destination"]["href"].rpartition("/")[2])
            if destination is None or destination["removed"] or self._owner(destination["id"]) != account:
                self._refuse(objects.invalid("Invalid", "/_links/destination/href", "Receiver not found."))
                raise AssertionError  # the refusal has been raised
            cents = minor_units(body["amount"]["value"], "USD")
            if cents % 100_000 in REFUSED:
                self._refuse(objects.invalid(*REFUSED[cents % 100_000]))
            customer = self._customer_of(destination["id"])
            made = objects.transfer(body, account, customer, self.url, self._time())
            self._put(TRANSFER, made, account)
            self._script(made["id"], chosen(cents, destination))
            return made

        return self._once(request, make)

    def get_transfer(self, request: Request) -> Answer:
        """One transfer."""
        return hal(200, self._own(TRANSFER, request))

    def cancel_transfer(self, request: Request) -> Answer:
        """Cancel a transfer that is pending; of any other the vendor says that its status does not allow it."""
        transfer = self._own(TRANSFER, request)
        if request.json() != {"status": "cancelled"}:
            self._refuse(objects.invalid("Invalid", "/status", "Status invalid."))
        if transfer["status"] != "pending":
            self._refuse(objects.invalid("NotAllowed", "/status", "Status not allowed."))
        self._script(transfer["id"], ())
        self._enter(transfer, "cancelled")
        return hal(200, transfer)

    def get_failure(self, request: Request) -> Answer:
        """Why a transfer has failed."""
        transfer = self._own(TRANSFER, request)
        failure = self.store.get(FAILURE, transfer["id"])
        return hal(200, failure) if failure else self.error(404, "not_found", "The requested resource was not found.")

    def list_transfers(self, request: Request) -> Answer:
        """The account's transfers, all or those with a correlation id."""
        wanted = request.argument("correlationId")
        found = [
            each
            for each in self._all(TRANSFER, self.authorise(request))
            if wanted in ("", each.get("correlationId", ""))
        ]
        return hal(200, objects.page(self.url, request.path, "transfers", found))

    def list_events(self, request: Request) -> Answer:
        """What has happened at the account, the newest first."""
        account = self.authorise(request)
        told = self.told.page(account, sys.maxsize, newest_first=True).events
        start, size = int(request.argument("offset", "0")), min(200, int(request.argument("limit", "25")))
        page = objects.page(self.url, request.path, "events", told[start : start + size])
        return hal(200, {**page, "total": len(told)})

    def simulate(self, request: Request) -> Answer:
        """Let every pending transfer take its next step, as the vendor's sandbox does when it is told to."""
        pending = [each for each in self._all(TRANSFER, self.authorise(request)) if each["status"] == "pending"]
        for transfer in pending:
            self._step(transfer["id"])
        return hal(200, {"_links": {"self": objects.link(self.url, "sandbox-simulations", "")}, "total": len(pending)})

    # What tests and people see and do.

    def books(self) -> list[Entry]:
        """Every transfer."""
        return [
            Entry(
                reference=transfer.get("correlationId", ""),
                provider_reference=transfer["id"],
                amount_minor=minor_units(transfer["amount"]["value"], transfer["amount"]["currency"]),
                currency_code=transfer["amount"]["currency"],
                state=transfer["status"],
            )
            for transfer in self.store.all(TRANSFER)
        ]

    def move(self, object_id: str, word: str) -> bool:
        """Put a transfer, by its id or correlation id, into a status now, with one webhook. Also `failed:R03`."""
        for transfer in self.store.all(TRANSFER):
            if object_id in (transfer["id"], transfer.get("correlationId")):
                self._script(transfer["id"], ())
                self._enter(transfer, word, ends=("transfer",))
                return True
        return False

    def resume(self) -> None:
        """Go on with every script that is not at its end."""
        for script in self.store.all(SCRIPT):
            self._go_on(script["transfer_id"], script["version"])

    # What transfers do.

    def _script(self, transfer_id: str, words: Sequence[str]) -> None:
        """Give a transfer another future, in place of the one that it had."""
        version = ((self.store.get(SCRIPT, transfer_id) or {}).get("version", 0)) + 1
        self.store.put(SCRIPT, transfer_id, {"transfer_id": transfer_id, "words": list(words), "version": version})
        self._go_on(transfer_id, version)

    def _go_on(self, transfer_id: str, version: int) -> None:
        def step() -> None:
            if (self.store.get(SCRIPT, transfer_id) or {}).get("version") == version:
                self._step(transfer_id)
                self._go_on(transfer_id, version)

        if (self.store.get(SCRIPT, transfer_id) or {}).get("words"):
            self.later(1, step)

    def _step(self, transfer_id: str) -> None:
        script, transfer = self.store.get(SCRIPT, transfer_id), self.store.get(TRANSFER, transfer_id)
        if script is None or transfer is None or not script["words"]:
            return
        word, *rest = script["words"]
        self.store.put(SCRIPT, transfer_id, {**script, "words": rest})
        self._enter(transfer, "pending" if word == "created" else word, last=not rest)

    def _enter(
        self,
        transfer: dict[str, Any],
        word: str,
        *,
        last: bool = True,
        ends: Sequence[str] = ("transfer", "customer_transfer"),
    ) -> None:
        """Put a transfer into a status, and tell both ends of it."""
        status, _, code = word.partition(":")
        transfer["status"] = status
        if status == "failed":
            self._fail(transfer, code or "R03")
        if status != "pending":
            transfer["_links"].pop("cancel", None)
        account = self._owner(transfer["id"])
        self._put(TRANSFER, transfer, account)
        for end in ends:
            topic = f"{end}_{TOPIC_OF_STATUS.get(status, status)}"
            event = objects.event(topic, transfer, self.url, account, self._time())
            body = json.dumps(event, ensure_ascii=False).encode()
            self.told.add(account, event["id"], self.now(), objects.listed(event))
            self.notify(Event(event["id"], account, transfer["id"], body, last and end == ends[-1]))

    def _fail(self, transfer: dict[str, Any], code: str) -> None:
        """Keep why a transfer failed. A bank account that was not found is removed; R01 leaves it as it is."""
        at_source = code in AT_SOURCE
        self.store.put(FAILURE, transfer["id"], objects.failure(transfer, code, at_source=at_source))
        transfer["_links"]["failure"] = {"href": f"{transfer['_links']['self']['href']}/failure", "type": objects.HAL}
        if not at_source:
            source_id = transfer["_links"]["destination-funding-source"]["href"].rpartition("/")[2]
            self.store.put(SOURCE, source_id, {**(self.store.get(SOURCE, source_id) or {}), "removed": True})


SIMULATOR = DwollaSimulator
