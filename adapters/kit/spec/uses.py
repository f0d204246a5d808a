"""What an adapter uses of its vendor's interface, noted while it works, and kept with the facts of that time.

Rule: it is observed, never declared. A field that the adapter asks for counts as read, also where it is missing.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.kit.call import Call
from adapters.kit.sending import Reply
from adapters.kit.simulator import Route
from adapters.kit.spec import shape

FILE = "uses.json"
JSON, FORM, PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(slots=True)
class Operation:
    """What is used of one operation: fields sent, parameters, and fields read, by status."""

    method: str
    path: str
    media_types: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    sends: set[str] = field(default_factory=set)
    reads: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Watch:
    """Notes what calls send and read. `routes` are the simulator's, by which paths are known as operations."""

    routes: tuple[Route, ...]
    operations: dict[tuple[str, str], Operation] = field(default_factory=dict)

    def operation(self, method: str, path: str) -> Operation:
        """The operation that a path belongs to."""
        template = next((each.template for each in self.routes if _serves(each, method, path)), path)
        return self.operations.setdefault((method.lower(), template), Operation(method.lower(), template))


def _serves(route: Route, method: str, path: str) -> bool:
    pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", route.template))
    return route.method == method and re.fullmatch(pattern, path) is not None


class WatchedCall(Call):
    """A call whose requests and answers are noted."""

    watch: Watch

    @classmethod
    def of(cls, call: Call, watch: Watch) -> "WatchedCall":
        """The same call, watched."""
        made = cls(**{each.name: getattr(call, each.name) for each in dataclasses.fields(call) if each.init})
        made.watch = watch
        return made

    def ask(self, method: str, path: str, *, writes: bool, **options: Any) -> Reply:
        """Ask, and note it."""
        operation = self.watch.operation(method, path)
        _note_request(operation, options)
        for name, place in (("on_client_error", 1), ("absent", 1), ("code_of", 0)):
            if options.get(name) is not None:
                options[name] = _noting(options[name], place, operation)
        reply = Call.ask(self, method, path, writes=writes, **options)
        return Reply(reply.status, reply.headers, _seen(reply.body, operation, str(reply.status)))


def _note_request(operation: Operation, options: Mapping[str, Any]) -> None:
    for name, media_type in (("json", JSON), ("form", FORM)):
        if options.get(name) is not None:
            operation.media_types.add(options.get("content_type") or media_type)
            operation.sends |= set(shape.fields(options[name]))
    if options.get("parts") is not None:
        operation.media_types.add(PARTS)
        operation.sends |= {re.sub(r"\[\d*\]", "[]", part.name) for part in options["parts"]}
    query = options.get("query") or ()
    operation.parameters |= {f"query:{name}" for name in (query if isinstance(query, Mapping) else dict(query))}
    operation.parameters |= {f"header:{name.lower()}" for name in options.get("headers") or ()}


def _noting(hook: Callable[..., Any], place: int, operation: Operation) -> Callable[..., Any]:
    def asked(*given: Any) -> Any:
        status = str(given[0]) if place else "4XX"
        return hook(*given[:place], _seen(given[place], operation, status), *given[place + 1 :])

    return asked


class _Seen(dict[str, Any]):
    """A JSON object that tells which of its members were asked for."""

    def __init__(self, value: Mapping[str, Any], note: Callable[[str], None]) -> None:
        super().__init__(value)
        self._note = note

    def __getitem__(self, name: str) -> Any:
        self._note(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._note(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._note(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        # Whoever goes through all of them may read any.
        for name in super().__iter__():
            self._note(name)
            yield name

    def items(self) -> Any:
        return [(name, super(_Seen, self).__getitem__(name)) for name in self]

    def values(self) -> Any:
        return [value for _, value in self.items()]

    def keys(self) -> Any:
        return list(self)


def _seen(value: Any, operation: Operation, status: str, at: str = "") -> Any:
    if isinstance(value, dict):
        members = {name: _seen(each, operation, status, f"{at}.{name}" if at else name) for name, each in value.items()}

        def note(name: str) -> None:
            operation.reads.setdefault(status, set()).add(f"{at}.{name}" if at else name)

        return _Seen(members, note)
    return [_seen(each, operation, status, f"{at}[]") for each in value] if isinstance(value, list) else value


def with_facts(watch: Watch, documents: Mapping[str, tuple[Mapping[str, Any], str]]) -> dict[str, Any]:
    """What was noted, with what the documents say of it. `documents`: by name, each with its prefix on the wire.

    An operation that no document has is told with an empty `document`; nothing can be said of its shape.
    """
    operations = []
    for each in sorted(watch.operations.values(), key=lambda each: (each.path, each.method)):
        for name, (document, prefix) in documents.items():
            path = each.path.removeprefix(prefix) if each.path.startswith(prefix) else ""
            found = shape.found_operation(document, each.method, path) if path else None
            if found:
                operations.append({"document": name, **described(document, _plain(each, found[0]))})
                break
        else:
            operations.append({"document": "", **_plain(each, each.path)})
    titles = {
        name: {"title": document["info"].get("title", ""), "version": str(document["info"].get("version", ""))}
        for name, (document, _) in documents.items()
    }
    return {"documents": titles, "operations": operations}


def _plain(each: Operation, path: str) -> dict[str, Any]:
    return {
        "operation": f"{each.method.upper()} {path}",
        "media_types": sorted(each.media_types),
        "parameters": dict.fromkeys(sorted(each.parameters)),
        "sends": dict.fromkeys(sorted(each.sends)),
        "reads": {status: dict.fromkeys(sorted(each.reads[status])) for status in sorted(each.reads)},
    }


def described(document: Mapping[str, Any], used: Mapping[str, Any]) -> dict[str, Any]:
    """An operation as it is used, with the facts that a document has of it now; None for what it does not have."""
    method, _, path = used["operation"].partition(" ")
    found = shape.found_operation(document, method.lower(), path)
    if found is None:
        return {"operation": used["operation"], "missing": True}
    template, operation = found
    media = [name for name in used["media_types"] if shape.request_schema(document, operation, name) is not None]
    schema = shape.request_schema(document, operation, media[0]) if media else None
    known = shape.parameters(document, template, method.lower())
    reads = {}
    for status, paths in used["reads"].items():
        answer = shape.response_schema(document, operation, status)
        reads[status] = {path: shape.facts(document, answer, path) if answer is not None else None for path in paths}
    made = {
        "operation": used["operation"],
        "media_types": media,
        "parameters": {name: {"required": known[name]} if name in known else None for name in used["parameters"]},
        "sends": {path: shape.facts(document, schema, path) if schema is not None else None for path in used["sends"]},
        "needs": sorted({*_needs(document, schema, used["sends"]), *(name for name in known if known[name])}),
        "reads": reads,
    }
    return {**made, "deprecated": True} if operation.get("deprecated") else made


def _needs(document: Mapping[str, Any], schema: Any, sends: Mapping[str, Any]) -> set[str]:
    """The fields without which the document takes no such body: of the whole, and of each object that is sent."""
    if schema is None:
        return set()
    found = set(shape.required(document, schema))
    for path in sends:
        parent = shape.within(document, schema, shape.steps(path))
        found |= {f"{path}.{name}" for name in shape.required(document, parent)}
    return found


def read(folder: Path) -> dict[str, Any] | None:
    """What is kept of an adapter's uses; None if nothing is."""
    path = folder / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def text(uses: Mapping[str, Any]) -> str:
    """The file's text."""
    return json.dumps(uses, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
