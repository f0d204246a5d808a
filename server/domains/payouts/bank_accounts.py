"""What can be said of account details without asking anyone: whether they can be right, and which rails reach them.

Structure and check digits of IBAN and BIC come from schwifty (ISO 13616, ISO 9362). Nothing here does I/O.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schwifty import BIC, IBAN
from schwifty.exceptions import (
    InvalidBBANChecksum,
    InvalidChecksumDigits,
    InvalidCountryCode,
    SchwiftyException,
)

from corridor.payouts.v1 import beneficiary_service_pb2 as faults
from corridor.payouts.v1.bank_account_facts_pb2 import BankAccountFacts
from corridor.type.v1 import bank_account_pb2, rail_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount
from server.kit import money
from server.kit.errors import Violation

US_RAILS = (
    rail_pb2.RAIL_ACH,
    rail_pb2.RAIL_ACH_SAME_DAY,
    rail_pb2.RAIL_WIRE,
    rail_pb2.RAIL_RTP,
    rail_pb2.RAIL_FEDNOW,
)
UK_RAILS = (rail_pb2.RAIL_FASTER_PAYMENTS, rail_pb2.RAIL_BACS)
SEPA_RAILS = (rail_pb2.RAIL_SEPA, rail_pb2.RAIL_SEPA_INSTANT, rail_pb2.RAIL_SWIFT)

_ASCII = re.compile(r"[\x20-\x7e]*")
_US_ACCOUNT = re.compile(r"[0-9A-Za-z-]{4,17}")
# First two digits of assigned routing numbers (ABA Routing Number Administrative Board, routing number policy).
_ABA_PREFIXES = {*range(13), *range(21, 33), *range(61, 73), 80}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, by its path from the bank account."""

    field: str
    description: str
    kind: "faults.BankAccountFault.ValueType"

    def violation(self, prefix: str) -> Violation:
        """The fault as the violation of a request's field."""
        rule = faults.BankAccountFault.Name(self.kind).removeprefix("BANK_ACCOUNT_FAULT_").lower()
        return Violation(f"{prefix}.{self.field}", self.description, rule)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether details can be right: then their normal form and facts, otherwise the faults."""

    faults: Sequence[Fault]
    account: BankAccount
    facts: BankAccountFacts


def verdict(given: BankAccount) -> Verdict:
    """Check account details."""
    account = BankAccount()
    account.CopyFrom(given)
    facts = BankAccountFacts()
    checks = {"iban": _iban, "us": _us, "uk": _uk, "bic": _bic}
    found = checks[given.WhichOneof("number") or ""](account, facts)
    if money.decimals(account.currency_code) is None:
        found.append(_currency(f"{account.currency_code} is not an active ISO 4217 currency"))
    return Verdict(tuple(found), account, facts)


def _iban(account: BankAccount, facts: BankAccountFacts) -> list[Fault]:
    if not _ASCII.fullmatch(account.iban.iban):
        return [Fault("iban.iban", "has characters that no IBAN has", faults.BANK_ACCOUNT_FAULT_FORMAT)]
    try:
        iban = IBAN(account.iban.iban)
    except InvalidCountryCode:
        return [Fault("iban.iban", "begins with a country that has no IBANs", faults.BANK_ACCOUNT_FAULT_COUNTRY)]
    except (InvalidChecksumDigits, InvalidBBANChecksum):
        return [
            Fault(
                "iban.iban",
                "has check digits that do not fit (ISO 7064 MOD 97-10)",
                faults.BANK_ACCOUNT_FAULT_CHECK_DIGIT,
            )
        ]
    except SchwiftyException:
        return [
            Fault("iban.iban", "does not have the structure of its country's IBANs", faults.BANK_ACCOUNT_FAULT_FORMAT)
        ]
    account.iban.iban = str(iban)
    facts.country_code = iban.country_code
    found: list[Fault] = []
    if account.iban.bic:
        bic = _read_bic(account.iban.bic)
        if bic is None:
            found.append(Fault("iban.bic", "is not a BIC (ISO 9362)", faults.BANK_ACCOUNT_FAULT_FORMAT))
        elif not _same_country(bic.country_code, iban.country_code):
            found.append(Fault("iban.bic", "is a bank of another country", faults.BANK_ACCOUNT_FAULT_COUNTRY))
        else:
            account.iban.bic = str(bic)
    facts.bic = account.iban.bic or str(iban.bic or "")
    facts.bank_name = iban.bank_name or ""
    sepa = iban.in_sepa_zone and account.currency_code == "EUR"
    facts.rails.extend(SEPA_RAILS if sepa else [rail_pb2.RAIL_SWIFT])
    return found


def _us(account: BankAccount, facts: BankAccountFacts) -> list[Fault]:
    found: list[Fault] = []
    routing = account.us.routing_number = account.us.routing_number.strip(" ")
    number = account.us.account_number = account.us.account_number.replace(" ", "")
    if not re.fullmatch(r"[0-9]{9}", routing):
        found.append(Fault("us.routing_number", "must be 9 digits", faults.BANK_ACCOUNT_FAULT_FORMAT))
    elif sum(int(digit) * weight for digit, weight in zip(routing, (3, 7, 1) * 3, strict=True)) % 10:
        found.append(
            Fault("us.routing_number", "has a check digit that does not fit", faults.BANK_ACCOUNT_FAULT_CHECK_DIGIT)
        )
    elif int(routing[:2]) not in _ABA_PREFIXES or not int(routing):
        found.append(Fault("us.routing_number", "is of a range that is not assigned", faults.BANK_ACCOUNT_FAULT_BANK))
    if not _US_ACCOUNT.fullmatch(number):
        found.append(
            Fault("us.account_number", "must be 4 to 17 letters, digits and hyphens", faults.BANK_ACCOUNT_FAULT_FORMAT)
        )
    if account.us.account_type == bank_account_pb2.US_ACCOUNT_TYPE_UNSPECIFIED:
        account.us.account_type = bank_account_pb2.US_ACCOUNT_TYPE_CHECKING
    if account.currency_code != "USD":
        found.append(_currency("must be USD for an account in the United States"))
    facts.country_code = "US"
    facts.rails.extend(US_RAILS)
    return found


def _uk(account: BankAccount, facts: BankAccountFacts) -> list[Fault]:
    found: list[Fault] = []
    account.uk.sort_code = re.sub(r"[ -]", "", account.uk.sort_code)
    account.uk.account_number = account.uk.account_number.replace(" ", "")
    if not re.fullmatch(r"[0-9]{6}", account.uk.sort_code):
        found.append(Fault("uk.sort_code", "must be 6 digits", faults.BANK_ACCOUNT_FAULT_FORMAT))
    if not re.fullmatch(r"[0-9]{8}", account.uk.account_number):
        found.append(Fault("uk.account_number", "must be 8 digits", faults.BANK_ACCOUNT_FAULT_FORMAT))
    if account.currency_code != "GBP":
        found.append(_currency("must be GBP for a sort code and account number"))
    facts.country_code = "GB"
    facts.rails.extend(UK_RAILS)
    return found


def _bic(account: BankAccount, facts: BankAccountFacts) -> list[Fault]:
    bic = _read_bic(account.bic.bic)
    if bic is None:
        return [Fault("bic.bic", "is not a BIC (ISO 9362)", faults.BANK_ACCOUNT_FAULT_FORMAT)]
    account.bic.bic = str(bic)
    facts.country_code = bic.country_code
    facts.bic = str(bic)
    facts.rails.append(rail_pb2.RAIL_SWIFT)
    return []


def _read_bic(text: str) -> BIC | None:
    if not _ASCII.fullmatch(text):
        return None
    try:
        return BIC(text, enforce_swift_compliance=True)
    except SchwiftyException:
        return None


def _same_country(bic: str, iban: str) -> bool:
    # Banks of the Crown Dependencies and French territories use the BIC country of the mainland's system.
    families = (
        {"GB", "GG", "IM", "JE"},
        {"FR", "MC", "GF", "GP", "MQ", "RE", "PF", "NC", "YT", "PM", "BL", "MF", "WF"},
    )
    return bic == iban or any({bic, iban} <= family for family in families)


def _currency(description: str) -> Fault:
    return Fault("currency_code", description, faults.BANK_ACCOUNT_FAULT_CURRENCY)
