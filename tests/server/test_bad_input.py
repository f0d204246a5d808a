"""Bad input over gRPC: each kind gets a reason of the catalogue and the field's name, and never a bare error."""

from collections.abc import Callable

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from corridor.operations.v1 import work_item_service_pb2 as items
from corridor.payments.v1 import dispute_service_pb2 as disputes
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.sandbox.v1 import clock_service_pb2 as clocks
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.period_pb2 import Period
from server.app import MESSAGE_BYTES
from server.kit import ids
from server.kit.context import Caller
from server.store import sealed
from tests.server import people
from tests.serving import SANDBOX, Client, Refused, Running

CREATE = "PayoutService/CreatePayout"
ADD = "BeneficiaryService/CreateBeneficiary"


@pytest.fixture(scope="module")
def client(corridor: Running) -> Client:
    """One company for all."""
    return corridor.client()


@pytest.fixture(scope="module")
def to(client: Client) -> str:
    """A beneficiary of it."""
    return people.beneficiary(client)


def refusal(client: Client, request: Message | bytes, name: str = CREATE) -> Refused:
    """How it is refused."""
    return people.refused(client, name, request, key=people.new_key())


def test_of_a_choice_that_is_missing_all_that_could_be_given_is_named(client: Client) -> None:
    found = refusal(client, clocks.AdvanceClockRequest(), "ClockService/AdvanceClock")

    assert ["by"] == found.fields
    assert "one of these must be given: duration, to_time" in str(found.status.details)


@pytest.mark.parametrize("day", ["2026-13-01", "2026-00-10", "2026-12-32", "2026-12-00"])
def test_a_day_of_evidence_is_one_that_a_calendar_has(client: Client, day: str) -> None:
    request = disputes.UpdateDisputeEvidenceRequest(dispute_id=f"dsp_{26 * '0'}")
    request.evidence.shipping_date = day

    found = refusal(client, request, "DisputeService/UpdateDisputeEvidence")

    assert ["evidence.shipping_date"] == list(found.fields)


@pytest.mark.parametrize("minor", [0, -1, -(2**63), 10**15 + 1, 2**63 - 1])
def test_an_amount_is_above_zero_and_not_absurd(client: Client, to: str, minor: int) -> None:
    found = refusal(client, people.create(to, minor))

    assert "INVALID_ARGUMENT" == found.reason
    assert {"amount", "amount.amount_minor"} >= set(found.fields)
    assert found.fields


def test_an_amount_beyond_64_bits_is_taken_as_its_low_bits_and_refused(client: Client, to: str) -> None:
    amount = b"\x0a\x03EUR\x10" + b"\xff" * 9 + b"\x7f"  # a varint of 70 bits, all of them set
    request = api.CreatePayoutRequest(beneficiary_id=to).SerializeToString() + b"\x12" + bytes([len(amount)]) + amount

    assert refusal(client, request).reason in {"INVALID_ARGUMENT", "MALFORMED_REQUEST"}


@pytest.mark.parametrize("currency", ["", "eur", "EU", "EURO", "€", "EUR\n", "12A"])
def test_what_is_no_currency_code_breaks_a_rule(client: Client, to: str, currency: str) -> None:
    found = refusal(client, people.create(to, currency=currency))

    assert ("INVALID_ARGUMENT", {"amount.currency_code"}) == (found.reason, set(found.fields))


@pytest.mark.parametrize("currency", ["XXY", "DEM", "XXX", "USD"])
def test_a_currency_that_cannot_be_paid_is_refused(client: Client, to: str, currency: str) -> None:
    found = refusal(client, people.create(to, currency=currency))

    assert ("CURRENCY_NOT_SUPPORTED", ["amount.currency_code"]) == (found.reason, found.fields)


