"""What every page shares: the facts they are made from, the addresses that exist, and the frame around the content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from gateway.contract import Contract, Method
from gateway.openapi.comments import comments

Json = dict[str, Any]

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `found` is what the search knows it by, beside its title: a kind, and further words."""

    path: str
    title: str
    body: str
    lead: str = ""
    contents: Sequence[tuple[str, str]] = ()
    section: str = ""
    kind: str = "page"
    words: str = ""
    above: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Something that the search finds, which is not a page of its own."""

    title: str
    path: str
    kind: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the portal is made from."""

    contract: Contract
    openapi: Json
    facts: Json
    root: Path
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, contract: Contract, openapi: Json, facts: Json, root: Path) -> "Sources":
        """With the comments of the contract read once."""
        return cls(contract, openapi, facts, root, comments(contract))

    def resolve(self, thing: Any) -> Json:
        """A part of the OpenAPI document with its references followed."""
        while isinstance(thing, dict) and "$ref" in thing:
            beside = {key: value for key, value in thing.items() if key != "$ref"}
            at: Any = self.openapi
            for step in thing["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            thing = {**at, **beside}
        return thing if isinstance(thing, dict) else {}


def service_name(service: str) -> str:
    """`corridor.payouts.v1.PayoutService` as addresses name it: `payouts.v1.PayoutService`."""
    return service.removeprefix("corridor.")


def operation_path(method: Method) -> str:
    """Where an operation is described. It stays, whatever happens to its REST path."""
    return f"/docs/api/{service_name(method.service)}/{method.name}"


def service_path(service: str) -> str:
    """Where a service is described."""
    return f"/docs/api/{service_name(service)}"


def problem_path(reason: str) -> str:
    """Where a reason is described."""
    return f"/docs/problems/{reason}"


def event_path(event_type: str) -> str:
    """Where an event is described."""
    return f"/docs/events/{event_type}"


def link(path: str, html: str) -> str:
    """A link; `html` is escaped already."""
    return f'<a href="{escape(path)}">{html}</a>'


def digest(name: str) -> str:
    """A file's address part that changes with its content, so that it can be cached for ever."""
    return sha256((ASSETS / name).read_bytes()).hexdigest()[:12]
