"""Names that generated clients are built from: operation ids, tags and their groups.

A name follows from the contract alone, and an operation that is added later never changes that of another.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from gateway.contract import Method
from gateway.routes import Route

# What most readers came for stands first; domains that are not named follow by name.
_ORDER = (
    "payouts", "payments", "events", "webhooks", "providers", "routing", "operations", "approvals", "access", "usage",
    "audit", "vault", "sandbox",
)  # fmt: skip
_VERSION = re.compile(r"v([0-9]+)")
# Names that have no plural, because they are not things that one counts.
_SINGLE = {"Audit", "Clock", "Health", "Identity provider", "OAuth", "Routing", "Sign in", "Test provider", "Usage"}
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])")


def version(package: str) -> str:
    """`V2` for a package such as `corridor.payouts.v2`, nothing for the first version."""
    found = _VERSION.fullmatch(package.rsplit(".", 1)[-1])
    return "" if found is None or found[1] == "1" else f"V{found[1]}"


def operation_ids(routes: Iterable[Route]) -> Mapping[int, str]:
    """The operation id of each route, by its place: the RPC's name, `…V2` for a later version of its package.

    Further bindings of one RPC are numbered in the contract's order, save `PATCH` of an update: `Patch…`. Two services
    of one version that share a name for an RPC have the service's name before it.
    """
    routes = list(routes)
    owners: dict[str, set[str]] = {}
    for route in routes:
        owners.setdefault(_plain(route.method), set()).add(route.method.full_name)
    found: dict[int, str] = {}
    bindings: dict[str, int] = {}
    for place, route in enumerate(routes):
        method = route.method
        name = _plain(method)
        if len(owners[name]) > 1:
            name = method.service.rsplit(".", 1)[1].removesuffix("Service") + name
        bindings[method.full_name] = number = bindings.get(method.full_name, 0) + 1
        if number > 1 and route.verb == "PATCH" and name.startswith("Update"):
            found[place] = "Patch" + name.removeprefix("Update")
        else:
            found[place] = name if number == 1 else f"{name}_{number}"
    return found


def tag(service: str) -> str:
    """The tag of a service by its full name: its own name, and the version where it is not the first."""
    package, _, name = service.rpartition(".")
    return name + version(package)


def title(service: str) -> str:
    """The tag's name for readers: `API keys` for `corridor.access.v1.ApiKeyService`."""
    package, _, name = service.rpartition(".")
    first, *others = _SPLIT.split(name.removesuffix("Service"))
    text = " ".join([first, *(word.lower() for word in others)]).replace("Api ", "API ")
    if text not in _SINGLE:
        text = text[:-1] + "ies" if re.search("[^aeiou]y$", text) else text + "s"
    return f"{text} ({number.lower()})" if (number := version(package)) else text


def domain(service: str) -> str:
    """The domain of a service: `payouts` for `corridor.payouts.v1.PayoutService`."""
    return service.split(".")[1]


def in_order(services: Iterable[str]) -> Sequence[str]:
    """Services by domain as readers look for them, then by name."""
    return sorted(services, key=lambda service: (_place(domain(service)), service))


def groups(services: Iterable[str]) -> Sequence[tuple[str, list[str]]]:
    """Tags by domain, in order: the name of each group, and the tags in it."""
    found: dict[str, list[str]] = {}
    for service in in_order(services):
        found.setdefault(domain(service).capitalize(), []).append(tag(service))
    return list(found.items())


def _plain(method: Method) -> str:
    return method.name + version(method.service.rpartition(".")[0])


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name), "") if name in _ORDER else (len(_ORDER), name)
