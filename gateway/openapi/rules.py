"""buf.validate rules as JSON Schema keywords. A rule without a counterpart is left to the server, never guessed."""

import re
from typing import Any

from protobuf import DescEnum

Schema = dict[str, Any]

# protovalidate's rules hold for absent fields too, as long as their zero value breaks them.
_ZERO_IS_ABSENT = 0


def apply(schema: Schema, rules: Any, enum: DescEnum | None = None) -> None:
    """Adds to a field's schema what its rules say."""
    kind = rules.type
    if kind is None:
        return
    name, rule = kind.field, kind.value
    if name == "string":
        _string(schema, rule)
    elif name == "enum" and enum is not None:
        _enum(schema, rule, enum)
    elif name == "repeated":
        _bounds(schema, rule, (("min_items", "minItems"), ("max_items", "maxItems")))
        if rule.unique:
            schema["uniqueItems"] = True
        if rule.items is not None:
            apply(schema["items"], rule.items, enum)
    elif name == "map":
        _bounds(schema, rule, (("min_pairs", "minProperties"), ("max_pairs", "maxProperties")))
        if rule.keys is not None:
            schema["propertyNames"] = {"type": "string"}
            apply(schema["propertyNames"], rule.keys)
        if rule.values is not None:
            apply(schema["additionalProperties"], rule.values)
    elif name == "bytes":
        if rule.has_field("max_len"):
            schema["maxLength"] = -(-rule.max_len // 3) * 4  # base64
    else:
        _number(schema, rule)


def needs_value(rules: Any) -> bool:
    """Whether an absent field breaks its rules, so that callers must send it."""
    if rules is None or int(rules.ignore) != _ZERO_IS_ABSENT:
        return bool(rules is not None and rules.required)
    if rules.required:
        return True
    kind = rules.type
    if kind is None:
        return False
    name, rule = kind.field, kind.value
    if name == "string":
        pattern = rule.pattern and re.search(rule.pattern, "") is None
        return bool(rule.min_len or rule.len or pattern or (rule.in_ and "" not in rule.in_))
    if name == "enum":
        return 0 in rule.not_in or bool(rule.in_ and 0 not in rule.in_)
    if name == "repeated":
        return bool(rule.min_items)
    if name == "map":
        return bool(rule.min_pairs)
    lower = getattr(rule, "greater_than", None)
    if lower is None or isinstance(lower.value, bool) or not isinstance(lower.value, int | float):
        return False  # a message, such as a duration or a time: its rules hold for what is there
    return bool(lower.value > 0 if lower.field == "gte" else lower.value >= 0)


def _string(schema: Schema, rule: Any) -> None:
    _bounds(schema, rule, (("len", "minLength"), ("len", "maxLength"), ("min_len", "minLength")))
    # A character has at least one byte, so a limit of bytes is one of characters as well.
    _bounds(schema, rule, (("max_bytes", "maxLength"), ("max_len", "maxLength")))
    if rule.pattern:
        schema["pattern"] = rule.pattern
    if rule.in_:
        schema["enum"] = list(rule.in_)
    if rule.not_in:
        schema["not"] = {"enum": list(rule.not_in)}
    if rule.example:
        schema["examples"] = list(rule.example)
    known = rule.well_known
    if known is not None and known.field in _FORMATS and known.value:
        schema["format"] = _FORMATS[known.field]


_FORMATS = {"email": "email", "hostname": "hostname", "ipv4": "ipv4", "ipv6": "ipv6", "uri": "uri", "uuid": "uuid"}


def _enum(schema: Schema, rule: Any, enum: DescEnum) -> None:
    names = {value.number: value.name for value in enum.values}
    if rule.in_:
        schema["enum"] = [names[number] for number in rule.in_ if number in names]
    if rule.not_in:
        schema["not"] = {"enum": [names[number] for number in rule.not_in if number in names]}


def _number(schema: Schema, rule: Any) -> None:
    for bound in (getattr(rule, "greater_than", None), getattr(rule, "less_than", None)):
        if bound is not None and bound.field in _BOUNDS and isinstance(bound.value, int | float):
            schema[_BOUNDS[bound.field]] = bound.value
    # The same for 64-bit integers that come as strings, as far as a pattern can tell.
    lowest: Any = schema.get("minimum", schema.get("exclusiveMinimum", -1))
    if "pattern" in schema and lowest >= 0:
        schema["pattern"] = "^[0-9]{1,19}$"


_BOUNDS = {"gt": "exclusiveMinimum", "gte": "minimum", "lt": "exclusiveMaximum", "lte": "maximum"}


def _bounds(schema: Schema, rule: Any, pairs: tuple[tuple[str, str], ...]) -> None:
    for name, keyword in pairs:
        if rule.has_field(name):
            schema[keyword] = getattr(rule, name)
