"""Account details: verdicts on form, check digits, country and currency, the same in code and over gRPC."""

import json
from typing import Any

import pytest

from corridor.payouts.v1 import beneficiary_service_pb2 as api
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount, BicAccount, Iban, UkAccount, UsAccount
from server.domains.payouts import bank_accounts
from tests import corpora
from tests.serving import Running

FORMAT = api.BANK_ACCOUNT_FAULT_FORMAT
CHECK_DIGIT = api.BANK_ACCOUNT_FAULT_CHECK_DIGIT
COUNTRY = api.BANK_ACCOUNT_FAULT_COUNTRY
CURRENCY = api.BANK_ACCOUNT_FAULT_CURRENCY
BANK = api.BANK_ACCOUNT_FAULT_BANK


def iban(text: str, currency: str = "EUR", bic: str = "") -> BankAccount:
    """Details by IBAN."""
    return BankAccount(currency_code=currency, iban=Iban(iban=text, bic=bic))


def us(routing: str = "021000021", number: str = "123456789", currency: str = "USD") -> BankAccount:
    """Details by routing number."""
    return BankAccount(currency_code=currency, us=UsAccount(routing_number=routing, account_number=number))


def uk(sort_code: str = "601613", number: str = "31926819", currency: str = "GBP") -> BankAccount:
    """Details by sort code."""
    return BankAccount(currency_code=currency, uk=UkAccount(sort_code=sort_code, account_number=number))


def bic(text: str, currency: str = "USD") -> BankAccount:
    """Details by BIC."""
    return BankAccount(currency_code=currency, bic=BicAccount(bic=text, account_number="12345678"))


def faults(account: BankAccount) -> list[tuple[str, int]]:
    """What is wrong, and where."""
    return [(fault.field, fault.kind) for fault in bank_accounts.verdict(account).faults]


def corpus(kind: str) -> list[dict[str, Any]]:
    """The vectors of a kind."""
    found: list[dict[str, Any]] = json.loads(corpora.path("bank-ids/dev.json").read_text())[kind]
    return found


def test_verdicts_on_ibans_agree_with_the_corpus() -> None:
    given = corpus("iban")

    wrong = [case for case in given if case["valid"] != (not faults(iban(case["iban"])))]

    assert [] == wrong
    assert len(given) > 100


def test_verdicts_on_routing_numbers_agree_with_the_corpus() -> None:
    given = corpus("aba_routing")

    wrong = [case for case in given if case["valid"] != (not faults(us(case["aba"])))]

    assert [] == wrong
    assert len(given) > 100


def test_verdicts_on_bics_agree_with_the_corpus() -> None:
    given = corpus("bic")

    wrong = [case for case in given if case["schwifty_strict"] != (not faults(bic(case["bic"])))]

    assert [] == wrong
    assert given


def test_verdicts_over_grpc_are_those_of_the_corpus(corridor: Running) -> None:
    client = corridor.client()
    given = [(iban(case["iban"]), case["valid"]) for case in corpus("iban")[::25]]
    given += [(us(case["aba"]), case["valid"]) for case in corpus("aba_routing")[::10]]

    for account, valid in given:
        request = api.ValidateBankAccountRequest(bank_account=account)
        answer = client.call("BeneficiaryService/ValidateBankAccount", request)
        assert valid == answer.valid
        assert valid == (not answer.violations)
        assert valid == answer.HasField("normalized") == answer.HasField("facts")


@pytest.mark.parametrize(
    "text",
    ["DE89370400440532013000", "de89370400440532013000", "DE89 3704 0044 0532 0130 00", "  DE89370400440532013000 "],
)
def test_an_iban_has_one_normal_form(text: str) -> None:
    assert "DE89370400440532013000" == bank_accounts.verdict(iban(text)).account.iban.iban


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DE88370400440532013000", CHECK_DIGIT),
        ("DE8937040044053201300", FORMAT),
        ("DE893704004405320130000", FORMAT),
        ("DE89370400440532O13000", FORMAT),
        ("DE89-3704-0044-0532-0130-00", FORMAT),
        ("XX89370400440532013000", COUNTRY),
        ("ZZ", FORMAT),
        ("89370400440532013000", FORMAT),
        ("D", FORMAT),
        ("DE", FORMAT),
        ("٨٩", FORMAT),
        ("DE٨٩370400440532013000", FORMAT),
        ("DE８９370400440532013000", FORMAT),
        ("DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", FORMAT),
        ("DE89370400440532013000\u200b", FORMAT),
        ("\ufeffDE89370400440532013000", FORMAT),
        ("DE89370400440532013000\n", FORMAT),
        ("DE89\t370400440532013000", FORMAT),
        ("DE00370400440532013000", CHECK_DIGIT),
        ("ＤＥ89370400440532013000", FORMAT),
        ("ßE89370400440532013000", FORMAT),
        (" ", FORMAT),
    ],
)
def test_a_wrong_iban_is_told_for_what_it_is(text: str, kind: int) -> None:
    assert ("iban.iban", kind) in faults(iban(text))


