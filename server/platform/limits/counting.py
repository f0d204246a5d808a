"""Which buckets a call is counted in: its caller's and its company's, by class of method; a stranger's address.

A stranger's credential is counted when it was refused. Once an address has used up its share, nothing that it sends
is looked up any more.
"""

import functools
import ipaddress
from collections.abc import Mapping

from server.kit.allowances import DEFAULTS, OF_CALLER, OF_COMPANY, STRANGERS, Allowance
from server.kit.context import Context
from server.platform.limits.allowances import Allowances
from server.platform.limits.buckets import Buckets, Key, Left
from server.store.engine import Store

_IPV6_NETWORK_BITS = 64  # what one subscriber is given (RFC 6177); single addresses in it cost nothing


class Counting:
    """Counts calls and refused credentials."""

    def __init__(self, store: Store, usual: Mapping[str, Allowance] | None = None) -> None:
        self._buckets = Buckets(store)
        self._allowances = Allowances(store, {**DEFAULTS, **(usual or {})})
        self._strangers = self._allowances.usual[STRANGERS]

    def call(self, call: Context) -> tuple[bool, list[Left]]:
        """Count a call; whether it is within every allowance, and what is left of each."""
        assert call.method is not None
        rate_class = call.method.policy.rate_class
        who = call.caller
        if who is None:
            allowance = self._allowances.usual[OF_CALLER[rate_class]]
            return self._buckets.take([(("address", network(call.client_ip), rate_class), allowance)])
        company = (who.company_id, who.environment)
        allowances = self._allowances.of(*company)
        mine: Key = ("caller", who.caller_id, rate_class)
        ours: Key = ("company", *company, rate_class)
        wanted = [(mine, allowances[OF_CALLER[rate_class]]), (ours, allowances[OF_COMPANY[rate_class]])]
        return self._buckets.take(wanted, company)

    def stranger_wait_seconds(self, client_ip: str) -> float:
        """How long nothing from an address is looked at; 0 if it has not used up its share."""
        return self._buckets.wait_seconds((STRANGERS, network(client_ip))) if client_ip else 0.0

    def refused(self, client_ip: str) -> None:
        """Count a credential that was refused. Callers whose address nobody knows are not taken for one."""
        if client_ip:
            self._buckets.take([((STRANGERS, network(client_ip)), self._strangers)])


@functools.lru_cache(maxsize=50_000)
def network(client_ip: str) -> str:
    """The network that is counted as one: an IPv4 address, the first 64 bits of an IPv6 one."""
    try:
        address = ipaddress.ip_address(client_ip.partition("%")[0])
    except ValueError:
        return client_ip
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK_BITS), strict=False))
