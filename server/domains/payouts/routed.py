"""What routing knows of a payout, and of the bank at the other end. No I/O."""

from schwifty import IBAN

from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_pb2 import Payout
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.type.v1.bank_account_pb2 import BankAccount

DOMAIN = "payouts"
_BIC_OF_BANK = 8  # ISO 9362: what follows is the branch


def facts(payout: Payout) -> RoutingFacts:
    """What routing knows of a payout."""
    customer = payout.customer
    return RoutingFacts(
        domain=DOMAIN,
        resource_id=payout.payout_id,
        amount=payout.amount,
        country_code=payout.country_code,
        rail=payout.rail,
        segment=customer.segment,
        risk_score=customer.risk_score if customer.HasField("risk_score") else None,
        customer_id=customer.customer_id,
        institution_id=payout.institution_id,
    )


def note_bank(payout: Payout, beneficiary: Beneficiary) -> None:
    """Note where the beneficiary's account is held."""
    account, known = beneficiary.bank_account, beneficiary.bank_account_facts
    payout.country_code = known.country_code
    payout.institution_id = known.bic[:_BIC_OF_BANK] or _national(account)


def _national(account: BankAccount) -> str:
    """Country and national bank code; empty where the account does not tell them."""
    match account.WhichOneof("number"):
        case "us":
            return f"US{account.us.routing_number}"
        case "uk":
            return f"GB{account.uk.sort_code}"
        case "iban":
            iban = IBAN(account.iban.iban, allow_invalid=True)
            return f"{iban.country_code}{iban.bank_code}" if iban.bank_code else ""
    return ""