def test_no_transposition_of_neighbours_passes() -> None:
    text = "DE89370400440532013000"

    for at in range(4, len(text) - 1):
        swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        assert (swapped == text) == (not faults(iban(swapped)))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("DEUTDEFF", True),
        ("DEUTDEFF500", True),
        ("deutdeff", True),
        ("DEUT DE FF", True),
        ("DEUTDEF", False),
        ("DEUTDEFF5", False),
        ("DEUTDEFF50", False),
        ("DEUTDEFF5000", False),
        ("DEUTXXFF", False),
        ("1234DEFF", False),
        ("DEUTDEFＦ", False),
        ("DEUTDEFF\n", False),
        ("DEUT\u00a0DEFF", False),
    ],
)
def test_a_bic_has_eight_or_eleven_characters_of_a_country(text: str, valid: bool) -> None:
    assert ([] if valid else [("bic.bic", FORMAT)]) == faults(bic(text))


def test_a_bic_beside_an_iban_is_of_the_same_country() -> None:
    assert [] == faults(iban("DE89370400440532013000", bic="DEUTDEFF"))
    assert [("iban.bic", COUNTRY)] == faults(iban("DE89370400440532013000", bic="BNPAFRPP"))
    assert [("iban.bic", FORMAT)] == faults(iban("DE89370400440532013000", bic="DEUT"))
    assert [] == faults(iban("MC5811222000010123456789030", bic="BNPAFRPP"))


@pytest.mark.parametrize(
    ("routing", "kind"),
    [
        ("021000022", CHECK_DIGIT),
        ("02100002", FORMAT),
        ("0210000211", FORMAT),
        ("02100002A", FORMAT),
        ("021-000-021", FORMAT),
        ("021 000 021", FORMAT),
        ("٠٢١٠٠٠٠٢١", FORMAT),
        ("021000021\u00a0", FORMAT),
        ("021000021\u200b", FORMAT),
        ("021000021\n", FORMAT),
        ("500000005", BANK),
        ("990000001", CHECK_DIGIT),
        ("000000000", BANK),
    ],
)
def test_a_wrong_routing_number_is_told_for_what_it_is(routing: str, kind: int) -> None:
    assert [("us.routing_number", kind)] == faults(us(routing))


def test_spaces_round_a_routing_number_are_taken_off() -> None:
    found = bank_accounts.verdict(us(" 021000021 ", "1234 5678"))

    assert [] == list(found.faults)
    assert ("021000021", "12345678") == (found.account.us.routing_number, found.account.us.account_number)


@pytest.mark.parametrize("number", ["123", "1" * 18, "12٣45", "1234\n", "1234\u00a0", "12_34", "1234;"])
def test_a_wrong_us_account_number_is_refused(number: str) -> None:
    assert [("us.account_number", FORMAT)] == faults(us(number=number))


@pytest.mark.parametrize("sort_code", ["601613", "60-16-13", "60 16 13", " 601613 "])
def test_a_sort_code_has_one_normal_form(sort_code: str) -> None:
    found = bank_accounts.verdict(uk(sort_code, "3192 6819"))

    assert [] == list(found.faults)
    assert ("601613", "31926819") == (found.account.uk.sort_code, found.account.uk.account_number)


@pytest.mark.parametrize("sort_code", ["60161", "6016130", "60161A", "60/16/13", "60–16–13", "٦٠١٦١٣", "601613\n"])
def test_a_wrong_sort_code_is_refused(sort_code: str) -> None:
    assert [("uk.sort_code", FORMAT)] == faults(uk(sort_code))


@pytest.mark.parametrize("number", ["3192681", "319268190", "3192681A", "٣١٩٢٦٨١٩", "31926819\n"])
def test_a_wrong_uk_account_number_is_refused(number: str) -> None:
    assert [("uk.account_number", FORMAT)] == faults(uk(number=number))


@pytest.mark.parametrize("account", [us(currency="EUR"), uk(currency="USD"), iban("DE89370400440532013000", "XXY")])
def test_a_currency_that_cannot_reach_the_account_is_refused(account: BankAccount) -> None:
    assert [("currency_code", CURRENCY)] == faults(account)


def test_rails_follow_from_account_and_currency() -> None:
    def rails(account: BankAccount) -> list[int]:
        return list(bank_accounts.verdict(account).facts.rails)

    assert [rail_pb2.RAIL_SEPA, rail_pb2.RAIL_SEPA_INSTANT, rail_pb2.RAIL_SWIFT] == rails(
        iban("DE89370400440532013000")
    )
    assert [rail_pb2.RAIL_SWIFT] == rails(iban("DE89370400440532013000", "USD"))
    assert [rail_pb2.RAIL_SWIFT] == rails(iban("AE070331234567890123456"))
    assert list(bank_accounts.US_RAILS) == rails(us())
    assert list(bank_accounts.UK_RAILS) == rails(uk())
    assert [rail_pb2.RAIL_SWIFT] == rails(bic("CHASUS33"))


def test_facts_name_country_and_bank() -> None:
    found = bank_accounts.verdict(iban("DE89370400440532013000")).facts

    assert ("DE", "COBADEFFXXX") == (found.country_code, found.bic)
    assert found.bank_name
