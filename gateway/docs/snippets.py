"""How an operation is called in each language: lines made from the example of its request, ready to paste.

A test sends every one of the curl lines to a gateway, and type-checks the others.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from gateway.docs.site import Json, Sources
from gateway.docs.snippets_python import NotInPython, Snippet
from gateway.docs.text import pretty

if TYPE_CHECKING:
    from gateway.docs.operations import Call

_KEY = "example-1"
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


def of(sources: Sources, call: "Call") -> list[tuple[str, str]]:
    """The lines, by language. Calls that are not JSON, such as pages of sign-in, are for curl alone."""
    return [
        ("curl", curl(sources, call)),
        ("Python", python(sources, call)),
        ("TypeScript", typescript(sources, call)),
    ]


def python(sources: Sources, call: "Call") -> str:
    """The call by the Python client; nothing where the client has no such method."""
    attribute = sources.facts.get("python", {}).get(call.method.full_name)
    if not attribute or not _is_json(sources, call):
        return ""
    body = example_body(sources, call)
    field = call.method.bindings[0].body
    values: dict[str, Any] = {each["name"]: sample(each) for each in _needed(sources, call)}
    values |= body if field == "*" and body else {field: body} if field else {}
    try:
        return Snippet().text(attribute, call.method.input, values, _KEY if _keyed(call) else "")
    except NotInPython:
        return ""


def typescript(sources: Sources, call: "Call") -> str:
    """The call by the TypeScript client."""
    if call.method.policy.open or not _is_json(sources, call):
        return ""
    given: dict[str, Any] = {}
    for each in _needed(sources, call):
        value = sample(each)
        number = each.get("schema", {}).get("type") == "integer"
        given.setdefault(each["in"], {})[each["name"]] = int(value) if number else value
    body = example_body(sources, call)
    if body is not None:
        given["body"] = body
    if _keyed(call):
        given["idempotencyKey"] = _KEY
    told = ", " + pretty(given, _name, ",") if given else ""
    return f'const answer = await corridor.call("{call.operation["operationId"]}"{told});'


def _needed(sources: Sources, call: "Call") -> list[Json]:
    found = [sources.resolve(each) for each in call.operation.get("parameters", ())]
    return [each for each in found if each["in"] == "path" or (each["in"] == "query" and each.get("required"))]


def _keyed(call: "Call") -> bool:
    return call.method.policy.idempotency == "REQUIRED"


def _is_json(sources: Sources, call: "Call") -> bool:
    body = sources.resolve(call.operation.get("requestBody", {})).get("content", {"application/json": {}})
    answer = sources.resolve(call.operation.get("responses", {}).get("200", {})).get("content", {})
    return "application/json" in body and "application/json" in answer


def _name(name: str) -> str:
    """A name as JavaScript writes it: without quotes where it can be."""
    return name if _WORD.fullmatch(name) else json.dumps(name)


def example_body(sources: Sources, call: "Call") -> Any:
    """The example of the request's body, or None if it has none."""
    body = call.operation.get("requestBody")
    if not body:
        return None
    content: Json = body.get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    for each in content.get("examples", {}).values():
        return sources.resolve(each).get("value")
    return {}


def address(sources: Sources, call: "Call") -> str:
    """The path with its parameters filled in, and the query parameters that are required."""
    found = [sources.resolve(each) for each in call.operation.get("parameters", ())]
    values = {each["name"]: sample(each) for each in found if each["in"] in ("path", "query")}
    path = re.sub(r"\{([^}]+)\}", lambda part: values.get(part[1], part[1]), call.path)
    query = [
        f"{each['name']}={values[each['name']]}" for each in found if each["in"] == "query" and each.get("required")
    ]
    return path + ("?" + "&".join(query) if query else "")


def sample(parameter: Json) -> str:
    """A value for a parameter: the contract's example, else one that its pattern allows."""
    if "example" in parameter:
        return str(parameter["example"])
    for each in parameter.get("examples", {}).values():
        return str(each.get("value"))
    schema = parameter.get("schema", {})
    if schema.get("examples"):
        return str(schema["examples"][0])
    prefix = re.match(r"\^\(?([a-z]+_)\[0-9a-z\]\{26\}", schema.get("pattern", ""))
    if prefix:
        return prefix[1] + "01kafz3q9x7m2c5v8b1n4d6g0h"
    return {"integer": "1", "boolean": "true"}.get(str(schema.get("type")), "example")


def curl(sources: Sources, call: "Call") -> str:
    """The call as a line for curl."""
    policy = call.method.policy
    verb = "" if call.verb == "GET" else f" -X {call.verb}"
    where = address(sources, call)
    quoted = f'"$CORRIDOR_URL{where}"'
    lines = [f"curl -s{verb} {quoted}"]
    if not policy.open:
        lines.append('-H "Authorization: Bearer $CORRIDOR_KEY"')
    if _keyed(call):
        lines.append(f'-H "Idempotency-Key: {_KEY}"')
    body = example_body(sources, call)
    if body is not None:
        lines.append('-H "Content-Type: application/json"')
        text = pretty(body).replace("'", "'\\''").replace("\n", "\n  ")
        lines.append(f"-d '{text}'")
    return " \\\n  ".join(lines)
