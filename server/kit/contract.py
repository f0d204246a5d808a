"""The contract as the server sees it: every RPC with its policy, every reason with its facts, every event type.

Descriptors are the only table; nothing about a method is written a second time.
"""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass

from google.api import annotations_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

import corridor
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import error_pb2, event_pb2, field_pb2, method_pb2
from server.kit import versions
from server.kit.versions import Translation, VersionError


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC with everything that its options say."""

    path: str  # "/corridor.payouts.v1.PayoutService/CreatePayout"
    descriptor: MethodDescriptor
    policy: method_pb2.MethodPolicy
    errors: tuple[int, ...]  # reasons besides those that every method shares
    request: type[Message]
    response: type[Message]
    scopes: frozenset[str]
    callers: frozenset[int]
    deadline_seconds: float
    does: str  # the path of the method that does it: its own, or that of the first version

    @property
    def name(self) -> str:
        """The RPC's name, such as `CreatePayout`."""
        return self.descriptor.name

    @property
    def writes(self) -> bool:
        """Whether the method changes anything: exactly those that honour an idempotency key."""
        return self.policy.idempotency != method_pb2.IDEMPOTENCY_RULE_NONE

    @property
    def anonymous(self) -> bool:
        """Whether the method is called without a credential of ours."""
        return bool(self.callers & {method_pb2.CALLER_KIND_PROVIDER, method_pb2.CALLER_KIND_ANONYMOUS})


class PolicyError(Exception):
    """A method cannot be served, because its policy is missing or contradicts itself."""


@functools.cache
def files() -> tuple[FileDescriptor, ...]:
    """Every file of the contract, by name: those that are generated, and those of further versions."""
    found = {}
    for module in pkgutil.walk_packages(corridor.__path__, "corridor."):
        if module.name.endswith("_pb2"):
            file = importlib.import_module(module.name).DESCRIPTOR
            found[file.name] = file
    for version in versions.installed():
        found |= {file.name: file for file in version.files()}
    return tuple(found[name] for name in sorted(found))


@functools.cache
def services() -> tuple[ServiceDescriptor, ...]:
    """Every service of the contract, by full name."""
    found = {service.full_name: service for file in files() for service in file.services_by_name.values()}
    return tuple(found[name] for name in sorted(found))


@functools.cache
def methods() -> Mapping[str, Method]:
    """Every RPC of the contract, by its path on the wire.

    Raises `PolicyError` for one without a whole policy, and `VersionError` for one that does not fit what does it.
    """
    found = {
        method.path: method
        for service in services()
        for method in (method_of(descriptor) for descriptor in service.methods)
    }
    check_versions(found, versions.translations())
    return found


def check_versions(found: Mapping[str, Method], translations: Mapping[str, Translation]) -> None:
    """Raise `VersionError` unless each translated method fits the one that does it."""
    for path, translation in translations.items():
        method, does = found.get(path), found.get(translation.does)
        if method is None or does is None:
            raise VersionError(f"{path} is to be done by {translation.does}, and one of them is not in the contract.")
        strict = method_pb2.IDEMPOTENCY_RULE_REQUIRED
        needs_key = does.policy.idempotency == strict and method.policy.idempotency != strict
        if method.writes != does.writes or needs_key:
            raise VersionError(f"{path} must take an idempotency key as {does.path} does, which does it.")
        # No version is a way round what another one asks for.
        if method.anonymous != does.anonymous or not method.scopes <= does.scopes or does.does != does.path:
            raise VersionError(f"{path} must be done by a method of the first version that admits whom it admits.")


def method_of(descriptor: MethodDescriptor) -> Method:
    """An RPC with everything that its options say. Raises `PolicyError` for one without a whole policy."""
    options = descriptor.GetOptions()
    policy = options.Extensions[method_pb2.policy]
    check_policy(descriptor.full_name, policy)
    service, name = descriptor.full_name.rsplit(".", 1)
    path = f"/{service}/{name}"
    translation = versions.translations().get(path)
    return Method(
        path=path,
        descriptor=descriptor,
        policy=policy,
        errors=tuple(options.Extensions[reasons.errors].reasons),
        request=message_factory.GetMessageClass(descriptor.input_type),
        response=message_factory.GetMessageClass(descriptor.output_type),
        scopes=frozenset(policy.scopes),
        callers=frozenset(policy.callers),
        deadline_seconds=policy.deadline.seconds + policy.deadline.nanos / 1e9,
        does=translation.does if translation else path,
    )


def check_policy(full_name: str, policy: method_pb2.MethodPolicy) -> None:
    """Raise `PolicyError` unless the policy answers every question that an interceptor asks of it."""
    open_to_all = {method_pb2.CALLER_KIND_PROVIDER, method_pb2.CALLER_KIND_ANONYMOUS} & set(policy.callers)
    missing = [
        name
        for name, present in (
            ("scopes", policy.scopes or open_to_all),
            ("idempotency", policy.idempotency),
            ("deadline", policy.deadline.ToNanoseconds() > 0),
            ("audit", policy.audit),
            ("rate_class", policy.rate_class),
        )
        if not present
    ]
    if missing:
        raise PolicyError(f"{full_name} has no {', '.join(missing)} in its policy: add corridor.options.v1.policy.")


def http_rule(method: Method) -> str:
    """The method's HTTP binding for people, such as `POST /v1/payouts`; empty where it has none."""
    rule = method.descriptor.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    return f"{verb.upper()} {getattr(rule, verb)}" if verb else ""


@functools.cache
def facts(reason: int) -> error_pb2.ErrorFacts:
    """What callers can rely on for an error reason."""
    value = reasons.ErrorReason.DESCRIPTOR.values_by_number[reason]
    return value.GetOptions().Extensions[error_pb2.error]


@functools.cache
def reason_name(reason: "reasons.ErrorReason.ValueType") -> str:
    """The reason as it travels, without the enum's prefix: `NOT_FOUND`."""
    return reasons.ErrorReason.Name(reason).removeprefix("ERROR_REASON_")


@functools.cache
def event_type(descriptor: Descriptor) -> str:
    """The event type whose data a message is; empty if it is none."""
    return descriptor.GetOptions().Extensions[event_pb2.event].type


@functools.cache
def event_types() -> Mapping[str, type[Message]]:
    """Every event type of the contract with the message that carries its data as it is stored: in its first version."""
    found: dict[str, type[Message]] = {}
    for file in sorted(files(), key=lambda each: versions.number(each.package)):
        for descriptor in file.message_types_by_name.values():
            if name := event_type(descriptor):
                found.setdefault(name, message_factory.GetMessageClass(descriptor))
    return found


@functools.cache
def message_types() -> Mapping[str, type[Message]]:
    """Every message of the contract that stands in a file by itself, by its full name."""
    return {
        descriptor.full_name: message_factory.GetMessageClass(descriptor)
        for file in files()
        for descriptor in file.message_types_by_name.values()
    }


@functools.cache
def sensitivity(field: FieldDescriptor) -> int:
    """What the field's value would tell a reader who should not see it."""
    return field.GetOptions().Extensions[field_pb2.sensitivity]


def scopes() -> tuple[str, ...]:
    """Every scope that any method asks for."""
    return tuple(sorted({scope for method in methods().values() for scope in method.scopes}))
