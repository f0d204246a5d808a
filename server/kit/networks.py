"""Addresses of callers and ranges of them (CIDR, RFC 4632 and RFC 4291). An IPv4 address in IPv6 clothes is IPv4."""

import functools
import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def network(text: str) -> Network:
    """The range that a text means; one address is a range of one. Raises ValueError for anything else."""
    return ipaddress.ip_network(text)


@functools.lru_cache(maxsize=4096)
def address(text: str) -> Address | None:
    """The address that a text means; None for a text that is none, such as the empty one of an unknown caller."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def contains(ranges: Iterable[Network], text: str) -> bool:
    """Whether the address lies in one of the ranges. An address that is not known lies in none."""
    found = address(text)
    return found is not None and any(found in each for each in ranges)


def covers(wide: Iterable[Network], narrow: Network) -> bool:
    """Whether every address of a range lies in one of the others."""
    return any(
        narrow.subnet_of(each)  # type: ignore[arg-type] # of one version, by the comparison before
        for each in wide
        if each.version == narrow.version
    )
