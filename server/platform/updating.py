"""Updates of a part, and etags of answers: what every servicer does alike, by what the contract says of its methods.

A servicer replaces everything. A part is merged into the resource as it is, and the servicer's own check under the
row's lock finds out whether it still is so; if not, the merge is made anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import context as contexts
from server.kit import contract, etags, masks
from server.kit.contract import Method
from server.kit.errors import fail
from server.store import idempotency
from server.store.engine import Store

_TRIES = 8

Behaviour = Callable[[Any, Any], Any]


class Check(Protocol):
    """Raises INVALID_ARGUMENT for what breaks a rule and is not what stays as it is."""

    def __call__(self, method: Method, request: Message, merged: Message) -> None:
        """Check a merged request, of which the mask in `request` names what changes."""
        ...


class Updating:
    """Stands round the servicers."""

    def __init__(self, store: Store, check: Check) -> None:
        self._store = store
        self._check = check

    def around(self, service: str, servicer: object) -> object:
        """The servicer of a service, with masks and etags where its contract has them."""
        methods = [each for path, each in contract.methods().items() if path.startswith(f"/{service}/")]
        own = {each.name: found for each in methods if (found := self._around(each, methods, servicer)) is not None}
        return _Around(servicer, own) if own else servicer

    def _around(self, method: Method, methods: list[Method], servicer: object) -> Behaviour | None:
        behaviour: Behaviour | None = getattr(servicer, method.name, None)
        if behaviour is None:
            return None
        if masks.has_one(method.request.DESCRIPTOR):
            return self._update(method, _reading(method, methods, servicer), behaviour)
        if not method.writes and etags.inside(method.response.DESCRIPTOR):
            return _answering(behaviour)
        return None

    def _update(self, method: Method, reading: "_Reading", behaviour: Behaviour) -> Behaviour:
        def update(request: Any, context: Any) -> Any:
            if not masks.is_partial(request):
                return behaviour(_told(method, request), context)
            named, call = masks.paths(method, request), contexts.current()
            idempotency.check(self._store, call)  # what was done is answered, however the resource is by now
            for _ in range(_TRIES):
                current = reading.current(request, context)
                merged = reading.merged(method, request, current)
                masks.merge(_body(method, request), _body(method, merged), named)
                self._check(method, request, merged)
                call.based_on = etags.of(current)
                try:
                    return behaviour(merged, context)
                except etags.Moved:
                    continue
                finally:
                    call.based_on = None
            raise fail(
                reasons.ERROR_REASON_UNAVAILABLE, "Others change the resource all the time.", retry_after_seconds=1.0
            )

        return update


class _Around:
    """A servicer, of which some methods are done otherwise."""

    def __init__(self, servicer: object, own: dict[str, Behaviour]) -> None:
        self._servicer = servicer
        self.__dict__.update(own)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servicer, name)

    def __dir__(self) -> list[str]:
        return dir(self._servicer)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the resource of an update is read: by the service's own Get."""

    request: type[Message]
    field: str  # of the answer
    behaviour: Behaviour

    def current(self, update: Message, context: Any) -> Message:
        """The resource as it is. Raises NOT_FOUND."""
        asked = self.request()
        for field in asked.DESCRIPTOR.fields:
            setattr(asked, field.name, getattr(update, field.name))
        found: Message = getattr(self.behaviour(asked, context), self.field)
        return found

    def merged(self, method: Method, update: Message, current: Message) -> Message:
        """The update that changes nothing."""
        made = type(update)()
        for name in masks.keys(method):
            setattr(made, name, getattr(update, name))
        if part := masks.part(method):
            into = getattr(made, part)
            into.SetInParent()
            into.CopyFrom(current if into.DESCRIPTOR == current.DESCRIPTOR else getattr(current, part))
            return made
        same = [field.name for field in made.DESCRIPTOR.fields if field.name in current.DESCRIPTOR.fields_by_name]
        masks.merge(current, made, same)
        return made


def _reading(method: Method, methods: list[Method], servicer: object) -> _Reading:
    resource = etags.inside(method.response.DESCRIPTOR)[0]
    for get in methods:
        found = etags.inside(get.response.DESCRIPTOR)
        asked = {field.name for field in get.request.DESCRIPTOR.fields}
        if get.writes or len(found) != 1 or found[0].is_repeated or not asked <= masks.keys(method):
            continue
        if found[0].message_type == resource.message_type:
            return _Reading(get.request, found[0].name, getattr(servicer, get.name))
    raise LookupError(f"{method.path} has an update_mask, and nothing reads what it updates: add a Get to its service.")


def _answering(behaviour: Behaviour) -> Behaviour:
    def read(request: Any, context: Any) -> Any:
        answer = behaviour(request, context)
        if isinstance(answer, Message):
            etags.fill(answer)
        return answer

    return read


def _told(method: Method, request: Message) -> Message:
    """The request without an etag in its resource: clients send back what they read, and only `if-match` counts."""
    body = _body(method, request)
    if body is request or not etags.has_one(body.DESCRIPTOR) or not body.etag:
        return request
    told = type(request)()
    told.CopyFrom(request)
    _body(method, told).ClearField("etag")
    return told


def _body(method: Method, request: Message) -> Any:
    part = masks.part(method)
    return getattr(request, part) if part else request
