"""What the vendor's words for a transfer mean for a payout. Every value that it enumerates has its row.

Rule: a word that belongs to another kind of transfer has None, and is loud when a payout carries it.
"""

from collections.abc import Mapping

from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SENT,
    PAYOUT_STATE_SETTLED,
    PayoutState,
)
from corridor.payouts.v1.payout_reason_pb2 import PayoutReason

# transfer.status of an outgoing bank transfer. docs.adyen.com/payouts/payout-service/payout-lifecycle, read 2026-11.
STATES: Mapping[str, "PayoutState.ValueType | None"] = {
    "received":        PAYOUT_STATE_SENT,
    "approvalPending": PAYOUT_STATE_SENT,     # waits for a person of the company, in the vendor's dashboard
    "pendingApproval": PAYOUT_STATE_SENT,
    "pendingExecution": PAYOUT_STATE_SENT,    # waits for its execution date
    "pending":         PAYOUT_STATE_PENDING,
    "authorised":      PAYOUT_STATE_PENDING,  # the money is reserved
    "bookingPending":  PAYOUT_STATE_PENDING,
    "bankTransferPending": PAYOUT_STATE_PENDING,
    # The money has left. Only instant transfers are ever told to have arrived (`credited`): a declared gap.
    "booked":          PAYOUT_STATE_SETTLED,
    "bankTransfer":    PAYOUT_STATE_SETTLED,
    "credited":        PAYOUT_STATE_SETTLED,
    "returned":        PAYOUT_STATE_RETURNED,
    "failed":          PAYOUT_STATE_FAILED,   # returned, if it was booked before: see `transfers.observation`
    "refused":         PAYOUT_STATE_FAILED,
    "rejected":        PAYOUT_STATE_FAILED,
    "error":           PAYOUT_STATE_FAILED,
    "expired":         PAYOUT_STATE_FAILED,
    "cancelled":       PAYOUT_STATE_CANCELLED,
    # Registers of payments, cards, internal transfers and fees. None of them is where a payout stands.
    **dict.fromkeys((
        "adviceAuthorised", "adviceRefused", "atmWithdrawal", "atmWithdrawalReversalPending", "atmWithdrawalReversed",
        "authAdjustmentAuthorised", "authAdjustmentError", "authAdjustmentRefused", "capturePending",
        "captureReversalPending", "captureReversed", "captured", "capturedExternally", "chargeback",
        "chargebackExternally", "chargebackPending", "chargebackReversalPending", "chargebackReversed",
        "depositCorrection", "depositCorrectionPending", "dispute", "disputeClosed", "disputeExpired",
        "disputeNeedsReview", "fee", "feePending", "interchangeAdjusted", "internalTransfer",
        "internalTransferPending", "invoiceDeduction", "invoiceDeductionPending", "manualCorrectionPending",
        "manuallyCorrected", "matchedStatement", "matchedStatementPending", "merchantPayin", "merchantPayinPending",
        "merchantPayinReversed", "merchantPayinReversedPending", "miscCost", "miscCostPending", "paymentCost",
        "paymentCostPending", "refundPending", "refundReversalPending", "refundReversed", "refunded",
        "refundedExternally", "reserveAdjustment", "reserveAdjustmentPending", "reversed", "secondChargeback",
        "secondChargebackPending", "undefined",
    )),
}  # fmt: skip

BOOKED = frozenset(("booked", "bankTransfer", "credited"))
"""Statuses after which the money was gone, so that a failure brings it back."""


def _reasons(rows: Mapping[str, str]) -> dict[str, "PayoutReason.ValueType"]:
    return {word: PayoutReason.Value(f"PAYOUT_REASON_{ours}") for ours, words in rows.items() for word in words.split()}