@pytest.mark.parametrize(
    ("account", "field"),
    [
        (people.euro_account("DE88370400440532013000"), "bank_account.iban.iban"),
        (people.euro_account("DE89\u200b370400440532013000"), "bank_account.iban.iban"),
        (people.us_account("021000022"), "bank_account.us.routing_number"),
        (people.us_account("٠٢١٠٠٠٠٢١"), "bank_account.us.routing_number"),
    ],
)
def test_account_details_that_cannot_be_right_are_refused(client: Client, account: BankAccount, field: str) -> None:
    request = beneficiaries.CreateBeneficiaryRequest(bank_account=account)
    request.party.business.legal_name = "Example"

    found = refusal(client, request, ADD)

    assert ("BANK_ACCOUNT_INVALID", [field]) == (found.reason, found.fields)


def test_a_currency_against_the_country_is_refused(client: Client) -> None:
    account = people.us_account()
    account.currency_code = "EUR"
    request = beneficiaries.CreateBeneficiaryRequest(bank_account=account)
    request.party.business.legal_name = "Example"

    found = refusal(client, request, ADD)

    assert ("BANK_ACCOUNT_INVALID", ["bank_account.currency_code"]) == (found.reason, found.fields)


def test_missing_fields_are_named(client: Client) -> None:
    assert {"beneficiary_id", "amount"} == set(refusal(client, api.CreatePayoutRequest()).fields)
    assert {"party", "bank_account"} == set(refusal(client, beneficiaries.CreateBeneficiaryRequest(), ADD).fields)


def _long_reference(request: api.CreatePayoutRequest) -> str:
    request.reference = "x" * 141
    return "reference"


def _control_characters(request: api.CreatePayoutRequest) -> str:
    request.reference = "a\x00b"
    return "reference"


def _many_pairs(request: api.CreatePayoutRequest) -> str:
    request.metadata.update({f"k{number}": "v" for number in range(21)})
    return "metadata"


def _long_value(request: api.CreatePayoutRequest) -> str:
    request.metadata["k"] = "v" * 501
    return 'metadata["k"]'


def _empty_name(request: api.CreatePayoutRequest) -> str:
    request.metadata[""] = "v"
    return 'metadata[""]'


def _unknown_rail(request: api.CreatePayoutRequest) -> str:
    request.rail = 99  # type: ignore[assignment] # no number of the enum
    return "rail"


def _long_id(request: api.CreatePayoutRequest) -> str:
    request.beneficiary_id = ids.new("ben") + "0"
    return "beneficiary_id"


def _sql(request: api.CreatePayoutRequest) -> str:
    request.beneficiary_id = "ben_' OR 1=1 --"
    return "beneficiary_id"


@pytest.mark.parametrize(
    "spoil",
    [
        _long_reference, _control_characters, _many_pairs, _long_value, _empty_name, _unknown_rail, _long_id, _sql,
    ],
)  # fmt: skip
def test_a_field_out_of_bounds_is_named(
    client: Client, to: str, spoil: Callable[[api.CreatePayoutRequest], str]
) -> None:
    request = api.CreatePayoutRequest(beneficiary_id=to, amount=Money(currency_code="EUR", amount_minor=1))
    field = spoil(request)

    found = refusal(client, request)

    assert ("INVALID_ARGUMENT", {field}) == (found.reason, set(found.fields))


def nested(depth: int) -> bytes:
    """Groups within groups."""
    return b"\xfb\x07" * depth + b"\xfc\x07" * depth


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff", id="half a tag"),
        pytest.param(b"\x0a\xff\xff\xff\xff\x0f", id="a length beyond the end"),
        pytest.param(b"\x0a\x05ab", id="a text cut off"),
        pytest.param(b"\x0a\x02\xff\xfe", id="text that is not UTF-8"),
        pytest.param(b"\x1a\x03\xed\xa0\x80", id="half a surrogate pair"),
        pytest.param(b"\x12\x04\x0a\x02\xc3\x28", id="text within that is not UTF-8"),
        pytest.param(b"{}\n", id="JSON"),
        pytest.param(nested(5_000), id="deep nesting"),
    ],
)
def test_bytes_that_do_not_parse_are_a_malformed_request(client: Client, data: bytes) -> None:
    found = refusal(client, data)

    assert ("MALFORMED_REQUEST", grpc.StatusCode.INVALID_ARGUMENT) == (found.reason, found.code)
    assert "corridor.payouts.v1.CreatePayoutRequest" in found.status.message


