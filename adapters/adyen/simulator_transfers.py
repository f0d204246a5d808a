"""The simulated Transfers API: transfers to bank accounts, and the transactions that they make.

Rule: what the vendor documents, it does; what becomes of a transfer stands in `simulator_scripts.py`.
"""

from datetime import datetime
from typing import Any

from adapters.adyen import amounts
from adapters.adyen.simulator_checkout import CheckoutSimulator
from adapters.adyen.simulator_scripts import transfer_error, transfer_script
from adapters.kit.simulator import Answer, Entry, Refused, Request

TRANSFER = "transfer"
FIELDS = frozenset(
    {"amount", "balanceAccountId", "category", "counterparty", "description", "priority", "reference",
     "referenceForBeneficiary", "type"}
)  # fmt: skip
UNDER_REVIEW = frozenset(("pendingApproval", "approvalPending"))
AFTER_BOOKING = frozenset(("returned", "failed"))


class TransferSimulator(CheckoutSimulator):
    """Transfers of one balance platform per API key."""

    def create_transfer(self, request: Request) -> Answer:
        """Take a transfer; what becomes of it is told by webhooks."""
        return self.act_once(request, lambda account: self._new_transfer(request.json(), account))

    def cancel_transfers(self, request: Request) -> Answer:
        """Cancel transfers that wait for a review; any other is refused."""

        def act(account: str) -> Answer:
            kept = [self.store.get(TRANSFER, each) for each in request.json()["transferIds"]]
            if any(each is None or each["transfer"]["status"] not in UNDER_REVIEW for each in kept):
                raise Refused(Answer(422, transfer_error(422, "29_170", "The transfer cannot be cancelled")))
            for each in kept:
                if each is not None:
                    each["ahead"] = ["cancelled:cancelled"]
                    self.go_on_with(each)
            return Answer(200)

        return self.act_once(request, act)

    def list_transactions(self, request: Request) -> Answer:
        """The movements on a balance account, oldest first. The cursor is the number of those before."""
        account, wanted = self.authorise(request), request.argument("balanceAccountId")
        if not wanted or not request.argument("createdSince") or not request.argument("createdUntil"):
            raise Refused(Answer(422, transfer_error(422, "30_112", "A parameter is missing", "balanceAccountId")))
        rows = [
            row
            for each in self.store.all(TRANSFER)
            if each["account"] == account and each["transfer"]["balanceAccountId"] == wanted
            for row in each["transactions"]
            if datetime.fromisoformat(row["createdAt"]) >= datetime.fromisoformat(request.argument("createdSince"))
        ]
        start, size = int(request.argument("cursor") or 0), min(100, int(request.argument("limit") or 10))
        following = f"{self.url}/v3/transactions?balanceAccountId={wanted}&cursor={start + size}"
        links = {"next": {"href": following}} if start + size < len(rows) else {}
        return Answer(200, {"data": rows[start : start + size], "_links": links})

    def transfer_entries(self) -> list[Entry]:
        """Every transfer that was taken."""
        entries = []
        for each in self.store.all(TRANSFER):
            made = each["transfer"]
            money = amounts.read(made["amount"], "books")
            entries.append(
                Entry(made["reference"], made["id"], money.amount_minor, money.currency_code, made["status"])
            )
        return entries

    def move_transfer(self, object_id: str, word: str) -> bool:
        """Put a transfer, by its id or reference, into a status now, such as `returned:counterpartyAccountClosed`."""
        for each in self.store.all(TRANSFER):
            if object_id in (each["transfer"]["id"], each["transfer"]["reference"]):
                each["ahead"] = []
                self._enter(each, word)
                return True
        return False

    def go_on_with(self, kept: dict[str, Any]) -> None:
        """Let a transfer go its way, a status a step."""

        def advance() -> None:
            if kept["ahead"]:
                self._enter(kept, kept["ahead"].pop(0))
                self.go_on_with(kept)

        if kept["ahead"]:
            self.later(1, advance)

    def _new_transfer(self, body: Any, account: str) -> Answer:
        self._check_transfer(body)
        made = {
            **body,
            "id": self.psp_reference(),
            "direction": "outgoing",
            "balanceAccount": {"id": body["balanceAccountId"]},
            "createdAt": self.moment(),
            "reason": "pending",
            "status": "received",
        }
        made.pop("type")  # a transfer's answer does not repeat it
        kept = {"transfer": made, "account": account, "number": 0, "events": [], "transactions": []}
        kept["ahead"] = ["received:pending", *transfer_script(body)]
        self._book(kept, "received")
        self.store.put(TRANSFER, made["id"], kept)
        self.go_on_with(kept)
        return Answer(202, dict(made))

    def _check_transfer(self, body: Any) -> None:
        unknown = sorted(set(body) - FIELDS)
        if unknown:
            raise Refused(Answer(422, transfer_error(422, "30_029", "An unknown field", unknown[0])))
        if not isinstance(body["amount"]["value"], int) or body["amount"]["value"] <= 0:
            raise Refused(Answer(422, transfer_error(422, "30_027", "The amount is not valid", "amount.value")))
        place = "counterparty.bankAccount"
        account = body["counterparty"]["bankAccount"]
        if not account["accountHolder"].get("fullName"):
            raise Refused(Answer(422, transfer_error(422, "30_031", "A name", f"{place}.accountHolder.fullName")))
        if set(account["accountIdentification"].get("accountNumber", "1")) == {"0"}:
            named = f"{place}.accountIdentification.accountNumber"
            raise Refused(Answer(422, transfer_error(422, "30_081", "The account number is not valid", named)))

    def _enter(self, kept: dict[str, Any], word: str) -> None:
        status, _, reason = word.partition(":")
        made = kept["transfer"]
        made |= {"status": status, "reason": reason or "approved"}
        kept["number"] += 1
        self._book(kept, status)
        kind = "transfer.created" if kept["number"] == 1 and status == "received" else "transfer.updated"
        self.store.put(TRANSFER, made["id"], kept)
        data = {name: value for name, value in made.items() if name not in ("balanceAccountId", "priority")}
        data |= {
            "balancePlatform": "SimulatedPlatform",
            "categoryData": {"type": "bank", "priority": made["priority"]},
            "events": list(kept["events"]),
            "sequenceNumber": kept["number"],
            "type": "bankTransfer",
            "updatedAt": self.moment(),
        }
        self.tell_transfer(data, kept["account"], kind, last=not kept["ahead"])

    def _book(self, kept: dict[str, Any], status: str) -> None:
        """Write down an accounting event, and what it moves on the balance account."""
        made, rows = kept["transfer"], kept["transactions"]
        kept["events"].append({"id": self.new_id("EVJN"), "status": status, "type": "accounting",
                               "bookingDate": self.moment()})  # fmt: skip
        if not rows:
            rows.append(self._transaction(made, -made["amount"]["value"], "pending"))
        elif status in AFTER_BOOKING and rows[0]["status"] == "booked":
            rows.append(self._transaction(made, made["amount"]["value"], "booked"))
        elif status in ("refused", "rejected", "failed", "cancelled", "error", "expired"):
            rows.clear()
        elif status == "returned":
            rows[0]["status"] = "booked"
            rows.append(self._transaction(made, made["amount"]["value"], "booked"))
        elif status != "received":
            rows[0]["status"] = {"booked": "booked", "credited": "booked"}.get(status, "pending")
            if status not in ("booked", "credited", "authorised", "pendingApproval", "pending", "approvalPending"):
                rows[0]["status"] = status  # a word that a test asks for

    def _transaction(self, made: dict[str, Any], value: int, status: str) -> dict[str, Any]:
        now = self.moment()
        return {
            "accountHolderId": "AH3227C223222C5GXQXF658WB",
            "amount": {"currency": made["amount"]["currency"], "value": value},
            "balanceAccountId": made["balanceAccountId"],
            "balancePlatform": "SimulatedPlatform",
            "bookingDate": now,
            "category": "bank",
            "counterparty": made["counterparty"],
            "createdAt": now,
            "id": self.psp_reference(),
            "reference": made["reference"],
            "status": status,
            "transferId": made["id"],
            "type": "bankTransfer",
            "valueDate": now,
        }
