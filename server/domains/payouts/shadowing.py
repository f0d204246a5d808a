"""Payouts in the shadow of others: what is tried, and what came of one, in the words of comparisons. It only reads."""

from dataclasses import dataclass
from typing import Any

from adapters.kit.call import Call
from adapters.kit.ports import Checks
from corridor.payouts.v1 import payout_check_pb2, payout_reason_pb2
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout, PayoutState
from corridor.providers.v1.connection_pb2 import Connection
from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowResult
from corridor.type.v1.money_pb2 import Money
from server.domains.payouts import quote
from server.domains.payouts.beneficiaries import Beneficiaries
from server.domains.payouts.ends import CREATE
from server.domains.payouts.lifecycle import ACCEPTED, CANCELLED, FAILED, HELD, PENDING, RETURNED, SENT
from server.domains.payouts.repository import Payouts
from server.kit.context import Context

_REFUSED = comparing.SHADOW_OUTCOME_REFUSED
_ACCEPTED = comparing.SHADOW_OUTCOME_ACCEPTED
_UNDER_WAY = {HELD, ACCEPTED, SENT, PENDING}


@dataclass(frozen=True, slots=True)
class ShadowedPayouts:
    """What shadows have to know of payouts."""

    payouts: Payouts
    beneficiaries: Beneficiaries

    name = "payouts"
    create = CREATE

    def get(self, context: Context, resource_id: str) -> Payout | None:
        """The payout as it is."""
        return self.payouts.get(context, resource_id)

    def sent_over(self, thing: Payout) -> str:
        """Its connection."""
        return thing.connection_id

    def at_end(self, thing: Payout) -> bool:
        """Whether it is settled or has failed. A return comes weeks later, and is the bank's, whoever sent it."""
        return thing.state not in _UNDER_WAY

    def disguised(self, thing: Payout, resource_id: str) -> Payout:
        """As it was asked for, under another id."""
        copy = Payout()
        copy.CopyFrom(thing)
        copy.payout_id = resource_id
        copy.state = ACCEPTED
        for field in ("connection_id", "provider", "provider_reference", "reason", "provider_reason_code"):
            copy.ClearField(field)
        return copy

    def send(self, context: Context, adapter: Any, call: Call, thing: Payout) -> PayoutObservation:
        """Ask the provider to pay."""
        beneficiary = self.beneficiaries.get(context, thing.beneficiary_id)
        assert beneficiary is not None
        answer: PayoutObservation = adapter.create_payout(call, thing, beneficiary)
        return answer

    def check(self, context: Context, adapter: Any, call: Call, thing: Payout) -> ShadowResult | None:
        """What the provider says of it, where it can be asked."""
        if not isinstance(adapter, Checks):
            return None
        beneficiary = self.beneficiaries.get(context, thing.beneficiary_id)
        assert beneficiary is not None
        check = adapter.check_payout(call, thing, beneficiary)
        found = ShadowResult(
            amount=check.amount if check.HasField("amount") else None,
            fee=check.fee if check.HasField("fee") else None,
            expected_time=check.expected_settlement_time if check.HasField("expected_settlement_time") else None,
        )
        if check.verdict == payout_check_pb2.PAYOUT_CHECK_VERDICT_REFUSED:
            found.outcome = _REFUSED
            found.reason = _word(check.reason)
            found.provider_reason_code = check.provider_reason_code
        return found

    def asked(self, thing: Payout) -> ShadowResult:
        """What was asked for."""
        return ShadowResult(amount=thing.amount, rail=thing.rail, statement_text=thing.statement_text)

    def told(self, thing: Payout) -> ShadowResult:
        """What came of it."""
        found = self.asked(thing)
        _say(found, thing.state, thing.reason, thing.provider_reason_code)
        if thing.HasField("expected_settlement_time"):
            found.expected_time.CopyFrom(thing.expected_settlement_time)
        return found

    def said(self, thing: Payout, answer: PayoutObservation) -> ShadowResult:
        """What the provider's answer means."""
        found = ShadowResult(rail=thing.rail)
        _say(found, answer.state, answer.reason, answer.provider_reason_code)
        if answer.HasField("amount"):
            found.amount.CopyFrom(answer.amount)
        if answer.HasField("expected_settlement_time"):
            found.expected_time.CopyFrom(answer.expected_settlement_time)
        return found

    def fee(self, connection: Connection, thing: Payout) -> Money | None:
        """By the fees that the company has written down for the connection."""
        return quote.fee(connection, thing.amount, thing.rail) if connection.fees else None


def _say(
    found: ShadowResult, state: "PayoutState.ValueType", reason: "payout_reason_pb2.PayoutReason.ValueType", code: str
) -> None:
    if state in (FAILED, RETURNED):
        found.outcome, found.reason, found.provider_reason_code = _REFUSED, _word(reason), code
    elif state not in (HELD, ACCEPTED, CANCELLED):
        found.outcome = _ACCEPTED


def _word(reason: "payout_reason_pb2.PayoutReason.ValueType") -> str:
    return payout_reason_pb2.PayoutReason.Name(reason).removeprefix("PAYOUT_REASON_") if reason else ""
