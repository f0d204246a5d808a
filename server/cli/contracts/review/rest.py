"""What callers over HTTP notice of a change, where buf sees none: `changes(before, after)`.

Rule: a fact has one handler, and its changes are told once; what an RPC that is new or gone brings with it is not told
again.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

from server.cli.contracts.review import rest_fields, rest_reasons
from server.cli.contracts.review.elements import Element
from server.cli.contracts.review.meaning_pairs import Comparison, Key, Pair, compare
from server.cli.contracts.review.model import Change, Side
from server.cli.contracts.review.options import Contracts
from server.cli.contracts.review.rest_paths import Binding, Match, bindings, matched, widens
from server.cli.contracts.review.rules_rest import BY_ID

Handler = Callable[[Comparison, Pair], Iterator[Change]]

_RAW_REQUEST = ".corridor.type.v1.RawRequest"
_RAW_RESPONSE = ".corridor.type.v1.RawResponse"
_MESSAGE, _REPEATED = 11, 3
# So many names of fields are told.
_LISTED = 6


def changes(before: Side, after: Side, today: date | None = None) -> Iterator[Change]:
    """The changes of kind REST, and those of error reasons."""
    comparison = compare(before, after, today or datetime.now(UTC).date())
    for pair in comparison.pairs:
        for handler in dict.fromkeys(HANDLERS[key] for key in comparison.differences(pair) if key in HANDLERS):
            yield from handler(comparison, pair)
    yield from rest_fields.added(comparison)


def http(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """The HTTP bindings of an RPC."""
    before, after = bindings(comparison.before.http(pair.before)), bindings(comparison.after.http(pair.after))
    found, gone, new = matched(before, after)

    def told(rule: str, detail: str) -> Change:
        return comparison.change(BY_ID[rule], pair, detail)

    for match in found:
        for rule, detail in (*_path(match), *_parts(comparison, pair, match)):
            yield told(rule, detail)
    for binding in gone:
        yield told("REST_BINDING_REMOVED", f"`{binding}` no longer leads to this RPC.")
    for binding in new:
        yield told("REST_BINDING_ADDED", f"`{binding}` leads to this RPC now.")
    if before and before[0] in after[1:]:
        yield told("REST_PRIMARY_BINDING_CHANGED", f"`{after[0]}` comes before `{before[0]}` now.")


def _path(match: Match) -> Iterator[tuple[str, str]]:
    old, new = match
    if old.verb != new.verb:
        yield "REST_VERB_CHANGED", f"The verb of `{old.path}` changed from {old.verb} to {new.verb}."
    said = f"`{old}` became `{new}`."
    if old.shape == new.shape:
        if old.names != new.names:
            names = ", ".join(
                f"`{a}` → `{b}`" for a, b in zip(old.names, new.names, strict=False) if a != b
            )  # one shape may be cut into parameters in two ways
            yield "REST_PATH_PARAMETER_RENAMED", f"`{old}` became `{new}`: {names or 'another division'}."
    elif old.frame == new.frame:
        pairs = list(zip(old.patterns, new.patterns, strict=True))
        if all(widens(a, b) for a, b in pairs):
            yield "REST_PATH_PATTERN_WIDENED", said
        elif all(widens(b, a) for a, b in pairs):
            yield "REST_PATH_PATTERN_NARROWED", said
        else:
            yield "REST_PATH_CHANGED", said
    elif len(new.names) > len(old.names):
        yield "REST_PATH_PARAMETER_ADDED", said
    elif len(new.names) < len(old.names):
        yield "REST_PATH_PARAMETER_REMOVED", said
    else:
        yield "REST_PATH_CHANGED", said


def _parts(comparison: Comparison, pair: Pair, match: Match) -> Iterator[tuple[str, str]]:
    """Body, query and answer of one binding."""
    old, new = match
    before, after = _Request(comparison.before, pair.before, old), _Request(comparison.after, pair.after, new)
    shared = {name for name in before.fields if name in after.fields}
    lost, won = sorted((before.query - after.query) & shared), sorted((after.query - before.query) & shared)
    if before.body == after.body:
        if lost:
            yield "REST_QUERY_PARAMETER_REMOVED", f"`{new}` no longer reads {_listed(lost)} from the query."
        if won:
            yield "REST_QUERY_PARAMETER_ADDED", f"`{new}` reads {_listed(won)} from the query."
    else:
        said = f"The body of `{new}` was {_body(before, old)} and is {_body(after, new)}"
        besides = [f"no longer read from the query: {_listed(lost)}"] if lost else []
        besides += [f"read from the query now: {_listed(won)}"] if won else []
        yield _body_rule(before, after), f"{'; '.join((said, *besides))}."
    answers = _answer(comparison.before, pair.before, old), _answer(comparison.after, pair.after, new)
    if answers[0] != answers[1]:
        raw = "raw" in (answers[0][0], answers[1][0])
        rule = "REST_RAW_RESPONSE_CHANGED" if raw else "REST_RESPONSE_BODY_CHANGED"
        yield rule, f"The answer of `{new}` was {_part(old)} and is {_part(new)}."


class _Request:
    """Where one binding takes the fields of the request from."""

    def __init__(self, contracts: Contracts, rpc: Element, binding: Binding) -> None:
        message = contracts.elements.get(rpc.proto.input_type[1:])
        self.fields = {field.name: field for field in message.proto.field} if message else {}
        raw = [field.name for field in self.fields.values() if field.type_name == _RAW_REQUEST]
        self.body: tuple[str, int] = ("none", 0)
        if binding.body == "*":
            self.body = ("all", 0)
        elif binding.body:
            field = self.fields.get(binding.body)
            self.body = ("raw" if binding.body in raw else "field", field.number if field else -1)
        elif len(raw) == 1 and _answer(contracts, rpc, binding)[0] == "raw":
            # An answer that is made by the method comes with the request as it came (gateway/routes.py).
            self.body = ("raw", self.fields[raw[0]].number)
        taken = {binding.body, *binding.names}
        self.query = set() if binding.body == "*" else {n for n, f in self.fields.items() if _simple(f)} - taken


def _simple(field: object) -> bool:
    return not (getattr(field, "type", 0) == _MESSAGE and getattr(field, "label", 0) == _REPEATED)


def _answer(contracts: Contracts, rpc: Element, binding: Binding) -> tuple[str, int]:
    message = contracts.elements.get(rpc.proto.output_type[1:])
    for field in message.proto.field if message else ():
        if field.name == binding.response_body:
            return ("raw" if field.type_name == _RAW_RESPONSE else "field", field.number)
    return ("all", 0)


def _body_rule(before: _Request, after: _Request) -> str:
    if "raw" in (before.body[0], after.body[0]):
        return "REST_RAW_REQUEST_CHANGED"
    if before.body[0] == "none" and after.body[0] == "all" and not before.query:
        return "REST_BODY_ALLOWED"
    return "REST_BODY_CHANGED"


def _body(request: _Request, binding: Binding) -> str:
    words = {"none": "not read", "all": "the whole request", "raw": "the HTTP request as it came"}
    return words.get(request.body[0], f"the field `{binding.body}`")


def _part(binding: Binding) -> str:
    return f"the field `{binding.response_body}`" if binding.response_body else "the whole response"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(f"`{name}`" for name in names[:_LISTED]) + more


HANDLERS: Mapping[Key, Handler] = {
    ("google.api.http", ""): http,
    ("corridor.errors.v1.errors", "reasons"): rest_reasons.reasons,
    ("corridor.options.v1.error", "http_status"): rest_reasons.http_status,
    ("corridor.options.v1.error", "code"): rest_reasons.code,
    ("corridor.options.v1.error", "class"): rest_reasons.error_class,
    ("corridor.options.v1.error", "retryable"): rest_reasons.retryable,
    ("buf.validate.field", ""): rest_fields.required,
    ("buf.validate.oneof", ""): rest_fields.required,
}
