"""The sandbox itself: a small payout provider over HTTP, with books, webhooks and scenarios.

Rule: it reads strictly; what a careless provider would let pass is an error here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from adapters.kit.errors import Unmapped
from adapters.kit.mapping import decimals
from adapters.kit.simulator import Answer, Entry, Event, Refused, Request, Route, Simulator
from adapters.kit.webhooks import standard_signature
from adapters.sandbox.mapping import RAILS
from adapters.sandbox.scenarios import BY_NAME, NORMAL, NoSuchScenario, Scenario, scenario

FIELDS = {"reference", "amount", "currency", "rail", "statement_text", "description", "recipient"}
CANCELLABLE = frozenset({"received", "processing"})
FINAL = frozenset({"paid", "declined", "failed", "returned", "cancelled"})
PAGE_LIMIT = 100

_FORGED_SECRET = "whsec_Zm9yZ2VkIGZvciB0ZXN0cw=="  # noqa: S105 - the secret with which nobody signs


class SandboxSimulator(Simulator):
    """Transfers go from received to processing to paid, each after `step_seconds`, unless a scenario says otherwise.

    Any API key opens an account of its own, save those that begin with `revoked`.
    """

    ROUTES: ClassVar[Sequence[Route]] = (
        Route("create_transfer", "POST", "/v1/transfers", writes=True),
        Route("list_transfers", "GET", "/v1/transfers"),
        Route("get_transfer", "GET", "/v1/transfers/{transfer_id}"),
        Route("cancel_transfer", "POST", "/v1/transfers/{transfer_id}/cancel", writes=True),
        Route("create_grant", "POST", "/v1/grants", writes=True),
        Route("get_grant", "GET", "/v1/grants/{grant_id}"),
        Route("revoke_grant", "POST", "/v1/oauth/revoke", writes=True),
    )

    def authorise(self, request: Request) -> str:
        """The account of a bearer key: a part of the key's digest."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key or key.startswith("revoked"):
            raise Refused(self.error(401, "unauthorized", "the API key is missing or revoked"))
        return hashlib.sha256(key.encode()).hexdigest()[:12]

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """Standard Webhooks headers."""
        used = _FORGED_SECRET if json.loads(body)["data"].get("scenario") == "webhook_forged" else secret
        signature = standard_signature(event_id, at, body, used)
        return {"webhook-id": event_id, "webhook-timestamp": str(at), "webhook-signature": signature}

    def books(self) -> list[Entry]:
        """Every transfer that was accepted."""
        return [
            Entry(each["reference"], each["id"], each["amount"], each["currency"], each["status"])
            for each in (kept["transfer"] for kept in self.store.all("transfer"))
        ]

    def create_transfer(self, request: Request) -> Answer:
        """Accept a transfer, decline it, or refuse its details."""
        account = self.authorise(request)
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise Refused(self.error(400, "idempotency_key_missing", "send an Idempotency-Key"))
        wanted = request.json()
        self._check(wanted)
        try:
            chosen = scenario(wanted["amount"], wanted["description"])
        except NoSuchScenario as unknown:
            raise Refused(self._invalid("description", f"no scenario {unknown}")) from None
        first = self._is_first_try(account, key)
        if chosen.refusal and (first or chosen.refusal == 422):
            return self._refusal(chosen)
        if first and chosen.fault is not None and chosen.fault.kind == "reset":
            return Answer(0, fault=chosen.fault)
        answer = self.once(
            account,
            key,
            hashlib.sha256(request.body).hexdigest(),
            lambda: self._create(account, wanted, chosen),
            lambda: self.error(422, "idempotency_key_reused", "the key was used for another request"),
        )
        return Answer(answer.status, answer.body, answer.headers, chosen.fault if first else None)

    def list_transfers(self, request: Request) -> Answer:
        """The account's transfers, oldest first, optionally by reference; `cursor` is the last id of a page."""
        account = self.authorise(request)
        limit = min(PAGE_LIMIT, int(request.argument("limit", "20")))
        reference, cursor = request.argument("reference"), request.argument("cursor")
        transfers = [
            kept["transfer"]
            for kept in self.store.all("transfer")
            if kept["account"] == account and reference in ("", kept["transfer"]["reference"])
        ]
        start = next((place + 1 for place, each in enumerate(transfers) if each["id"] == cursor), 0)
        page = transfers[start : start + limit]
        more = start + limit < len(transfers)
        return Answer(200, {"data": page, "next_cursor": page[-1]["id"] if more else None})

    def get_transfer(self, request: Request) -> Answer:
        """One transfer."""
        return Answer(200, self._own(request)["transfer"])

    def cancel_transfer(self, request: Request) -> Answer:
        """Cancel a transfer that is not paid yet."""
        kept = self._own(request)
        if kept["transfer"]["status"] not in {*CANCELLABLE, "cancelled"}:
            return self.error(409, "not_cancellable", "the transfer is beyond cancellation")
        if kept["transfer"]["status"] != "cancelled":
            kept["ahead"] = []
            self._enter(kept, "cancelled", "cancelled_by_client")
        return Answer(200, kept["transfer"])

    def create_grant(self, request: Request) -> Answer:
        """Issue a token, as if somebody had just agreed to it."""
        account, grant_id = self.authorise(request), self.new_id("gr_")
        grant = {"id": grant_id, "token": f"token_{grant_id}", "status": "active"}
        self.store.put("grant", grant_id, {"grant": grant, "account": account})
        return Answer(201, grant)

    def get_grant(self, request: Request) -> Answer:
        """One grant."""
        kept = self.store.get("grant", request.params["grant_id"])
        if kept is None or kept["account"] != self.authorise(request):
            raise Refused(self.error(404, "grant_not_found", "no such grant"))
        return Answer(200, kept["grant"])

    def revoke_grant(self, request: Request) -> Answer:
        """End a token (RFC 7009, 2.1). A token that nobody knows is as good as ended (2.2)."""
        account, token = self.authorise(request), request.form().get("token", "")
        if not token:
            raise Refused(self.error(400, "invalid_request", "send a token"))  # RFC 7009, 2.1; RFC 6749, 5.2
        for kept in self.store.all("grant"):
            if kept["account"] == account and kept["grant"]["token"] == token:
                kept["grant"]["status"] = "revoked"
                self.store.put("grant", kept["grant"]["id"], kept)
        return Answer(200, {})

    def move(self, object_id: str, word: str) -> bool:
        """Put a transfer, by its id or reference, into a status now. `returned` brings the rail's code with it."""
        for kept in self.store.all("transfer"):
            if object_id in (kept["transfer"]["id"], kept["transfer"]["reference"]):
                kept["ahead"] = []
                codes = {"returned": "R03/AC03", "failed": "account_closed", "declined": "risk"}
                self._enter(kept, word, codes.get(word, ""))
                return True
        return False

    def resume(self) -> None:
        """Go on with transfers that have statuses ahead of them."""
        for kept in self.store.all("transfer"):
            if kept["ahead"]:
                self._advance_later(kept)

    def _check(self, wanted: Any) -> None:
        if not isinstance(wanted, dict) or set(wanted) != FIELDS:
            raise Refused(self.error(400, "bad_request", f"a transfer has the fields {', '.join(sorted(FIELDS))}"))
        amount, recipient = wanted["amount"], wanted["recipient"]
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            raise Refused(self._invalid("amount", "not a positive whole number of minor units"))
        try:
            decimals(str(wanted["currency"]))
        except Unmapped:
            raise Refused(self._invalid("currency", "not a currency")) from None
        if wanted["rail"] not in RAILS:
            raise Refused(self._invalid("rail", "not a rail"))
        if not recipient["name"].strip():
            raise Refused(self._invalid("recipient.name", "missing"))
        if not recipient["account"].get("iban") and not recipient["account"].get("account_number"):
            raise Refused(self._invalid("recipient.account", "missing"))

    def _invalid(self, field: str, message: str) -> Answer:
        error = {"code": "invalid_request", "message": message, "fields": [{"field": field, "message": message}]}
        return Answer(422, {"error": error})

    def _refusal(self, chosen: Scenario) -> Answer:
        if chosen.refusal == 422:
            return self._invalid("recipient.account", "no such account")
        waiting = {"Retry-After": "1"} if chosen.refusal == 429 else {}
        body = self.error(chosen.refusal, "not_processed", "nothing was done").body
        return Answer(chosen.refusal, body, waiting)

    def _is_first_try(self, account: str, key: str) -> bool:
        known = self.store.get("try", f"{account}:{key}") is not None
        if not known:
            self.store.put("try", f"{account}:{key}", {})
        return not known

    def _create(self, account: str, wanted: dict[str, Any], chosen: Scenario) -> Answer:
        now = self._time()
        transfer = {
            "id": self.new_id("tr_"),
            **wanted,
            "status": chosen.path[0],
            "reason": None,
            "scenario": chosen.name,
            "created_at": now,
            "updated_at": now,
        }
        kept = {"transfer": transfer, "account": account, "ahead": list(chosen.path[1:])}
        if len(chosen.path) == 1:
            transfer["reason"] = _reason(transfer, chosen.code)
        self.store.put("transfer", transfer["id"], kept)
        if kept["ahead"]:
            self._advance_later(kept)
        else:
            self._tell(kept)
        return Answer(201, dict(transfer))

    def _advance_later(self, kept: dict[str, Any]) -> None:
        def advance() -> None:
            if kept["ahead"]:
                word = kept["ahead"].pop(0)
                chosen = BY_NAME.get(kept["transfer"]["scenario"], NORMAL)
                self._enter(kept, word, chosen.code if not kept["ahead"] else "")
                if kept["ahead"]:
                    self._advance_later(kept)

        self.later(1, advance)

    def _enter(self, kept: dict[str, Any], word: str, code: str) -> None:
        transfer = kept["transfer"]
        transfer |= {"status": word, "reason": _reason(transfer, code), "updated_at": self._time()}
        self.store.put("transfer", transfer["id"], kept)
        self._tell(kept)

    def _tell(self, kept: dict[str, Any]) -> None:
        chosen = BY_NAME.get(kept["transfer"]["scenario"], NORMAL)
        data = dict(kept["transfer"])
        if chosen.wrong_amount:
            data["amount"] += 1
        event_id = self.new_id("evt_")
        body = {"id": event_id, "type": "transfer.updated", "created_at": data["updated_at"], "data": data}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        last = data["status"] in FINAL and not kept["ahead"]
        self.notify(Event(event_id, kept["account"], data["id"], content, last), chosen.mode)

    def _own(self, request: Request) -> dict[str, Any]:
        account = self.authorise(request)
        kept = self.store.get("transfer", request.params["transfer_id"])
        if kept is None or kept["account"] != account:
            raise Refused(self.error(404, "transfer_not_found", "no such transfer"))
        return kept

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat()


def _reason(transfer: dict[str, Any], code: str) -> dict[str, str] | None:
    # Of a pair the first is NACHA's, the second ISO 20022's.
    nacha, _, iso = code.partition("/")
    used = nacha if not iso or transfer["rail"] in {"ach", "ach_same_day"} else iso
    return {"code": used} if used else None


SIMULATOR = SandboxSimulator
