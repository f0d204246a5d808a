"""What an erasure leaves of a message: ids, amounts, times and states. Works from the sensitivity of each field.

Unlike what the redactor shows, nothing of a value is left: no last four digits, no placeholder.
"""

from typing import TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

from corridor.payments.v1.payment_facts_pb2 import CardFacts
from corridor.payouts.v1.bank_account_facts_pb2 import BankAccountFacts
from corridor.type.v1.bank_account_pb2 import BankAccount
from corridor.type.v1.party_pb2 import Party
from corridor.type.v1.raw_request_pb2 import RawRequest
from server.kit import contract

# Persons and their accounts go whole: a bank, a country or a birth year says something of them too.
_WHOLE = frozenset(kind.DESCRIPTOR.full_name for kind in (Party, BankAccount, BankAccountFacts, CardFacts))

M = TypeVar("M", bound=Message)


def cleared(message: M) -> M:
    """A copy without personal data."""
    copy = type(message)()
    copy.CopyFrom(message)
    _clear(copy)
    return copy


def _clear(message: Message) -> None:
    if isinstance(message, RawRequest):
        message.Clear()  # the query too: a vendor may put anything anywhere
        return
    if isinstance(message, AnyMessage):
        kind = contract.message_types().get(message.type_url.rpartition("/")[2])
        if kind is None:
            message.Clear()  # what is not known may be anything
        else:
            message.value = cleared(kind.FromString(message.value)).SerializeToString(deterministic=True)
        return
    for field, value in message.ListFields():
        if contract.sensitivity(field) or (field.message_type and field.message_type.full_name in _WHOLE):
            message.ClearField(field.name)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for each in value if field.is_repeated else (value,):
                _clear(each)
