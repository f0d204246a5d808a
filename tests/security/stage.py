"""What attackers meet: a server, a gateway, two companies with keys; and ways to send what no client would."""

import base64
import contextlib
import json
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import h2.connection
import h2.events
import h2.exceptions
from google.rpc import error_details_pb2, status_pb2

from corridor.payouts.v1 import payout_service_pb2 as payouts
from server.kit import contract
from server.platform.access import admin
from server.platform.access.policy import Grant, grant
from tests.chaos.world import Process, free_port
from tests.serving import SANDBOX, Client, Running

LIST_PAYOUTS = "/corridor.payouts.v1.PayoutService/ListPayouts"
NOTHING = payouts.ListPayoutsRequest().SerializeToString()
Headers = Sequence[tuple[bytes, bytes]]


@dataclass
class Stage:
    """The scene of the attacks. The companies are alike; `ours` is the attacker's own, where it has one."""

    running: Running
    gateway: str  # host:port
    ours: str
    theirs: str
    client: Client  # with a key of ours that may do everything
    victim: Client  # with a key of theirs

    @property
    def address(self) -> str:
        """Where the server listens."""
        return self.running.address

    def key(self, company_id: str = "", environment: int = SANDBOX, *, gives: Grant | None = None) -> str:
        """A new key of a company, ours by default."""
        parts = self.running.parts
        gives = gives or grant(contract.scopes())
        _, secret = admin.create_key(
            parts.store, parts.keys, company_id or self.ours, environment, "attack", grant=gives  # type: ignore[arg-type] # an environment's number
        )  # fmt: skip
        return secret

    def ask(self, headers: Headers, path: str = LIST_PAYOUTS, message: bytes = NOTHING) -> str:
        """How one raw gRPC call with these header fields is answered."""
        with Wire(self.address) as wire:
            return wire.call(headers, path, message)

    def http(self, request: bytes) -> tuple[int, str]:
        """How raw bytes are answered over HTTP: the first status, and the reason of the problem."""
        answer = exchanged(self.gateway, request)
        return status_of(answer), reason_of(answer)


@contextlib.contextmanager
def staged(running: Running) -> Iterator[Stage]:
    """The scene, round a server that runs."""
    ours, theirs = running.company("Ours"), running.company("Theirs")
    gateway = Process("gateway", "--port", str(port := free_port()), "--upstream", running.address)
    client, victim = running.client(ours), running.client(theirs)
    try:
        yield Stage(running, f"127.0.0.1:{port}", ours, theirs, client, victim)
    finally:
        client.close()
        victim.close()
        gateway.stop()


class Wire:
    """A gRPC connection that sends header fields as they are: HTTP/2 without the checks of a client."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._open()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def call(self, headers: Headers, path: str = LIST_PAYOUTS, message: bytes = NOTHING) -> str:
        """The reason of the refusal; empty for a call that got in, `RESET` for one that was not even read."""
        try:
            stream = self._http.get_next_available_stream_id()
            fields = [
                (b":method", b"POST"), (b":scheme", b"http"), (b":path", path.encode()), (b":authority", b"corridor"),
                (b"content-type", b"application/grpc"), (b"te", b"trailers"), *headers,
            ]  # fmt: skip
            self._http.send_headers(stream, fields)
            self._http.send_data(stream, b"\0" + len(message).to_bytes(4, "big") + message, end_stream=True)
            self._socket.sendall(self._http.data_to_send())
            return self._answer(stream)
        except (OSError, h2.exceptions.H2Error):
            self._socket.close()
            self._open()
            return "RESET"

    def _open(self) -> None:
        host, _, port = self._address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=20)
        config = h2.config.H2Configuration(
            validate_outbound_headers=False, normalize_outbound_headers=False, header_encoding=None
        )
        self._http = h2.connection.H2Connection(config)
        self._http.initiate_connection()
        self._socket.sendall(self._http.data_to_send())

    def _answer(self, stream: int) -> str:
        fields: dict[bytes, bytes] = {}
        while True:
            data = self._socket.recv(65_536)
            if not data:
                raise ConnectionError("closed")
            for event in self._http.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if isinstance(event, h2.events.ConnectionTerminated):
                    raise ConnectionError("terminated")
                if getattr(event, "stream_id", None) != stream:
                    continue
                if isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    fields |= dict(event.headers)
                if isinstance(event, h2.events.StreamReset):
                    return "RESET"
                if isinstance(event, h2.events.StreamEnded):
                    self._socket.sendall(self._http.data_to_send())
                    return _reason(fields)
            self._socket.sendall(self._http.data_to_send())


def _reason(fields: dict[bytes, bytes]) -> str:
    if fields.get(b"grpc-status") == b"0":
        return ""
    if fields.get(b":status", b"200") != b"200":
        return f"HTTP {fields[b':status'].decode()}"
    encoded = fields.get(b"grpc-status-details-bin", b"")
    status = status_pb2.Status.FromString(base64.b64decode(encoded + b"=" * (-len(encoded) % 4)))
    info = error_details_pb2.ErrorInfo()
    named = next((info.reason for detail in status.details if detail.Unpack(info)), "")
    return named or f"STATUS {fields.get(b'grpc-status', b'?').decode()}"


def exchanged(address: str, request: bytes, tls: ssl.SSLContext | None = None) -> bytes:
    """Everything that comes back for these bytes, until the other side closes or is silent for a second."""
    host, _, port = address.rpartition(":")
    plain = socket.create_connection((host, int(port)), timeout=1.0)
    with tls.wrap_socket(plain, server_hostname=host) if tls else plain as connection:
        answer = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            connection.sendall(request)
            while chunk := connection.recv(65_536):
                answer += chunk
        return answer


def status_of(answer: bytes) -> int:
    """The first status of an answer; 0 where the connection was closed without one."""
    parts = answer.split(b" ", 2)
    return int(parts[1]) if answer.startswith(b"HTTP/") and parts[1].isdigit() else 0


def reason_of(answer: bytes) -> str:
    """The reason of the problem document in an answer; empty where there is none."""
    _, _, body = answer.partition(b"\r\n\r\n")
    try:
        return str(json.loads(body).get("reason", ""))
    except (ValueError, AttributeError):
        return ""
