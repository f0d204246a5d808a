"""What the commands of `corridor routes` have in common: calls, files with rules, and how things are told."""

import json
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from server.cli import client

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from google.protobuf.timestamp_pb2 import Timestamp

    from corridor.routing.v1.routing_policy_pb2 import RoutingPolicy

F = TypeVar("F", bound=Callable[..., Any])


def as_json_option(command: F) -> F:
    """The option by which a command answers programs."""
    return click.option("--json", "as_json", is_flag=True, help="For programs: the answer as JSON.")(command)


def ask(key: str, address: str, method: str, request: "Message", *, keyed: bool = False) -> Any:
    """The response to one call."""
    from server.kit import contract

    with client.Client(address, key) as caller:
        response, _ = caller.call(contract.methods()[f"/{method}"], request, client.new_key() if keyed else "")
    return response


def show_json(message: "Message") -> None:
    """An answer for programs."""
    from google.protobuf import json_format

    click.echo(json_format.MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False))


def show_rules(policy: "RoutingPolicy") -> None:
    """A version for programs. A feature that is off says so by its 0, which JSON of protobuf leaves out."""
    from google.protobuf import json_format

    shown = json_format.MessageToDict(policy, preserving_proto_field_name=True)
    for rule in shown.get("rules", ()):
        if "feature" in rule:
            rule["feature"].setdefault("percent", 0)
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


def read_rules(path: Path) -> "RoutingPolicy":
    """The rules of a file: a RoutingPolicy as JSON, of which `domain`, `note` and `rules` count."""
    from google.protobuf import json_format

    from corridor.routing.v1.routing_policy_pb2 import RoutingPolicy

    try:
        return json_format.Parse(path.read_text(encoding="utf-8"), RoutingPolicy())
    except (json_format.ParseError, UnicodeError) as error:
        raise click.ClickException(f"{path} is no routing policy: {' '.join(str(error).split())}") from None


def word(name: str, prefix: str) -> str:
    """A name of an enum as people write it."""
    return name.removeprefix(prefix).lower()


def told_time(time: "Timestamp") -> str:
    """A time for people."""
    return f"{time.ToDatetime(UTC):%Y-%m-%d %H:%M:%S} UTC"
