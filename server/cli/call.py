"""`corridor call`: any RPC of the contract from a terminal, with JSON in and JSON out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli import client

if TYPE_CHECKING:
    from server.kit.contract import Method


@click.command()
@click.argument("method", default="")
@click.argument("request_json", metavar="[JSON]", default="{}")
@client.options
@click.option("--idempotency-key", default="", help="Made up, and told, where the method needs one and none is given.")
@click.option("--list", "listed", is_flag=True, help="Instead, list all methods, or those whose name contains METHOD.")
def call(method: str, request_json: str, key: str, address: str, idempotency_key: str, listed: bool) -> None:
    """Call METHOD with JSON, and print the answer as JSON with the contract's field names.

    METHOD is a full name, Service/Method, or Method alone where only one service has it.
    JSON is text, @FILE, or - for standard input.

    \b
    Examples:
      corridor call ListPayouts '{"page_size": 5}'
      corridor call PayoutService/CreatePayout @payout.json --idempotency-key invoice-4711
      corridor call --list Payout
    """
    if listed:
        _list(method)
        return
    if not method:
        raise click.UsageError("Name a METHOD: `corridor call --list` lists them.")
    found = _method(method)
    request = _request(found, _text(request_json))
    if not idempotency_key and _needs_key(found):
        idempotency_key = client.new_key()
        click.echo(f"idempotency key: {idempotency_key}", err=True)
    with client.Client(address, key) as caller:
        response, trailers = caller.call(found, request, idempotency_key)
    if trailers.get("idempotent-replayed") == "true":
        click.echo("replayed: this is the answer that the same call got before.", err=True)
    from google.protobuf import json_format

    click.echo(json_format.MessageToJson(response, preserving_proto_field_name=True, ensure_ascii=False))


def _list(part: str) -> None:
    from server.kit import contract

    found = [(path, method) for path, method in contract.methods().items() if part.lower() in path.lower()]
    if not found:
        raise click.ClickException(f"no method's name contains {part!r}: `corridor call --list` lists all.")
    width = max(len(path) for path, _ in found)
    for path, method in found:
        click.echo(f"{path[1:]:<{width}}  {contract.http_rule(method)}".rstrip())


def _method(wanted: str) -> "Method":
    from server.kit import contract

    suffix = wanted.lstrip("/").replace("/", ".")
    full = {path[1:].replace("/", "."): method for path, method in contract.methods().items()}
    found = [name for name in full if name == suffix or name.endswith(f".{suffix}")]
    if not found:
        last = suffix.rpartition(".")[2].lower()
        near = [name for name in full if last in name.lower()][:5]
        raise click.ClickException(
            f"there is no method {wanted}: "
            + (f"did you mean {', '.join(near)}?" if near else "`corridor call --list` lists all.")
        )
    if len(found) > 1:
        raise click.ClickException(f"{wanted} is not one method: name one of {', '.join(sorted(found))}.")
    return full[found[0]]


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    return Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given


def _request(method: "Method", text: str) -> object:
    from google.protobuf import json_format

    try:
        return json_format.Parse(text or "{}", method.request())
    except (json_format.ParseError, UnicodeError) as error:
        name = method.descriptor.input_type.full_name
        raise click.UsageError(f"the JSON is no {name}: {' '.join(str(error).split())}") from None


def _needs_key(method: "Method") -> bool:
    from corridor.options.v1 import method_pb2

    return bool(method.policy.idempotency == method_pb2.IDEMPOTENCY_RULE_REQUIRED)
