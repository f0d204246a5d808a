"""What can be set when the gateway starts: by option, else by CORRIDOR_GATEWAY_* variable, else the default.

Every limit has a number; there is no "unlimited".
"""

import argparse
import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any


def contract_image() -> Path:
    """The descriptor image that was generated beside the `corridor` package."""
    spec = importlib.util.find_spec("corridor")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the generated package `corridor` is not installed; run `corridor gen`")
    return Path(next(iter(spec.submodule_search_locations))).parent / "corridor.binpb"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may be. Bytes and seconds."""

    # A document of 2 MiB in base64, and what is around it.
    body_bytes: int = field(default=3 << 20, metadata={"help": "largest request body, in bytes"})
    header_bytes: int = field(default=16 << 10, metadata={"help": "request line and header fields together, in bytes"})
    header_fields: int = field(default=100, metadata={"help": "number of header fields"})
    json_depth: int = field(default=64, metadata={"help": "deepest nesting of JSON objects and arrays"})
    header_seconds: float = field(default=10.0, metadata={"help": "time in which the header must arrive"})
    body_seconds: float = field(default=30.0, metadata={"help": "time in which the body must arrive"})
    idle_seconds: float = field(default=75.0, metadata={"help": "how long an idle connection is kept"})
    in_flight: int = field(default=1000, metadata={"help": "calls in progress before further ones are refused"})
    reply_bytes: int = field(default=16 << 20, metadata={"help": "largest answer of the server, in bytes"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is set when the gateway starts."""

    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=8080, metadata={"help": "port to listen on; 0 takes a free one"})
    upstream: str = field(default="127.0.0.1:50051", metadata={"help": "the gRPC server, as a gRPC target"})
    processes: int = field(default=1, metadata={"help": "processes that share the port"})
    channels: int = field(default=1, metadata={"help": "connections to the server, per process"})
    drain_seconds: int = field(default=30, metadata={"help": "how long calls in progress may take at shutdown"})
    trusted_hops: int = field(
        default=0, metadata={"help": "proxies in front whose X-Forwarded-For is believed; 0 believes none"}
    )
    public_url: str = field(
        default="",
        metadata={"help": "where callers reach the gateway, such as https://api.example.com; empty: as they say"},
    )
    tls_certificate: str = field(
        default="", metadata={"help": "certificate chain of the port (PEM); empty: plain HTTP"}
    )
    tls_key: str = field(default="", metadata={"help": "its private key (PEM)"})
    tls_client_ca: str = field(
        default="", metadata={"help": "who issues callers' certificates (PEM); empty asks for none"}
    )
    upstream_ca: str = field(default="", metadata={"help": "who issues the server's certificate (PEM); empty: no TLS"})
    upstream_certificate: str = field(default="", metadata={"help": "the certificate to show to the server (PEM)"})
    upstream_key: str = field(default="", metadata={"help": "its private key (PEM)"})
    upstream_name: str = field(
        default="", metadata={"help": "the name in the server's certificate, where it differs from the target's"}
    )
    contract: str = field(default="", metadata={"help": "descriptor image to serve instead of the generated one"})
    limits: Limits = field(default_factory=Limits)


def parse(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from command-line arguments and environment.

    Exits with a message and code 2, as argparse does, when a value is not of its type.
    """
    parser = argparse.ArgumentParser(
        prog="gateway",
        description="The HTTP face of Corridor. Each option can also be set as CORRIDOR_GATEWAY_<OPTION>.",
    )
    _add_options(parser, Settings, environment)
    _add_options(parser, Limits, environment)
    given = vars(parser.parse_args(arguments))
    limits = Limits(**{f.name: given.pop(f.name) for f in fields(Limits)})
    return Settings(**given, limits=limits)


def _add_options(parser: argparse.ArgumentParser, cls: type[Any], environment: Mapping[str, str]) -> None:
    for option in fields(cls):
        if option.default is MISSING:
            continue
        kind = type(option.default)
        variable = f"CORRIDOR_GATEWAY_{option.name.upper()}"
        parser.add_argument(
            "--" + option.name.replace("_", "-"),
            type=kind,
            # A string default goes through `type` as well, so a bad variable is refused like a bad option.
            default=environment.get(variable, option.default),
            metavar=kind.__name__.upper(),
            help=f"{option.metadata['help']} (default {option.default!r})",
        )
