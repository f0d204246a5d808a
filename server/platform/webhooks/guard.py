"""Which addresses Corridor may call for a company: https, and public after resolution, every one of them.

A name is judged by what it resolves to, when an endpoint is created and again at each connect; what was judged is
what is dialled, so that a name cannot change its meaning in between.
"""

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

import httpcore

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the IP addresses of a host name. Raises OSError if it has none."""

_PLAIN = re.compile(r"[\x21-\x7e]+")  # no space, no control character, nothing that parsers disagree about
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LOCAL = ("localhost", "local", "localdomain", "internal", "intranet", "home", "lan", "corp", "arpa", "onion")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291, section 2.4
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")  # RFC 3056; its addresses name IPv4 ones
_RELAYS = ipaddress.ip_network("192.88.99.0/24")  # RFC 7526: relays of 6to4
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")  # RFC 9637; Python 3.11 takes it for global
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: how an IPv6-only network reaches IPv4


class Refused(Exception):  # noqa: N818 - it finishes the sentence "the address was refused, because it …"
    """The address is not one that Corridor may call. `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart once: nothing reads the URL a second time in another way."""

    scheme: str
    host: str  # lower case, without brackets and trailing dot
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def system_resolver(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Judges addresses. `allow_private` is for development: it admits plain HTTP and every address."""

    def __init__(self, *, allow_private: bool = False, resolve: Resolver = system_resolver) -> None:
        self._allow_private = allow_private
        self._resolve = resolve

    def target(self, url: str) -> Target:
        """The address of a URL, by its text alone. Raises `Refused`."""
        target = _parsed(url)
        if self._allow_private:
            return target
        if target.scheme != "https":
            raise Refused("is not https")
        if target.port != 443 and target.port < 1024:
            raise Refused("names a port that belongs to another service")
        if _literal(target.host) is None:
            _check_name(target.host)
        return target

    def check(self, url: str, timeout_seconds: float = 5.0) -> Target:
        """The address of a URL whose host resolves to addresses that may be called. Raises `Refused`."""
        target = self.target(url)
        self.addresses(target.host, target.port, timeout_seconds)
        return target

    def addresses(self, host: str, port: int, timeout_seconds: float) -> list[str]:
        """Where to connect to for a host: every address that it has, each of them public. Raises `Refused`."""
        literal = _literal(host)
        found = [str(literal)] if literal else self._resolved(host, port, timeout_seconds)
        if not found:
            raise Refused("does not resolve")
        return list(found) if self._allow_private else [_public(address) for address in found]

    def dialled(self, host: str, port: int, timeout_seconds: float) -> list[str]:
        """As `addresses`, for HTTP clients: what is refused was certainly never connected to."""
        try:
            return self.addresses(host, port, timeout_seconds)
        except Refused as refused:
            raise httpcore.ConnectError(refused.why) from None

    def _resolved(self, host: str, port: int, timeout_seconds: float) -> Sequence[str]:
        # The system's resolver cannot be told how long it may take, so it is asked from a thread that may be left.
        answers: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=max(0.001, timeout_seconds))
        except queue.Empty:
            raise Refused("does not resolve in time") from None
        if isinstance(answer, OSError | UnicodeError):
            raise Refused("does not resolve")
        return answer


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one that anybody on the internet can have, also inside of another one."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved and address not in _RELAYS
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    inside = address in _GLOBAL_UNICAST and address not in _SIX_TO_FOUR and address not in _DOCUMENTATION
    return inside and address.is_global and not address.is_reserved and address.scope_id is None


def _public(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Refused("does not resolve to an IP address") from None
    if not is_public(address):
        raise Refused("resolves to an address that is not public")
    return str(getattr(address, "ipv4_mapped", None) or address)


def _parsed(url: str) -> Target:
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise Refused("has characters that a URL cannot have; write the host as punycode and the path percent-encoded")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise Refused("is not a URL") from None
    if parts.scheme not in {"http", "https"}:
        raise Refused("is not https")
    if "@" in parts.netloc:
        raise Refused("names a user")
    if "#" in url:
        raise Refused("has a fragment, which is never sent")
    if not host:
        raise Refused("has no host")
    if parts.netloc.endswith(":") or port == 0:
        raise Refused("has no usable port")
    if _literal(host) is None and not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise Refused("has a host that is neither a name nor an IP address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check_name(host: str) -> None:
    labels = host.split(".")
    # `127.1`, `2130706433`, `0x7f.0.0.1`: what ends in a number is an IPv4 address to some, and must be one to all
    # (https://url.spec.whatwg.org/#ends-in-a-number-checker).
    if labels[-1].isdigit() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]):
        raise Refused("has an IP address in an unusual form")
    if len(labels) < 2 or labels[-1] in _LOCAL or len(host) > 253:
        raise Refused("has a host that is not a public name")