# transfer.reason: why a transfer is refused, has failed or came back. Words of cards stand here too: the enumeration
# is one for all kinds of transfers, and none of them is worth stopping a payout's news for.
REASONS: Mapping[str, "PayoutReason.ValueType"] = _reasons(
    {
        "UNSPECIFIED":            "approved pending pendingApproval pendingExecution partiallyApproved",
        "INSUFFICIENT_FUNDS":     "notEnoughBalance",
        "ACCOUNT_CLOSED":         "counterpartyAccountClosed",
        "ACCOUNT_NOT_FOUND":      "counterpartyAccountNotFound invalidAccount invalidToAccount noCheckingAccount "
                                  "noSavingsAccount transferInstrumentDoesNotExist",
        "ACCOUNT_BLOCKED":        "counterpartyAccountBlocked",
        "BANK_NOT_FOUND":         "routeNotFound unableToRouteTransaction",
        "REFUSED_BY_BENEFICIARY": "refusedByCustomer",
        "REFUSED_BY_BANK":        "refusedByCounterpartyBank",
        "DUPLICATE":              "duplicateTransmissionDetected",
        "AMOUNT_REFUSED":         "amountLimitExceeded invalidAmount withdrawalAmountExceeded withdrawalCountExceeded "
                                  "cashbackAmountExceedsLimit",
        "INVALID_DETAILS":        "counterpartyAddressRequired formatError",
        "RAIL_UNAVAILABLE":       "counterpartyBankTimedOut counterpartyBankUnavailable internalTimeout",
        "NOT_AUTHORISED":         "directDebitNotSupported scaAuthenticationRequired scaFailed",
        "DECLINED_BY_PROVIDER":   "accountHierarchyNotActive approvalExpired "
                                  "balanceAccountTemporarilyBlockedByTransactionRule declined declinedByBapValidation "
                                  "declinedByTransactionRule declinedNonGeneric fraud issuerSuspectedFraud "
                                  "securityViolation transactionNotPermitted",
        "CANCELLED_BY_PROVIDER":  "fraudCancelled",
        "CANCELLED_BY_COMPANY":   "cancelled",
        "OTHER":                  "avsDeclined blockCard callReferral captureCard cardExpired "
                                  "cardholderAuthenticationRequired cavvDeclined contactlessFallback "
                                  "contactlessLimitReached cryptographicFailure cvcDeclined doNotHonor "
                                  "domesticDebitTransactionNotAllowed error honorWithId invalidAuthorizationLifeCycle "
                                  "invalidCard invalidExpiryDate invalidFromAccount invalidIssuer invalidMerchant "
                                  "invalidPin invalidTransaction lostCard mobilePinRequired not3dAuthenticated "
                                  "notSubmitted notSupported pinNotChanged pinRequired pinTriesExceeded "
                                  "pinValidationNotPossible purchaseAmountOnlyNoCashBack restrictedCard "
                                  "revocationOfAuth schemeAdvice shopperCancelled stolenCard "
                                  "threedsDynamicLinkingMismatch unknown",
    }
)  # fmt: skip

# transaction.status, of a movement on the balance account.
TRANSACTION_STATES: Mapping[str, "PayoutState.ValueType"] = {
    "pending": PAYOUT_STATE_PENDING,
    "booked":  PAYOUT_STATE_SETTLED,
}  # fmt: skip

_OTHER_TYPES = (
    "atmWithdrawal atmWithdrawalReversal balanceAdjustment balanceMigration balanceRollover bankDirectDebit "
    "capitalFundsCollection capture captureReversal cardTransfer cashOutFee cashOutFunding cashOutInstruction "
    "cashoutFee cashoutFunding cashoutRepayment chargeback chargebackCorrection chargebackReversal "
    "chargebackReversalCorrection depositCorrection fee grant installment installmentReversal interestPayout "
    "internalDirectDebit internalTransfer invoiceDeduction leftover manualCorrection miscCost payment paymentCost "
    "refund refundReversal repayment reserveAdjustment secondChargeback secondChargebackCorrection subsidization"
)
IS_PAYOUT: Mapping[str, bool] = {"bankTransfer": True, **dict.fromkeys(_OTHER_TYPES.split(), False)}
"""transaction.type and transfer.type: whether it is the payout's own money, and not a fee or another thing."""

IS_TO_BANK: Mapping[str, bool] = {
    "bank": True,
    **dict.fromkeys(("card", "internal", "issuedCard", "platformPayment", "topUp"), False),
}
"""transfer.category: whether it is a transfer to a bank account."""
IS_OUTGOING: Mapping[str, bool] = {"outgoing": True, "incoming": False}
"""transfer.direction."""
