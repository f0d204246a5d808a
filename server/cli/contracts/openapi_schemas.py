"""Whether one JSON Schema of openapi.json still takes, or still promises, what another did.

What callers send may only be asked for less; what they get may only promise more. Only keywords that the generator of
openapi.json writes are looked at.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

# By keyword: whether a higher value takes less.
_BOUNDS = {
    "minLength": True, "maxLength": False, "minItems": True, "maxItems": False, "minProperties": True,
    "maxProperties": False, "minimum": True, "maximum": False, "exclusiveMinimum": True, "exclusiveMaximum": False,
}  # fmt: skip


class Schemas:
    """Compares schemas of two documents. Each pair of components is compared once for each direction."""

    def __init__(self, before: Json, after: Json) -> None:
        self._before = before
        self._after = after
        self._seen: set[tuple[str, str, bool]] = set()

    def compare(self, old: Json, new: Json, where: str, sent: bool) -> Iterator[str]:
        """What breaks callers; `sent` says whether they send it, or get it."""
        names = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if names[0] and names[1]:
            if (*names, sent) in self._seen:
                return
            self._seen.add((*names, sent))
        if names[0]:
            # What is told inside a component is told of the component, once, wherever it is used.
            where = names[0].rsplit("/", 1)[1]
        old, new = self._resolved(self._before, old), self._resolved(self._after, new)
        yield from self._types(old, new, where, sent)
        yield from self._values(old, new, where, sent)
        if sent:
            yield from _bounds(old, new, where)
        yield from self._fields(old, new, where, sent)
        for name in ("items", "additionalProperties", "propertyNames"):
            if isinstance(old.get(name), dict) and isinstance(new.get(name), dict):
                inside = where if name == "propertyNames" else f"{where}[]"
                yield from self.compare(old[name], new[name], inside, sent)
        for one, other in zip(old.get("allOf", ()), new.get("allOf", ()), strict=False):
            yield from self.compare(one, other, where, sent)
        yield from _choices(old, new, where, sent)

    def _resolved(self, document: Json, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        found: Json = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return {**found, **beside}

    def _types(self, old: Json, new: Json, where: str, sent: bool) -> Iterator[str]:
        was, now = _words(old.get("type")), _words(new.get("type"))
        narrower, wider = (now, was) if sent else (was, now)
        if was != now and wider - narrower if was and now else bool(was) != bool(now):
            yield f"{where}: the type was {_said(was)} and is {_said(now)}"
        if old.get("format") != new.get("format") and (new.get("format") if sent else old.get("format")):
            yield f"{where}: the format was {old.get('format', 'free')} and is {new.get('format', 'free')}"
        if "const" in new and old.get("const") != new["const"]:
            yield f"{where}: the value is always {new['const']!r}"

    def _values(self, old: Json, new: Json, where: str, sent: bool) -> Iterator[str]:
        if not sent:
            return  # an enum may grow: the contract says that callers take values that they do not know
        kept = new.get("enum")
        gone = [value for value in old.get("enum", ()) if kept is not None and value not in kept]
        if gone:
            yield f"{where}: no longer takes {', '.join(map(str, gone))}"
        if "enum" in new and "enum" not in old:
            yield f"{where}: takes only {', '.join(map(str, new['enum']))} now"
        refused = [v for v in new.get("not", {}).get("enum", ()) if v not in old.get("not", {}).get("enum", ())]
        if refused:
            yield f"{where}: no longer takes {', '.join(map(str, refused))}"

    def _fields(self, old: Json, new: Json, where: str, sent: bool) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        for name in was:
            if name not in now:
                yield f"{where}.{name}: is gone"
            else:
                yield from self.compare(was[name], now[name], f"{where}.{name}", sent)
        needed, before = set(new.get("required", ())), set(old.get("required", ()))
        if sent:
            for name in sorted(needed - before):
                yield f"{where}.{name}: has to be sent now"
            if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
                yield f"{where}: further fields are refused now"
        else:
            for name in sorted(name for name in before - needed if name in now):
                yield f"{where}.{name}: is not always there any more"


def _bounds(old: Json, new: Json, where: str) -> Iterator[str]:
    for name, lower in _BOUNDS.items():
        was, now = old.get(name), new.get(name)
        if now is not None and (was is None or (now > was if lower else now < was)) and not _is_nothing(name, now, was):
            yield f"{where}: {name} was {'free' if was is None else was} and is {now}"
    if new.get("pattern") and old.get("pattern") != new["pattern"]:
        yield f"{where}: the pattern was {old.get('pattern', 'free')} and is {new['pattern']}"
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield f"{where}: entries have to differ now"


def _is_nothing(name: str, now: Any, was: Any) -> bool:
    return was is None and name.startswith("min") and name != "minimum" and now == 0


def _choices(old: Json, new: Json, where: str, sent: bool) -> Iterator[str]:
    """Of fields that exclude each other: one more that must be chosen breaks senders."""
    was, now = (sorted(str(option) for option in schema.get("oneOf", ())) for schema in (old, new))
    if sent and now and (not was or set(was) - set(now)):
        yield f"{where}: exactly one of some fields has to be sent now"
    if sent and "not" in new and "required" in str(new["not"]) and old.get("not") != new["not"]:
        yield f"{where}: some fields exclude each other now"


def _words(kind: Any) -> frozenset[str]:
    return frozenset([kind] if isinstance(kind, str) else kind or ())


def _said(words: frozenset[str]) -> str:
    return " or ".join(sorted(words)) or "free"
