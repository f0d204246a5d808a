"""Which fields of our contract reach a provider: seen by changing one field after the other, and what is then sent.

Rule: nothing is declared. A field is sent only if changing it changes a request, on the adapter's own simulator.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from google.protobuf.message import Message

from adapters.kit import forms
from adapters.kit.discovery import Provider
from adapters.kit.errors import ProviderError, Unmapped
from adapters.kit.recording import Recording, recording
from adapters.kit.spec.exchange import Request
from server.cli import adapter_samples
from server.cli.adapters.calling import Where, connected, reached, run
from server.cli.adapters.methods import Method, methods
from server.kit import ids

SENT, REFUSED, NOT_SENT = "sent", "refused", "not sent"
_BEST = (SENT, REFUSED, NOT_SENT)
_BASELINES = 3
_SECONDS = 10.0
# What says nothing of the request's meaning, or changes with everything else.
_HEADERS = frozenset({"accept", "accept-encoding", "connection", "content-length", "date", "host", "traceparent",
                      "user-agent", "x-correlation-id", "x-request-id"})  # fmt: skip

Leaves = Mapping[tuple[int, str], str]
"""What a run sent: the place in its requests, and the value there."""


@dataclass(slots=True)
class Observed:
    """What was seen of one operation: each field with what became of it, and what the answer told."""

    operation: str
    port: str
    fields: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)


def observed(provider: Provider) -> Iterator[Observed]:
    """Every operation that takes a message of ours, in the order of the ports."""
    for method in methods(provider).values():
        if method.calls and any(adapter_samples.given_by_callers(kind) for kind in method.parameters.values()):
            yield _Watching(provider, method).watch()


class _Watching:
    """One operation of one provider under observation."""

    def __init__(self, provider: Provider, method: Method) -> None:
        self._provider = provider
        self._method = method
        self._found = Observed(method.name, method.port)

    def watch(self) -> Observed:
        """Change every field, in every form that the example can have."""
        with ExitStack() as stack:
            where = stack.enter_context(reached(self._provider, "sandbox", "", {}))
            kept = stack.enter_context(recording(where.base_url))
            self._where = Where(where.environment, kept.url, where.credentials, simulated=True)
            self._kept: Recording = kept
            for number, base in enumerate(adapter_samples.bases(self._provider, self._method, where.credentials)):
                self._vary(base, is_example=number == 0)
        return self._found

    def _vary(self, base: Mapping[str, Any], *, is_example: bool) -> None:
        wanted = [each for each in adapter_samples.changes(base, self._provider) if self._open(each.path)]
        if not wanted:
            return
        baselines = [self._sent(base) for _ in range(_BASELINES)]
        if not baselines[0]:  # a form of the example that is refused as it is; of the example itself nothing is seen
            for change in () if is_example else wanted:
                self._found.fields.setdefault(change.path, REFUSED)
            return
        known = dict(baselines[0])
        for other in baselines[1:]:  # what differs though nothing was changed says nothing
            known = {place: value for place, value in known.items() if other.get(place) == value}
        moving = {place for each in baselines for place in each} - known.keys()
        for change in wanted:
            if change.is_our_id:
                mentioned = any(f"<{change.path}>" in value for value in baselines[0].values())
                self._note(change.path, SENT if mentioned else NOT_SENT)
                continue
            after = self._sent(change.arguments)
            if not after:
                self._note(change.path, REFUSED)
            else:
                differs = {place: value for place, value in after.items() if place not in moving} != known
                self._note(change.path, SENT if differs else NOT_SENT)

    def _open(self, path: str) -> bool:
        return self._found.fields.get(path) != SENT

    def _note(self, path: str, verdict: str) -> None:
        before = self._found.fields.get(path, NOT_SENT)
        self._found.fields[path] = min(before, verdict, key=_BEST.index)

    def _sent(self, arguments: Mapping[str, Any]) -> Leaves:
        """What the adapter sends for these arguments, under ids that are new each time and then written as names."""
        arguments, names = adapter_samples.renewed(arguments)
        key = ids.new("key")
        names[key] = "key"
        so_far = len(self._kept.exchanges)
        with connected(self._provider, self._where, self._method.name, arguments, key, _SECONDS) as call:
            try:
                answer = run(self._provider, self._method, call, arguments)
            except (ProviderError, Unmapped):
                answer = None
        if isinstance(answer, Message):
            self._found.answered |= {each.name for each, _ in answer.ListFields()}
        requests = [request for request, _ in self._kept.exchanges[so_far:]]
        return {
            (number, place): _named(value, names)
            for number, request in enumerate(requests)
            for place, value in _leaves(request)
        }


def _leaves(request: Request) -> Iterator[tuple[str, str]]:
    yield "method", request.method
    path, _, query = request.path.partition("?")
    yield "path", path
    for name, value in parse_qsl(query, keep_blank_values=True):
        yield f"query {name}", value
    for name, value in request.headers.items():
        if name not in _HEADERS:
            yield f"header {name}", value
    yield from _of_body(request)


def _of_body(request: Request) -> Iterator[tuple[str, str]]:
    body = request.body or b""
    kind = request.headers.get("content-type", "")
    if "json" in kind and body:
        yield from _of_json("body", json.loads(body))
    elif "x-www-form-urlencoded" in kind:
        yield from ((f"body {name}", value) for name, value in parse_qsl(body.decode(), keep_blank_values=True))
    elif kind.startswith("multipart/form-data"):
        yield from ((f"body {part.name}", part.data.decode(errors="replace")) for part in forms.parts_of(body, kind))
    elif body:
        yield "body", repr(body)


def _of_json(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _of_json(f"{place}.{name}", below)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _of_json(f"{place}[{number}]", below)
    else:
        yield place, json.dumps(value)


def _named(value: str, names: Mapping[str, str]) -> str:
    for made_up, name in names.items():
        value = value.replace(made_up, f"<{name}>")
    return value
