"""A payout as a bank transfer of the Transfers API v3, and what transfers and transactions say of it.

A word without a row raises `Unmapped`; nothing here guesses, and nothing here talks to anyone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from adapters.adyen import amounts
from adapters.adyen.transfer_words import (
    BOOKED,
    IS_OUTGOING,
    IS_PAYOUT,
    IS_TO_BANK,
    REASONS,
    STATES,
    TRANSACTION_STATES,
)
from adapters.kit.errors import Misconfigured, Unmapped
from adapters.kit.mapping import text, timestamp, translate, translate_optional
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
    Payout,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_OTHER, PAYOUT_REASON_UNSPECIFIED
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import US_ACCOUNT_TYPE_SAVINGS, BankAccount
from corridor.type.v1.party_pb2 import Party

# Our rail on the left, because here we speak first. TransferInfo.priority, TransferService-v3, read 2026-11:
# `instant` is for the United States and for SEPA; `crossBorder` for a recipient in another country.
PRIORITIES: Mapping["rail_pb2.Rail.ValueType", str] = {
    rail_pb2.RAIL_ACH: "regular",
    rail_pb2.RAIL_ACH_SAME_DAY: "fast",
    rail_pb2.RAIL_WIRE: "wire",
    rail_pb2.RAIL_RTP: "instant",
    rail_pb2.RAIL_SEPA: "regular",
    rail_pb2.RAIL_SEPA_INSTANT: "instant",
    rail_pb2.RAIL_FASTER_PAYMENTS: "fast",
    rail_pb2.RAIL_BACS: "regular",
    rail_pb2.RAIL_SWIFT: "crossBorder",
}

# Characters that `referenceForBeneficiary` and `description` may hold, and how many, says the same document.
_NOT_FOR_BENEFICIARY = re.compile(r"[^A-Za-z0-9]")
_NOT_FOR_DESCRIPTION = re.compile(r"[^A-Za-z0-9/\-?:().,' +]")


def transfer(payout: Payout, beneficiary: Beneficiary, balance_account_id: str) -> dict[str, Any]:
    """The body of a create request. Our payout's id is the reference; empty values are left out."""
    if payout.rail not in PRIORITIES:
        raise Misconfigured(f"no transfer travels by {rail_pb2.Rail.Name(payout.rail)}")
    account = identification(beneficiary.bank_account)
    to_iban = account["type"] == "iban"
    body = {
        "amount": amounts.amount(payout.amount),
        "balanceAccountId": balance_account_id,
        "category": "bank",
        "type": "bankTransfer",
        "priority": PRIORITIES[payout.rail],
        "counterparty": {
            "bankAccount": {"accountHolder": account_holder(beneficiary.party), "accountIdentification": account}
        },
        "reference": payout.payout_id,
        "referenceForBeneficiary": _NOT_FOR_BENEFICIARY.sub("", payout.statement_text)[: 35 if to_iban else 15],
        "description": _NOT_FOR_DESCRIPTION.sub(" ", payout.statement_text)[:140].strip(),
    }
    return {name: value for name, value in body.items() if value}


def account_holder(party: Party) -> dict[str, Any]:
    """The beneficiary. The vendor has two lines of an address: further ones are joined to the second."""
    business, address = party.WhichOneof("kind") == "business", party.address
    first, *others = address.lines or [""]
    place = {
        "line1": first,
        "line2": ", ".join(others),
        "city": address.city,
        "stateOrProvince": address.region if address.country_code in ("US", "CA") else "",
        "postalCode": address.postal_code,
        "country": address.country_code,
    }
    name = party.business.legal_name if business else f"{party.person.given_name} {party.person.family_name}".strip()
    holder: dict[str, Any] = {"fullName": name, "type": "organization" if business else "individual"}
    if address.country_code:  # the vendor takes no address without it
        holder["address"] = {key: value for key, value in place.items() if value}
    return holder


def identification(account: BankAccount) -> dict[str, str]:
    """The account's number in the vendor's words for its country."""
    iban, us, uk, bic = account.iban, account.us, account.uk, account.bic
    savings = us.account_type == US_ACCOUNT_TYPE_SAVINGS
    found = {
        "iban": {"type": "iban", "iban": iban.iban, "bic": iban.bic},
        "us": {"type": "usLocal", "accountNumber": us.account_number, "routingNumber": us.routing_number,
               "accountType": "savings" if savings else "checking"},
        "uk": {"type": "ukLocal", "accountNumber": uk.account_number, "sortCode": uk.sort_code.replace("-", "")},
        "bic": {"type": "numberAndBic", "accountNumber": bic.account_number, "bic": bic.bic},
    }[str(account.WhichOneof("number"))]  # fmt: skip
    return {name: value for name, value in found.items() if value}


