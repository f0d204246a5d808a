"""How settled methods and fields are: what the document says of those that end, or may still change.

OpenAPI knows `deprecated` alone; since when, until when and what instead stand in the description and in an extension.
"""

from typing import Any

Json = dict[str, Any]

_LEVEL = "STABILITY_LEVEL_"


def of_field(stability: Any, deprecated: bool) -> Json:
    """The facts of a field by `corridor.options.v1.field_stability`; empty for one that is simply stable."""
    level = ""
    if stability is not None and int(stability.level):
        level = str(stability.level.name).removeprefix(_LEVEL)
    if level in ("", "STABLE"):
        return {"level": "DEPRECATED"} if deprecated else {}
    return facts(level, stability.deprecated_since, stability.sunset, stability.replacement)


def facts(level: str, since: str, sunset: str, replacement: str) -> Json:
    """A lifecycle as it stands in the document, without what is not known."""
    found = {"level": level, "deprecated_since": since, "sunset": sunset, "replacement": replacement}
    return {name: value for name, value in found.items() if value}


def told(lifecycle: Json) -> str:
    """A sentence for people, or nothing for what is settled."""
    if lifecycle.get("level") == "BETA":
        return "Beta: this may still change incompatibly."
    if lifecycle.get("level") != "DEPRECATED":
        return ""
    since, sunset, instead = (lifecycle.get(name, "") for name in ("deprecated_since", "sunset", "replacement"))
    text = "Deprecated" + (f" since {since}" if since else "")
    text += f"; refused from {sunset} on" if sunset else ""
    return text + (f". Use `{instead}` instead." if instead else ".")


def mark(described: Json, lifecycle: Json) -> None:
    """Adds the lifecycle to an operation or a schema; a stable one is left as it is."""
    if sentence := told(lifecycle):
        before = described.get("description", "")
        described["description"] = f"{before}\n\n{sentence}" if before else sentence
        described["x-corridor-lifecycle"] = lifecycle
    if lifecycle.get("level") == "DEPRECATED":
        described["deprecated"] = True


def headers(method_ends: bool, fields_end: bool) -> Json:
    """The header fields by which an answer tells that what was called, sent or read is deprecated."""
    if not method_ends and not fields_end:
        return {}
    text = {"type": "string"}
    found: Json = {
        "Deprecation": {"description": "Since when, as `@` and Unix seconds (RFC 9745).", "schema": text},
        "Sunset": {"description": "From when on it is refused (RFC 8594).", "schema": text},
        "Link": {"description": "What is written about it, and what comes after it.", "schema": text},
    }
    if fields_end:
        found["Corridor-Deprecated-Fields"] = {"description": "The fields that end, by full name.", "schema": text}
    return found
