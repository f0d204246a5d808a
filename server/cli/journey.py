"""The demo's journey: what a customer does with Corridor, over HTTP, and what is to be seen of it meanwhile.

Rule: every step proves what it shows; what is not as it should be ends the journey with an error.
"""

import secrets
import time
from datetime import datetime
from typing import Any

import click

from server.cli import provision
from server.cli.provision import Company
from server.cli.receiver import Receiver
from server.cli.rest import Answer, Rest
from server.cli.screen import Moment, Screen
from server.cli.stack import Stack

_LOST_ANSWER = 99_008  # minor units: the sandbox acts on this amount, and cuts the connection instead of answering
_ORDINARY = 125_000
_SLOW_STEP_SECONDS = 0.8
_WAIT_SECONDS = 15.0
_LOOK_SECONDS = 0.04
_FINAL = {"PAYOUT_STATE_SETTLED", "PAYOUT_STATE_FAILED", "PAYOUT_STATE_RETURNED", "PAYOUT_STATE_CANCELLED"}
# Outcomes of things that still go on: their line waits until it can be told how they ended.
_OPEN = {"sent", "sending", "started", "open", "pending", "received", ""}
_BENEFICIARY = {
    "party": {"business": {"legal_name": "Analytical Engines GmbH"}},
    # The IBAN that the SWIFT registry prints as Germany's example.
    "bank_account": {"iban": {"iban": "DE89 3704 0044 0532 0130 00"}, "currency_code": "EUR"},
}