def observation(data: Any, event_id: str = "") -> PayoutObservation:
    """What a transfer says of a payout, as it is answered or told."""
    if not isinstance(data, dict):
        raise Unmapped("transfer", type(data).__name__)
    status = text(data.get("status"), "transfer.status")
    state = translate(STATES, status, "transfer.status")
    if state is None:
        raise Unmapped("transfer.status of a payout", status)
    reason = translate_optional(REASONS, data.get("reason"), "transfer.reason", PAYOUT_REASON_UNSPECIFIED)
    if state == PAYOUT_STATE_FAILED and _was_booked(data):
        state = PAYOUT_STATE_RETURNED  # the money had left, and came back
    under_way = state in (PAYOUT_STATE_SENT, PAYOUT_STATE_PENDING, PAYOUT_STATE_SETTLED)
    seen = PayoutObservation(
        payout_id=str(data.get("reference") or ""),
        provider_reference=text(data.get("id"), "transfer.id"),
        state=state,
        amount=amounts.read(data.get("amount"), "transfer.amount"),
        reason=PAYOUT_REASON_UNSPECIFIED if under_way else reason or PAYOUT_REASON_OTHER,
        provider_reason_code="" if under_way or not reason else str(data.get("reason") or ""),
        provider_state=status,
        provider_event_id=event_id,
        provider_time=timestamp(data.get("updatedAt") or data.get("creationDate"), "transfer.updatedAt"),
    )
    tracking = data.get("tracking")
    if isinstance(tracking, dict) and tracking.get("estimatedArrivalTime"):
        arrival = timestamp(tracking["estimatedArrivalTime"], "transfer.tracking.estimatedArrivalTime")
        seen.expected_settlement_time.MergeFrom(arrival or Timestamp())
    return seen


def is_payout(data: Mapping[str, Any]) -> bool:
    """Whether a transfer is money that leaves to a bank account. What is not told is no reason against it."""
    own = translate_optional(IS_PAYOUT, data.get("type"), "transfer.type", default=True)
    to_bank = translate(IS_TO_BANK, data.get("category"), "transfer.category")
    return (
        own and to_bank and translate_optional(IS_OUTGOING, data.get("direction"), "transfer.direction", default=True)
    )


def of_transactions(found: Sequence[Mapping[str, Any]]) -> PayoutObservation | None:
    """What the movements of one payout on the balance account say of it; None if there are none.

    Money that goes has a minus. Money that came back under the same transfer is a return; without money that went it
    means nothing that is known here.
    """
    own = [each for each in found if translate(IS_PAYOUT, each.get("type", "bankTransfer"), "transaction.type")]
    if not own:
        return None
    if len({str(each.get("transferId")) for each in own}) > 1:
        raise Unmapped("transactions of one reference", "several transfers")
    states = [translate(TRANSACTION_STATES, each.get("status"), "transaction.status") for each in own]
    moved = [amounts.read(each.get("amount"), "transaction.amount") for each in own]
    gone = [place for place, value in enumerate(moved) if value.amount_minor < 0]
    back = [place for place, value in enumerate(moved) if value.amount_minor > 0]
    if len(gone) != 1 or len(back) > 1:
        raise Unmapped("transactions of one payout", f"{len(gone)} out, {len(back)} in")
    last = own[back[0] if back else gone[0]]
    amount = moved[gone[0]]
    amount.amount_minor = -amount.amount_minor
    return PayoutObservation(
        payout_id=str(last.get("reference") or ""),
        provider_reference=text(last.get("transferId"), "transaction.transferId"),
        state=PAYOUT_STATE_RETURNED if back else states[gone[0]],
        amount=amount,
        reason=PAYOUT_REASON_OTHER if back else PAYOUT_REASON_UNSPECIFIED,  # a transaction does not say why
        provider_state="returned" if back else str(last.get("status")),
        provider_time=timestamp(last.get("createdAt"), "transaction.createdAt"),
    )


def _was_booked(data: Mapping[str, Any]) -> bool:
    events = data.get("events")
    return any(isinstance(each, dict) and each.get("status") in BOOKED for each in events or ())