def test_a_malformed_request_of_a_stranger_is_not_read(corridor: Running) -> None:
    assert "CREDENTIAL_MALFORMED" == refusal(Client(corridor.address, "ck_test_nobody"), b"\xff").reason


def test_fields_that_nobody_knows_are_left_out(corridor: Running, client: Client) -> None:
    account = people.euro_account().SerializeToString() + b"\xfa\x07\x06canary"
    request = beneficiaries.CreateBeneficiaryRequest()
    request.party.business.legal_name = "Example"
    data = request.SerializeToString() + b"\x12" + bytes([len(account)]) + account + b"\xfa\x07\x06canary"

    made = client.call(ADD, data, key=people.new_key())  # type: ignore[arg-type] # bytes go out as they are

    assert b"canary" not in made.SerializeToString()
    with people.rows(corridor, client) as connection:
        seals, who = connection.seals, Caller(0, "", people.company_of(corridor, client), SANDBOX)
        stored = connection.execute("SELECT message, beneficiary_id FROM corridor.beneficiaries").fetchall()
    assert stored
    assert not [row for row in stored if b"canary" in sealed.BENEFICIARY.open(seals, who, *row)]


@pytest.mark.parametrize("token", ["x", "A" * 512, "é", "../..", "' OR 1=1"])
def test_a_made_up_page_token_is_refused(client: Client, token: str) -> None:
    found = people.refused(client, "PayoutService/ListPayouts", api.ListPayoutsRequest(page_token=token))

    assert "PAGE_TOKEN_INVALID" == found.reason


def test_a_page_token_out_of_bounds_breaks_a_rule(client: Client) -> None:
    found = people.refused(client, "PayoutService/ListPayouts", api.ListPayoutsRequest(page_token="A" * 513))

    assert ["page_token"] == found.fields


def test_a_message_above_the_limit_is_refused(client: Client, to: str) -> None:
    request = people.create(to).SerializeToString() + b"\xfa\x07" + b"\x80\x80\x80\x02" + b"x" * MESSAGE_BYTES

    assert grpc.StatusCode.RESOURCE_EXHAUSTED == refusal(client, request).code


def test_an_unknown_method_is_not_implemented(corridor: Running, client: Client) -> None:
    with grpc.insecure_channel(corridor.address) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary("/corridor.payouts.v1.PayoutService/StealPayout", bytes, bytes)(b"", timeout=30)

    assert grpc.StatusCode.UNIMPLEMENTED == refused.value.code()


def test_no_value_comes_back_in_a_refusal(client: Client) -> None:
    account = people.euro_account("DE88370400440532013000")
    request = beneficiaries.CreateBeneficiaryRequest(bank_account=account)
    request.party.person.given_name = "canary"

    shown = refusal(client, request, ADD).status.SerializeToString()

    assert not [value for value in (b"canary", b"370400440532013000") if value in shown]


@pytest.mark.parametrize(("seconds", "nanos"), [(253_402_300_800, 0), (-62_135_596_801, 0), (2**63 - 1, 0), (0, -1)])
def test_a_time_out_of_range_is_named(client: Client, seconds: int, nanos: int) -> None:
    request = api.ListPayoutsRequest(created=Period(end_time=Timestamp(seconds=seconds, nanos=nanos)))

    assert ["created.end_time"] == people.refused(client, "PayoutService/ListPayouts", request).fields


def test_a_text_with_a_nul_is_named(client: Client) -> None:
    request = items.ResolveWorkItemRequest(work_item_id=ids.new("wi"), resolution="a\x00b")

    assert ["resolution"] == people.refused(client, "WorkItemService/ResolveWorkItem", request).fields


def test_nothing_was_stored_of_all_this(corridor: Running, client: Client) -> None:
    assert [] == list(client.call("PayoutService/ListPayouts", api.ListPayoutsRequest()).payouts)
