"""A caller of the gRPC API by the contract, for commands. Refusals are told with what to do about them."""

import os
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_ADDRESS = "127.0.0.1:50051"
_SLACK_SECONDS = 1.0  # so that it is the server that tells of a missed deadline


def options(command: F) -> F:
    """The options by which a command finds the server."""
    key = click.option("--key", envvar="CORRIDOR_KEY", show_envvar=True, default="", help="The API key.")
    address = click.option(
        "--address", envvar="CORRIDOR_ADDRESS", show_envvar=True, default=DEFAULT_ADDRESS, show_default=True,
        help="The gRPC server.",
    )  # fmt: skip
    return key(address(command))


class Client:
    """Calls with one key. Close it, or use it as a context manager."""

    def __init__(self, address: str, key: str) -> None:
        from server.cli import tls

        self._address = address
        self._key = key
        self._channel = tls.channel(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._channel.close()

    def call(self, method: Any, request: Any, idempotency_key: str = "") -> tuple[Any, dict[str, str]]:
        """The response and the trailers. Raises `ClickException` for a refusal."""
        import grpc

        metadata: list[tuple[str, str | bytes]] = [("authorization", f"Bearer {self._key}")] if self._key else []
        metadata += [("idempotency-key", idempotency_key)] if idempotency_key else []
        stub = self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        try:
            response, call = stub.with_call(
                request, metadata=tuple(metadata), timeout=method.deadline_seconds + _SLACK_SECONDS
            )
        except grpc.RpcError as error:
            raise click.ClickException(self._refusal(error)) from None
        return response, {key: str(value) for key, value in call.trailing_metadata() or ()}

    def _refusal(self, error: Any) -> str:
        from google.rpc import error_details_pb2
        from grpc_status import rpc_status

        from corridor.errors.v1 import error_reason_pb2 as reasons
        from server.kit import contract

        status = rpc_status.from_call(error)
        if status is None:
            return self._no_answer(error)
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        lines = [status.message]
        for detail in status.details:
            if detail.Unpack(info):
                number = reasons.ErrorReason.DESCRIPTOR.values_by_name.get(f"ERROR_REASON_{info.reason}")
                action = contract.facts(number.number).suggested_action if number else ""
                lines[0] = f"{info.reason}: {_sentence(status.message)} {action}".rstrip()
                lines += [f"  {name}: {value}" for name, value in sorted(info.metadata.items())]
            if detail.Unpack(request):
                lines += [f"  {each.field}: {each.description}" for each in request.field_violations]
        trailers = dict(error.trailing_metadata() or ())
        lines += [f"  request: {trailers['x-request-id']}"] if "x-request-id" in trailers else []
        return "\n".join(lines)

    def _no_answer(self, error: Any) -> str:
        name = error.code().name
        if name == "UNAVAILABLE":
            return (
                f"nothing answers at {self._address}: start it by `corridor up` or `corridor serve server`, "
                "or name another by --address or CORRIDOR_ADDRESS."
                + ("" if os.environ.get("CORRIDOR_CA") else " If it speaks TLS, CORRIDOR_CA must say whom to trust.")
            )
        if name == "UNIMPLEMENTED":
            return f"the server at {self._address} does not know this method: is it an older Corridor?"
        return f"{name}: {_sentence(error.details() or '')}"


def new_key() -> str:
    """An idempotency key that nobody has used."""
    return f"cli-{secrets.token_hex(12)}"


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."
