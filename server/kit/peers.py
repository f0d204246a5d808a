"""Peers of gRPC connections as gRPC and settings write them. A peer has one address, however it came."""

from urllib.parse import unquote

from server.kit import networks
from server.kit.networks import Network

LOOPBACK = "127.0.0.0/8,::1,unix"


def trusted(text: str) -> tuple[tuple[Network, ...], bool]:
    """Ranges from a list with commas, and whether `unix`, for Unix sockets, is in it too. Raises ValueError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(networks.network(name) for name in names if name != "unix"), "unix" in names


def address(peer: str) -> str:
    """The address in gRPC's name of a peer, such as `ipv6:%5B::1%5D:5000`; empty for a Unix socket."""
    family, _, rest = peer.partition(":")
    if family not in ("ipv4", "ipv6"):
        return ""
    found = networks.address(unquote(rest).rpartition(":")[0].strip("[]"))
    return str(found) if found is not None else ""
