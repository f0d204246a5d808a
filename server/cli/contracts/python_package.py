"""The Python client around its calls: the package, the two clients, and which message an event carries."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from server.kit import contract

if TYPE_CHECKING:
    from server.cli.contracts.python_client import Service


def client(found: "Iterable[Service]", made: str) -> str:
    """The two clients, with a property for each service. What one needs is imported when it is first used."""
    lines = [
        f'"""The clients: each service of the contract as an attribute. {made}"""', "",
        "from functools import cached_property", "from types import TracebackType", "from typing import TYPE_CHECKING",
        "", "if TYPE_CHECKING:", "    from corridor_client_runtime.caller import AsyncCaller, Caller", "",
    ]  # fmt: skip
    services = list(found)
    for service in services:
        place = ".".join(["corridor_client", *service.package, "calls"])
        lines.append(f"    from {place} import Async{service.name}, {service.name}")
    for prefix, wait in (("", ""), ("Async", "async ")):
        enter, leave = ("__aenter__", "__aexit__") if wait else ("__enter__", "__exit__")
        said = "Calls Corridor, with asyncio" if wait else "Calls Corridor"
        lines += [
            "", "", f"class {prefix}Client:", f'    """{said}. Made by `connect{"_async" if wait else ""}`."""', "",
            f'    def __init__(self, caller: "{prefix}Caller") -> None:', "        self._caller = caller", "",
            f"    {wait}def close(self) -> None:", '        """Let go of the connections."""',
            f"        {'await ' if wait else ''}self._caller.close()", "",
            f'    {wait}def {enter}(self) -> "{prefix}Client":', "        return self", "", f"    {wait}def {leave}(",
            "        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None",
            "    ) -> None:", f"        {'await ' if wait else ''}self.close()",
        ]  # fmt: skip
        for service in services:
            name = prefix + service.name
            place = ".".join(["corridor_client", *service.package, "calls"])
            lines += ["", "    @cached_property", f'    def {service.attribute}(self) -> "{name}":']
            lines += [f'        """{service.descriptor.full_name}."""', f"        from {place} import {name}", ""]
            lines.append(f"        return {name}(self._caller)")
    return "\n".join(lines) + "\n"


def package(made: str) -> str:
    """What `import corridor_client` gives."""
    return f'''"""Corridor's client: `connect(url, api_key=…)`, and `connect_async` for asyncio. {made}"""

from corridor_client import errors, webhooks
from corridor_client_runtime import VERSION as __version__
from corridor_client_runtime.connecting import connect, connect_async
from corridor_client_runtime.credentials import ClientCredentials
from corridor_client_runtime.settings import CallInfo, Deprecation, Tls

__all__ = [
    "CallInfo",
    "ClientCredentials",
    "Deprecation",
    "Tls",
    "__version__",
    "connect",
    "connect_async",
    "errors",
    "webhooks",
]
'''


def webhooks(made: str) -> str:
    """The module of webhooks: which message an event carries, by its full name."""
    messages: Mapping[str, str] = {
        kind.DESCRIPTOR.full_name: ".".join(["corridor_client", *kind.DESCRIPTOR.file.package.split(".")[1:]])
        + f":{kind.DESCRIPTOR.name}"
        for kind in contract.event_types().values()
    }
    lines = [
        f'"""Deliveries to webhook endpoints: `verify` gives the event, typed, or raises SignatureError. {made}"""', "",
        "from corridor_client_runtime.hooks import TOLERANCE_SECONDS, Event, SignatureError, verify", "",
        '__all__ = ["EVENT_MESSAGES", "TOLERANCE_SECONDS", "Event", "SignatureError", "verify"]', "",
        "EVENT_MESSAGES = {",
        *(f'    "{name}": "{place}",' for name, place in sorted(messages.items())),
        "}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
