"""How commands reach servers with TLS: by the authority, certificate and key that the environment names."""

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import ssl

    import grpc


def channel(address: str) -> "grpc.Channel":
    """A channel to a server: encrypted where `CORRIDOR_CA` is set."""
    import grpc

    if not os.environ.get("CORRIDOR_CA"):
        return grpc.insecure_channel(address)
    ca, certificate, key = (_read(f"CORRIDOR_{name}") for name in ("CA", "CLIENT_CERTIFICATE", "CLIENT_KEY"))
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(ca, key, certificate))


def verification() -> "ssl.SSLContext | bool":
    """By what the gateway's certificate is verified."""
    import ssl

    ca = os.environ.get("CORRIDOR_CA")
    return ssl.create_default_context(cafile=ca) if ca else True


def _read(name: str) -> bytes | None:
    path = os.environ.get(name)
    if not path:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise click.ClickException(f"{name}={path!r} cannot be read: {error.strerror}.") from None
