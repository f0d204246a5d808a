"""What a change of the contracts means, where types and paths say nothing of it: `changes(before, after)`.

Rule: nothing that changes is silently not told. Every fact in which two sides differ goes to a handler of its own, is
buf's to tell, or is told as an option or declaration for which no rule is written.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

from server.cli.contracts.review import meaning_calls, meaning_data, meaning_words, rest
from server.cli.contracts.review.elements import Is
from server.cli.contracts.review.meaning_life import lifecycle
from server.cli.contracts.review.meaning_pairs import Comparison, Key, Pair, compare, facts
from server.cli.contracts.review.meaning_validation import validation
from server.cli.contracts.review.model import Change, Side
from server.cli.contracts.review.rules_meaning import BY_ID

Handler = Callable[[Comparison, Pair], Iterator[Change]]

_HANDLERS: Mapping[Key, Handler] = {
    **meaning_calls.HANDLERS,
    **meaning_data.HANDLERS,
    ("corridor.options.v1.policy", "stability"): lifecycle,
    ("corridor.options.v1.field_stability", "level"): lifecycle,
    ("corridor.options.v1.field_stability", "deprecated_since"): lifecycle,
    ("corridor.options.v1.field_stability", "sunset"): lifecycle,
    ("corridor.options.v1.field_stability", "replacement"): lifecycle,
    ("options", "deprecated"): lifecycle,
    ("buf.validate.field", ""): validation,
    ("buf.validate.message", ""): validation,
    ("buf.validate.oneof", ""): validation,
    ("", "dependency"): meaning_words.imports,
    ("", "extension_range"): meaning_words.extensions,
    ("", "reserved_range"): meaning_words.reserved,
    ("", "reserved_name"): meaning_words.reserved,
}

# What buf's FILE rules tell of a declaration, and of protobuf's own options.
_BUF: Mapping[Is, frozenset[str]] = {
    Is.FILE: frozenset(("package", "syntax", "edition", "dependency")),
    Is.MESSAGE: frozenset(("reserved_range", "reserved_name")),
    Is.ENUM: frozenset(("reserved_range", "reserved_name")),
    Is.VALUE: frozenset(("number",)),
    Is.RPC: frozenset(("input_type", "output_type", "client_streaming", "server_streaming")),
    Is.FIELD: frozenset(
        ("number", "label", "type", "type_name", "json_name", "default_value", "oneof_index", "proto3_optional")
    ),
    Is.OPTION: frozenset(
        ("number", "label", "type", "type_name", "json_name", "default_value", "oneof_index", "proto3_optional")
    ),
}
_BUF_OPTIONS: Mapping[Is, frozenset[str]] = {
    Is.FILE: frozenset(
        (
            "cc_enable_arenas",
            "cc_generic_services",
            "csharp_namespace",
            "go_package",
            "java_generic_services",
            "java_multiple_files",
            "java_outer_classname",
            "java_package",
            "objc_class_prefix",
            "optimize_for",
            "php_class_prefix",
            "php_metadata_namespace",
            "php_namespace",
            "py_generic_services",
            "ruby_package",
            "swift_prefix",
        )
    ),
    Is.MESSAGE: frozenset(("no_standard_descriptor_accessor",)),
    Is.FIELD: frozenset(("ctype", "jstype")),
    Is.RPC: frozenset(("idempotency_level",)),
}

# Features of an edition of which buf tells, each in the rule of what it makes different.
_BUF_FEATURES = frozenset(("enum_type", "field_presence", "json_format", "message_encoding", "utf8_validation"))


def changes(before: Side, after: Side, today: date | None = None) -> Iterator[Change]:
    """The changes of kinds MEANING and DOCS. `today` is the day from which notice is counted."""
    comparison = compare(before, after, today or datetime.now(UTC).date())
    for pair in comparison.pairs:
        yield from meaning_words.words(comparison, pair)
        yield from meaning_words.order(comparison, pair)
        yield from _of(comparison, pair)


def _of(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    differing = comparison.differences(pair)
    # That an option is there at all is told by what it says.
    whole = {key for key in differing if key[1] == "*" and any(k[0] == key[0] and k != key for k in differing)}
    asked: dict[Handler, bool] = {}
    unknown: list[Key] = []
    restated: list[Key] = []
    for key in sorted(differing - whole):
        handlers = [each[key] for each in (_HANDLERS, rest.HANDLERS) if key in each]
        if not handlers:
            _without_handler(pair, key, unknown, restated)
            continue
        told = False
        for handler in handlers:
            if handler not in asked:
                found = list(handler(comparison, pair))
                asked[handler] = bool(found)
                if _HANDLERS.get(key) is handler:
                    yield from found
            told = told or asked[handler]
        if not told and key[0]:
            restated.append(key)
    if unknown or restated:
        yield from _catch_all(comparison, pair, unknown, restated)


def _without_handler(pair: Pair, key: Key, unknown: list[Key], restated: list[Key]) -> None:
    option, name = key
    if (option == "" and name in _BUF.get(pair.before.kind, ())) or (option == "features" and name in _BUF_FEATURES):
        return
    if option == "options" and name in _BUF_OPTIONS.get(pair.before.kind, ()) and _compared(pair, name):
        # buf compares what holds, which may have been written down or not.
        if getattr(pair.before.proto.options, name) == getattr(pair.after.proto.options, name):
            restated.append(key)
        return
    (restated if name == "*" else unknown).append(key)


def _compared(pair: Pair, name: str) -> bool:
    """Whether buf compares an option of this element: some only for the types that they are made for."""
    types = _OF_TYPES.get(name)
    return types is None or pair.before.proto.type in types


# The numbers of types in descriptor.proto: 64-bit integers, and strings and bytes.
_OF_TYPES: Mapping[str, frozenset[int]] = {"jstype": frozenset((3, 4, 6, 16, 18)), "ctype": frozenset((9, 12))}


def _catch_all(comparison: Comparison, pair: Pair, unknown: list[Key], restated: list[Key]) -> Iterator[Change]:
    before, after = facts(pair.before), facts(pair.after)
    for rule, keys in (
        ("DECLARATION_CHANGED", [key for key in unknown if not key[0]]),
        ("OPTION_CHANGED", [key for key in unknown if key[0]]),
    ):
        if keys:
            told = (f"{_name(key)} changed from {_shown(before.get(key))} to {_shown(after.get(key))}" for key in keys)
            yield comparison.change(BY_ID[rule], pair, f"{'; '.join(told)}.")
    if restated:
        said = ", ".join(_name(key) for key in restated)
        yield comparison.change(BY_ID["OPTION_RESTATED"], pair, f"It says the same in another way: {said}.")


def _name(key: Key) -> str:
    option, name = key
    if option == "unknown":
        return "an option that the image does not describe"
    return f"`{'.'.join(part for part in ('' if option == 'options' else option, name) if part not in ('', '*'))}`"


def _shown(value: object) -> str:
    said = str(value).lower() if isinstance(value, bool) else f"{value}"
    text = "none" if value is None else f"`{said}`"
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[:_SHOWN_AT_MOST]}…`"


_SHOWN_AT_MOST = 120
