"""The contract as the gateway reads it: methods with their HTTP bindings and policy, and the error catalogue.

All of it comes from one descriptor image; nothing is written a second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protobuf import DescMessage, DescMethod, Registry
from protobuf.wkt import FileDescriptorSet

_DEFAULT_DEADLINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Binding:
    """One way to call a method over HTTP (google.api.HttpRule)."""

    verb: str
    template: str
    body: str
    response_body: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What `corridor.options.v1.policy` says about a method. `idempotency` is NONE, OPTIONAL or REQUIRED."""

    scopes: tuple[str, ...] = ()
    idempotency: str = "NONE"
    deadline_seconds: float = _DEFAULT_DEADLINE_SECONDS
    audit: str = ""
    rate_class: str = ""
    callers: tuple[str, ...] = ()
    stability: str = ""
    deprecated_since: str = ""
    sunset: str = ""
    replacement: str = ""

    @property
    def open(self) -> bool:
        """Whether it can be called without a credential of ours."""
        return any(caller in ("PROVIDER", "ANONYMOUS") for caller in self.callers)


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC."""

    full_name: str
    service: str
    name: str
    input: DescMessage
    output: DescMessage
    bindings: tuple[Binding, ...]
    policy: Policy
    errors: tuple[str, ...]
    desc: DescMethod

    @property
    def path(self) -> str:
        """The gRPC path, `/package.Service/Method`."""
        return f"/{self.service}/{self.name}"


@dataclass(frozen=True, slots=True)
class Reason:
    """One value of the error catalogue, with what callers can rely on. `code` is the gRPC status code."""

    name: str
    code: int
    http_status: int
    error_class: str
    retryable: bool
    title: str
    suggested_action: str


class Contract:
    """The descriptor image, read once."""

    def __init__(self, image: bytes) -> None:
        self.files = FileDescriptorSet.from_binary(image)
        self.registry: Registry = self.files.to_registry()
        self.reasons: dict[str, Reason] = {reason.name: reason for reason in self._reasons()}
        self.methods: tuple[Method, ...] = tuple(self._methods())

    @classmethod
    def load(cls, path: Path) -> "Contract":
        """Reads an image. Raises FileNotFoundError with what to do when it is missing."""
        if not path.is_file():
            raise FileNotFoundError(f"no contract at {path}: run `corridor gen`, or set CORRIDOR_GATEWAY_CONTRACT")
        return cls(path.read_bytes())

    def option(self, descriptor: Any, extension: str) -> Any:
        """The value of an option of a descriptor, or None where it is not set."""
        options = descriptor.proto.options
        known = self.registry.extension(extension)
        if options is None or known is None or known.type not in options:
            return None
        return options[known.type]

    def message(self, type_name: str) -> DescMessage:
        """The message of that full name. Raises KeyError."""
        found = self.registry.message(type_name)
        if found is None:
            raise KeyError(type_name)
        return found

    def _methods(self) -> Iterator[Method]:
        for file in self.files.file:
            described = self.registry.file(file.name)
            for service in described.services if described else ():
                for method in service.methods:
                    yield Method(
                        full_name=f"{service.type_name}.{method.name}",
                        service=service.type_name,
                        name=method.name,
                        input=method.input,
                        output=method.output,
                        bindings=tuple(_bindings(self.option(method, "google.api.http"))),
                        policy=_policy(self.option(method, "corridor.options.v1.policy")),
                        errors=_errors(self.option(method, "corridor.errors.v1.errors")),
                        desc=method,
                    )

    def _reasons(self) -> Iterator[Reason]:
        catalogue = self.registry.enum("corridor.errors.v1.ErrorReason")
        for value in catalogue.values if catalogue else ():
            facts = self.option(value, "corridor.options.v1.error")
            if facts is not None:
                yield Reason(
                    name=value.name.removeprefix("ERROR_REASON_"),
                    code=int(facts.code),
                    http_status=facts.http_status,
                    error_class=_word(facts.class_),
                    retryable=facts.retryable,
                    title=facts.title,
                    suggested_action=facts.suggested_action,
                )


def _bindings(rule: Any) -> Iterator[Binding]:
    if rule is None:
        return
    pattern = rule.pattern
    if pattern is not None:
        if pattern.field == "custom":
            verb, template = pattern.value.kind, pattern.value.path
        else:
            verb, template = pattern.field, pattern.value
        yield Binding(verb.upper(), template, rule.body, rule.response_body)
    for additional in rule.additional_bindings:
        yield from _bindings(additional)


def _policy(option: Any) -> Policy:
    if option is None:
        return Policy()
    deadline, stability = option.deadline, option.stability
    return Policy(
        scopes=tuple(option.scopes),
        idempotency=_word(option.idempotency),
        deadline_seconds=deadline.seconds + deadline.nanos / 1e9 if deadline else _DEFAULT_DEADLINE_SECONDS,
        audit=option.audit,
        rate_class=_word(option.rate_class),
        callers=tuple(_word(caller) for caller in option.callers),
        stability=_word(stability.level) if stability else "",
        deprecated_since=stability.deprecated_since if stability else "",
        sunset=stability.sunset if stability else "",
        replacement=stability.replacement if stability else "",
    )


def _errors(option: Any) -> tuple[str, ...]:
    return tuple(_word(reason) for reason in option.reasons) if option is not None else ()


def _word(value: Any) -> str:
    """An enum value without its enum's prefix; empty for the zero value."""
    return "" if int(value) == 0 else str(value.name)
