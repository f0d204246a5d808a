"""Redaction: nothing that the contract calls sensitive is shown, wherever in a message it stands."""

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from corridor.access.v1 import api_key_service_pb2
from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_SENT, Payout
from corridor.type.v1.address_pb2 import Address
from corridor.type.v1.party_pb2 import Party, Person
from server.kit import contract
from server.kit.redaction import HIDDEN, redacted
from tests.server.people import IBAN, euro_account

CANARY = "canary-7f3a"


def filled(message: Message, depth: int = 0) -> Message:
    """The message with the canary in every sensitive text, and nothing else."""
    for field in message.DESCRIPTOR.fields:
        sensitive, inner = contract.sensitivity(field), field.message_type
        if sensitive and field.type == FieldDescriptor.TYPE_STRING:
            message.MergeFrom(type(message)(**{field.name: [CANARY] if field.is_repeated else CANARY}))
        elif sensitive and field.type == FieldDescriptor.TYPE_BYTES and not field.is_repeated:
            setattr(message, field.name, CANARY.encode())
        elif inner is not None and inner.GetOptions().map_entry:
            if sensitive and inner.fields_by_name["value"].type == FieldDescriptor.TYPE_STRING:
                getattr(message, field.name)["name"] = CANARY
        elif inner is not None and depth < 6 and inner.full_name.startswith("corridor."):
            within = getattr(message, field.name)
            filled(within.add() if field.is_repeated else within, depth + 1)
    return message


def test_no_sensitive_value_of_any_message_is_shown() -> None:
    found = 0
    for method in contract.methods().values():
        for kind in (method.request, method.response):
            message = filled(kind())
            found += CANARY in str(message)
            assert CANARY not in repr(redacted(message)), kind.DESCRIPTOR.full_name
    assert found > 10


def test_an_account_number_keeps_its_last_four() -> None:
    shown = redacted(euro_account())

    assert HIDDEN + IBAN[-4:] == shown["iban"]["iban"]
    assert "EUR" == shown["currency_code"]


def test_a_short_account_number_keeps_nothing() -> None:
    assert HIDDEN == redacted(euro_account("12345678"))["iban"]["iban"]


def test_names_and_addresses_are_hidden() -> None:
    party = Party(
        person=Person(given_name="Ada", family_name="Lovelace"), address=Address(lines=["1 Main St"], country_code="GB")
    )
    shown = redacted(beneficiaries.CreateBeneficiaryRequest(party=party))

    assert {"given_name": HIDDEN, "family_name": HIDDEN} == shown["party"]["person"]
    assert {"lines": HIDDEN, "country_code": "GB"} == shown["party"]["address"]


def test_a_secret_is_hidden() -> None:
    assert {"secret": HIDDEN} == redacted(api_key_service_pb2.CreateApiKeyResponse(secret="s" * 60))


def test_metadata_is_hidden_as_a_whole() -> None:
    shown = redacted(Payout(payout_id="po_1", state=PAYOUT_STATE_SENT, metadata={"invoice": "7"}))

    assert {"payout_id": "po_1", "state": PAYOUT_STATE_SENT, "metadata": HIDDEN} == shown
