"""What an adapter can do, by port: read from the adapter itself. There is no second list."""

from collections.abc import Mapping

from adapters.kit import ports
from adapters.kit.discovery import Provider

_ASKING = ("find_", "get_", "institution_", "list_", "look_up_", "shadow")


def acts(operation: str) -> bool:
    """Whether an operation does something for a customer, and is not a question that can wait."""
    return not operation.startswith(_ASKING)


def port_names() -> tuple[str, ...]:
    """Every port there is, in the order of their names."""
    return tuple(sorted(name.lower() for name in ports.__all__ if _is_port(name)))


def operations(provider: Provider) -> Mapping[str, tuple[str, ...]]:
    """The operations of each port that the adapter implements, in the order of the port's file."""
    found = {}
    for name in sorted(ports.__all__):
        port = getattr(ports, name)
        if _is_port(name) and provider.implements(port):
            found[name.lower()] = tuple(each for each, kind in vars(port).items() if _is_operation(each, kind))
    return found


def _is_port(name: str) -> bool:
    return bool(getattr(getattr(ports, name), "_is_protocol", False))


def _is_operation(name: str, value: object) -> bool:
    return callable(value) and not name.startswith("_")