class Journey:
    """One company's first payouts."""

    def __init__(self, stack: Stack, screen: Screen, receiver: Receiver) -> None:
        self._stack = stack
        self._screen = screen
        self._receiver = receiver
        self._payouts: list[str] = []

    def run(self) -> None:
        """Everything, in order."""
        self._screen.heading("A company, its key and its connection to a provider")
        company = self._company()
        rest = Rest(self._stack.gateway_url, company.key)
        beneficiary_id = self._set_up(rest)

        self._screen.heading("A payout of 1250.00 EUR: POST /v1/payouts")
        request = {"beneficiary_id": beneficiary_id, "amount": _euros(_ORDINARY), "reference": "Invoice 4711"}
        key = f"invoice-4711-{secrets.token_hex(4)}"
        accepted = self._pay(rest, request, key)
        self._follow(rest, accepted.body["payout_id"])

        self._screen.heading("The same call once more, with the same Idempotency-Key")
        self._again(rest, request, key, accepted)

        self._screen.heading("A payout whose answer gets lost: the sandbox pays 990.08 EUR and hangs up")
        self._slow_down()
        lost = self._pay(rest, request | {"amount": _euros(_LOST_ANSWER), "reference": "Invoice 4712"}, f"{key}-2")
        seen = self._follow(rest, lost.body["payout_id"])
        _require(("create_payout", "unknown") in seen, "the lost answer was not recorded as unknown")
        _require(("look_up_payout", "answered") in seen, "the provider was not asked what became of the lost answer")

        self._screen.heading("What is left when it is over")
        self._books()
        self._webhooks()
        rest.close()

    def _company(self) -> Company:
        began = time.monotonic()
        company = provision.company(self._stack, "Demo Company")
        self._screen.fact("company", company.company_id)
        self._screen.fact("API key", company.api_key_id, time.monotonic() - began)
        return company

    def _set_up(self, rest: Rest) -> str:
        """Connection, route, webhook endpoint and beneficiary; the beneficiary's id."""
        connection, seconds = provision.connection(rest, self._stack)
        self._screen.fact("connection to the sandbox", connection.connection_id, seconds)
        provision.webhooks_to(self._stack, connection)
        self._screen.fact("route for payouts", *provision.route(rest, connection.connection_id))
        made = rest.send("POST", "/v1/webhook-endpoints", {"url": self._receiver.url}, key=_key())
        self._receiver.secret = made.body["secret"]
        self._screen.fact("webhook endpoint", made.body["webhook_endpoint"]["webhook_endpoint_id"], made.seconds)
        made = rest.send("POST", "/v1/beneficiaries", _BENEFICIARY, key=_key())
        self._screen.fact("beneficiary", made.body["beneficiary_id"], made.seconds)
        return str(made.body["beneficiary_id"])

    def _pay(self, rest: Rest, request: dict[str, Any], key: str) -> Answer:
        answer = rest.send("POST", "/v1/payouts", request, key=key)
        self._payouts.append(answer.body["payout_id"])
        self._screen.fact("accepted", answer.body["payout_id"], answer.seconds)
        return answer

    def _slow_down(self) -> None:
        """Let the provider take its time, so that Corridor asks before a webhook tells."""
        sandbox = Rest(self._stack.sandbox_url)
        sandbox.send("POST", "/_control/timing", {"step_seconds": _SLOW_STEP_SECONDS})
        sandbox.close()

    def _follow(self, rest: Rest, payout_id: str) -> set[tuple[str, str]]:
        """Show what happens to a payout until it is settled and every event delivered; what was seen, and its end."""
        shown: set[str] = set()
        seen: set[tuple[str, str]] = set()
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            # Read before the timeline, so that the timeline holds whatever this says.
            is_over = self._is_over(rest, payout_id)
            entries = rest.send("GET", f"/v1/payouts/{payout_id}/timeline").body["entries"]
            late = time.monotonic() > deadline
            for entry in entries:
                if entry["outcome"] in _OPEN and entry["kind"] in _UNFINISHED and not (is_over or late):
                    break  # in order: what comes after it is told after it
                name = "".join((entry["record_id"], entry["kind"], entry["summary"], entry["time"], entry["outcome"]))
                if name not in shown:
                    shown.add(name)
                    seen.add((entry["summary"], entry["outcome"]))
                    self._screen.moment(_moment(entry, entries[0]))
            if is_over:
                return seen
            if late:
                raise click.ClickException(f"payout {payout_id} did not settle within {_WAIT_SECONDS:.0f} s.")
            if failed := self._stack.failed():
                raise click.ClickException(failed)
            time.sleep(_LOOK_SECONDS)

    def _is_over(self, rest: Rest, payout_id: str) -> bool:
        payout = rest.send("GET", f"/v1/payouts/{payout_id}").body
        if payout["state"] not in _FINAL:
            return False
        _require(payout["state"] == "PAYOUT_STATE_SETTLED", f"payout {payout_id} ended as {payout['state']}")
        delivered = rest.send("GET", f"/v1/deliveries?resource_id={payout_id}&state=DELIVERY_STATE_DELIVERED").body
        return len(delivered["deliveries"]) >= int(payout["revision"])

    def _again(self, rest: Rest, request: dict[str, Any], key: str, first: Answer) -> None:
        again = rest.send("POST", "/v1/payouts", request, key=key)
        self._screen.fact("answered", again.body["payout_id"], again.seconds)
        _require(again.replayed, "the answer did not say Idempotent-Replayed: true")
        _require(again.raw == first.raw, "the second answer differs from the first")
        self._screen.line(f"Idempotent-Replayed: true, and the same {len(again.raw)} bytes. Nothing was sent twice.")

    def _books(self) -> None:
        sandbox = Rest(self._stack.sandbox_url)
        entries = sandbox.send("GET", "/_control/books").body["entries"]
        sandbox.close()
        for payout_id in self._payouts:
            found = [each for each in entries if each["reference"] == payout_id]
            _require(len(found) == 1, f"the sandbox has {len(found)} transfers for {payout_id}")
        _require(len(entries) == len(self._payouts), "the sandbox has transfers that nobody asked for")
        self._screen.line(f"{len(self._payouts)} payouts asked for, {len(entries)} transfers in the sandbox's books.")

    def _webhooks(self) -> None:
        received = self._receiver.received()
        _require(all(each.verified for each in received), "a webhook's signature does not hold")
        for payout_id in self._payouts:
            sequences = [each.sequence for each in self._receiver.received(payout_id)]
            _require(sequences == sorted(sequences), f"the events of {payout_id} came out of order")
            _require(set(sequences) == set(range(1, max(sequences, default=0) + 1)), f"{payout_id} misses an event")
        self._screen.line(
            f"{len(received)} webhooks received by the customer: every signature verified, in order for each payout."
        )


_UNFINISHED = {"TIMELINE_KIND_ATTEMPT", "TIMELINE_KIND_INBOUND_DELIVERY"}


def _moment(entry: dict[str, Any], first: dict[str, Any]) -> Moment:
    began = datetime.fromisoformat(first["time"])
    took = entry.get("duration")
    return Moment(
        seconds=(datetime.fromisoformat(entry["time"]) - began).total_seconds(),
        kind=entry["kind"].removeprefix("TIMELINE_KIND_"),
        summary=entry["summary"],
        record_id=entry["record_id"],
        outcome=entry["outcome"],
        actor=entry["actor"],
        duration_seconds=float(took.removesuffix("s")) if took else None,
    )


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise click.ClickException(f"the demo found something wrong: {otherwise}.")


def _euros(amount_minor: int) -> dict[str, Any]:
    return {"currency_code": "EUR", "amount_minor": amount_minor}


def _key() -> str:
    return f"demo-{secrets.token_hex(12)}"
