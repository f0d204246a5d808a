"""Whatever a request says, the answer is of the contract: made-up messages for every RPC, and never INTERNAL."""

import contextlib
from typing import Any

import grpc
import pytest
from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from server.kit import contract, ids
from tests.server import people
from tests.serving import Client, Refused, Running

NASTY = [
    "", " ", "a", "a\x00b", "\n", "'; DROP TABLE corridor.payouts --", "%", "{}", "é" * 10, "\u202e", "😀", "x" * 600,
    "EUR", "USD", "XXY", "DE89370400440532013000", "021000021", "DEUTDEFF", "sandbox", "payouts", "GB",
    "https://127.0.0.1/x", "https://[::1", "http://", "https://exa mple/", "payout.settled", "payouts:read",
    "https://127.0.0.1:99999/", "https://127.0.0.1/\x00", "https://例え.jp/", "https://user:pw@127.0.0.1/",
    *(ids.new(prefix) for prefix in ("po", "ben", "conn", "key", "we", "evt", "wi", "in", "att")),
]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 50, 250, 251, 10**15, 10**15 + 1, 2**31 - 1, -(2**31)]
LARGE = [2**63 - 1, -(2**63), 253_402_300_799, 253_402_300_800, -62_135_596_801]
WHOLE = {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_UINT32}


def values(field: FieldDescriptor, depth: int) -> some.SearchStrategy[Any]:
    """Values of a field, one each."""
    if field.message_type is not None:
        return messages(field.message_type, depth + 1)
    if field.type == FieldDescriptor.TYPE_STRING:
        pattern = field.GetOptions().Extensions[validate_pb2.field].string.pattern
        nasty = some.sampled_from(NASTY) | some.text(max_size=20)
        return some.from_regex(pattern, fullmatch=True) | nasty if pattern else nasty
    if field.type == FieldDescriptor.TYPE_BYTES:
        return some.binary(max_size=20)
    if field.type == FieldDescriptor.TYPE_BOOL:
        return some.booleans()
    if field.enum_type is not None:
        return some.integers(0, 12)
    return some.sampled_from(
        [n for n in NUMBERS if n >= 0 or "U" not in str(field.type)] + ([] if field.type in WHOLE else LARGE)
    )


def messages(descriptor: Descriptor, depth: int = 0) -> some.SearchStrategy[dict[str, Any]]:
    """Messages as the values of their fields; some fields are left out."""
    if depth > 4:
        return some.just({})
    fields: dict[str, some.SearchStrategy[Any]] = {}
    for field in descriptor.fields:
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            entry = values(inner.fields_by_name["value"], depth)
            fields[field.name] = some.dictionaries(some.sampled_from(NASTY), entry, max_size=3)
        else:
            one = values(field, depth)
            fields[field.name] = some.lists(one, max_size=3) if field.is_repeated else one
    return some.fixed_dictionaries({}, optional=fields) | some.fixed_dictionaries(fields)


def message(kind: type[Message], given: dict[str, Any]) -> Message:
    """The message with these values; what does not fit a field is left out."""
    made = kind()
    for name, value in given.items():
        with contextlib.suppress(TypeError, ValueError):
            made.MergeFrom(kind(**{name: value}))
    return made


@pytest.fixture(scope="module")
def client(corridor: Running) -> Client:
    """One company for all."""
    return corridor.client()


def refusal(client: Client, name: str, request: Message, key: str) -> Refused | None:
    """How the call is refused, if it is."""
    try:
        client.call(name, request, key=key)
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize("path", [path for path in contract.methods() if not path.endswith("RevokeApiKey")])
def test_no_request_breaks_the_server(client: Client, path: str) -> None:
    method = contract.methods()[path]
    name = path.rpartition(".")[2]
    declared = {contract.reason_name(reason) for reason in method.errors}

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(messages(method.request.DESCRIPTOR))  # type: ignore[arg-type] # upb descriptors are descriptors
    def answers(given: dict[str, Any]) -> None:
        refused = refusal(client, name, message(method.request, given), key=people.new_key() if method.writes else "")
        if refused is not None:
            assert refused.code not in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}, refused.status
            assert refused.reason in declared | SHARED, refused.status

    answers()


# What every method may answer besides what it declares.
SHARED = {"INVALID_ARGUMENT", "MALFORMED_REQUEST", "UNAUTHENTICATED", "PERMISSION_DENIED", "UNAVAILABLE"}
