"""The calls that a run repeats, with one real answer of each, recorded from the server for the yardsticks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import grpc
from google.protobuf.message import Message

from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.kit import contract
from tests.bench.database import Database, beneficiary_request, create_request
from tests.bench.load import Target

_PAYOUTS = "/corridor.payouts.v1.PayoutService"
_BENEFICIARIES = "/corridor.payouts.v1.BeneficiaryService"
CREATE = f"{_PAYOUTS}/CreatePayout"
LIST = f"{_PAYOUTS}/ListPayouts"
SETTINGS = f"{_PAYOUTS}/GetPayoutSettings"

LISTED = 20


@dataclass(frozen=True, slots=True)
class Calls:
    """What is called, and what was answered once."""

    key: str
    beneficiary_id: str
    recorded: Mapping[str, bytes]  # by method path

    def grpc(self, path: str, address: str, *, keyed: bool = False, key: str = "") -> Target:
        """A method of ours over gRPC: each call with a new idempotency key, always with the same one, or without."""
        metadata = [("authorization", f"Bearer {self.key}")]
        if key:
            metadata.append(("idempotency-key", key))
        message = request(path, self.beneficiary_id).SerializeToString()
        return Target("grpc", address, path, tuple(metadata), message, keyed)

    def http(self, address: str) -> Target:
        """CreatePayout over HTTP, each call with a new idempotency key."""
        metadata = (("authorization", f"Bearer {self.key}"), ("accept", "application/json"))
        return Target("http", address, "/v1/payouts", metadata, create_json(self.beneficiary_id), keyed=True)


def request(path: str, beneficiary_id: str) -> Message:
    """The request of a method that the run calls."""
    if path == CREATE:
        return create_request(beneficiary_id)
    if path == LIST:
        return payouts.ListPayoutsRequest(page_size=LISTED)
    return contract.methods()[path].request()


def create_json(beneficiary_id: str) -> bytes:
    """The body of POST /v1/payouts that says what `create_request` says."""
    return (
        b'{"beneficiary_id": "' + beneficiary_id.encode() + b'", "amount": {"currency_code": "EUR", '
        b'"amount_minor": "12345"}, "reference": "Invoice 2026-1187", '
        b'"metadata": {"invoice": "1187", "tenant": "north"}}'
    )


def recorded(database: Database, address: str) -> Calls:
    """Make a beneficiary and some payouts at a server, and record what it answers."""
    with grpc.insecure_channel(address) as channel:
        made: Any = call(channel, database.key, f"{_BENEFICIARIES}/CreateBeneficiary", beneficiary_request(), "bench")
        calls = Calls(database.key, made.beneficiary.beneficiary_id, {})
        answers = {}
        for number in range(LISTED + 1):
            wanted = request(CREATE, calls.beneficiary_id)
            answers[CREATE] = call(channel, calls.key, CREATE, wanted, f"first-{number}")
        for path in (LIST, SETTINGS):
            answers[path] = call(channel, calls.key, path, request(path, calls.beneficiary_id))
    return replace(calls, recorded={path: answer.SerializeToString() for path, answer in answers.items()})


def call(channel: grpc.Channel, credential: str, path: str, message: Message, key: str = "") -> Any:
    """One call, made in the ordinary way. Raises grpc.RpcError."""
    metadata = [("authorization", f"Bearer {credential}"), *([("idempotency-key", key)] if key else [])]
    made = channel.unary_unary(
        path,
        request_serializer=contract.methods()[path].request.SerializeToString,
        response_deserializer=contract.methods()[path].response.FromString,
    )
    return made(message, metadata=tuple(metadata), timeout=30, wait_for_ready=True)
