"""Major versions: each has a document of its own, and what one says does not change when another one comes.

`/v1/openapi.json` holds what was never in another version too, such as `/oauth/token`.
"""

import re
from collections import Counter
from collections.abc import Iterable

from protobuf import DescEnum, DescMessage

from gateway.contract import Contract
from gateway.routes import Route

FIRST = 1

_PATH = re.compile(r"/v([1-9][0-9]*)/")
_PACKAGE = re.compile(r"\.v([1-9][0-9]*)\.")


def of_path(template: str) -> int:
    """The version that a path belongs to."""
    found = _PATH.match(template)
    return int(found[1]) if found else FIRST


def of_name(type_name: str) -> int:
    """The version that a message or enum belongs to, by its full name."""
    found = _PACKAGE.search(type_name)
    return int(found[1]) if found else FIRST


def served(contract: Contract) -> list[int]:
    """The versions that a contract has paths in."""
    paths = (binding.template for method in contract.methods for binding in method.bindings)
    return sorted({FIRST, *(of_path(path) for path in paths)})


def routes_of(routes: Iterable[Route], major: int) -> list[Route]:
    """The routes of one version."""
    return [route for route in routes if of_path(route.template) == major]


def long_names(contract: Contract, major: int) -> set[str]:
    """Full names of what cannot be told by its short name in the document of a version.

    What has an equal in a newer package gives the short name up to it there; in its own document it keeps it.
    """
    known = [each.type_name for each in contract.registry if isinstance(each, DescMessage | DescEnum)]
    latest: dict[str, int] = {}
    for name in known:
        if of_name(name) <= major:
            latest[_plain(name)] = max(of_name(name), latest.get(_plain(name), FIRST))
    kept = {name for name in known if latest.get(_plain(name)) == of_name(name)}
    several = Counter(name.rpartition(".")[2] for name in kept)
    return {name for name in known if name not in kept or several[name.rpartition(".")[2]] > 1}


def _plain(name: str) -> str:
    return _PACKAGE.sub(".", name)
