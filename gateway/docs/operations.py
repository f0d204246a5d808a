"""The pages of operations: what is sent, what comes back, what may go wrong, and how to call it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from gateway.contract import Method, Reason
from gateway.docs import snippets
from gateway.docs.fields import Fields
from gateway.docs.site import Json, Page, Sources, link, operation_path, problem_path, service_name, service_path
from gateway.docs.text import code, first_sentence, inline, pretty, prose, table, tabs, words

_KEY = {
    "REQUIRED": "required: the same key never acts twice",
    "OPTIONAL": "possible",
    "NONE": "not needed",
}
_CALLERS = {
    "API_KEY": "API keys",
    "OAUTH_CLIENT": "OAuth clients",
    "USER": "people, by an OAuth client",
    "PROVIDER": "providers' webhooks",
    "ANONYMOUS": "anyone, without a credential",
    "MESH": "services inside",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One way to call a method over HTTP."""

    verb: str
    path: str
    operation: Json
    method: Method


def calls(sources: Sources) -> Mapping[str, list[Call]]:
    """The REST calls of each method, by its full name."""
    methods = {method.full_name: method for method in sources.contract.methods}
    found: dict[str, list[Call]] = {name: [] for name in methods}
    for path, item in sources.openapi["paths"].items():
        for verb, operation in item.items():
            name = operation.get("x-corridor-grpc-method", "") if isinstance(operation, dict) else ""
            if name in methods:
                found[name].append(Call(verb.upper(), path, operation, methods[name]))
    return found


def reasons(sources: Sources, call: Call) -> list[Reason]:
    """The reasons for which a call can fail, by HTTP status."""
    known = sources.contract.reasons
    names: dict[str, None] = dict.fromkeys(call.method.errors)
    for answer in call.operation.get("responses", {}).values():
        whole = sources.resolve(answer)
        for media, content in whole.get("content", {}).items():
            if "problem" in media:
                names.update(dict.fromkeys(content.get("examples", {})))
    return sorted((known[name] for name in names if name in known), key=lambda r: (r.http_status, r.name))


def page(sources: Sources, fields: Fields, call: Call, common: frozenset[str]) -> Page:
    """The page of an operation. `common` are the reasons that nearly every call has."""
    method, operation = call.method, call.operation
    text = sources.texts.get(method.full_name, operation.get("description", ""))
    parts = [_facts(sources, call), prose(text)]
    contents = []
    for at, title, body in (
        ("request", "Request", _request(sources, fields, call)),
        ("example", "Example", _example(sources, call)),
        ("answer", "Answer", _answer(sources, fields, call)),
        ("errors", "Errors", _errors(sources, call, common)),
    ):
        if body:
            contents.append((at, title))
            parts.append(f'<h2 id="{at}">{title}</h2>{body}')
    service = method.service.rpartition(".")[2]
    return Page(
        path=operation_path(method),
        title=words(method.name),
        body="\n".join(parts),
        contents=contents,
        section=service_path(method.service),
        kind="operation",
        words=f"{method.name} {call.verb} {call.path} {first_sentence(text)}",
        above=(("/docs/api", "API"), (service_path(method.service), words(service.removesuffix("Service")))),
    )


def _facts(sources: Sources, call: Call) -> str:
    method, policy = call.method, call.method.policy
    rows = [
        ("Scope", " or ".join(f"<code>{escape(scope)}</code>" for scope in policy.scopes) or "none"),
        ("Idempotency key", link("/docs/guides/idempotency", _KEY.get(policy.idempotency, "not needed"))),
        ("Deadline", f"{policy.deadline_seconds:g} s"),
        ("Allowance", escape(policy.rate_class.lower()) or "none"),
        ("gRPC", f"<code>{escape(service_name(method.service))}/<wbr>{escape(method.name)}</code>"),
    ]
    if policy.callers:
        callers = ", ".join(_CALLERS.get(caller, caller.lower().replace("_", " ")) for caller in policy.callers)
        rows.insert(1, ("Only for", escape(callers)))
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return (
        f'<p class="call"><span class="verb {call.verb.lower()}">{call.verb}</span> '
        f"<code>{escape(call.path)}</code></p>"
        f'{_lifecycle(sources, call)}<dl class="facts">{listed}</dl>'
    )


def _lifecycle(sources: Sources, call: Call) -> str:
    policy = call.method.policy
    if policy.deprecated_since or call.operation.get("deprecated"):
        told = f"Deprecated since {escape(policy.deprecated_since)}." if policy.deprecated_since else "Deprecated."
        if policy.sunset:
            told += f" It ends on {escape(policy.sunset)}."
        other = next((m for m in sources.contract.methods if policy.replacement in (m.full_name, m.path)), None)
        if other:
            told += f" Use {link(operation_path(other), escape(words(other.name)))} instead."
        elif policy.replacement:
            told += f" Use <code>{escape(policy.replacement)}</code> instead."
        return f'<p class="notice" role="note">{told} {link("/docs/guides/versioning", "How things end")}.</p>'
    if policy.stability and policy.stability != "STABLE":
        return f'<p class="notice" role="note">This is {escape(policy.stability.lower())}: it may change.</p>'
    return ""


def _request(sources: Sources, fields: Fields, call: Call) -> str:
    found = [sources.resolve(each) for each in call.operation.get("parameters", ())]
    usual = usual_headers(sources, call)
    own = [each for each in found if each not in usual or each["name"] == "Idempotency-Key"]
    made = []
    if own:
        made.append(f'<h3>Parameters</h3><dl class="fields">{"".join(map(fields.parameter, own))}</dl>')
    body = call.operation.get("requestBody")
    if body:
        media, content = next(iter(body.get("content", {}).items()))
        schema = content.get("schema", {})
        listed = fields.choices(schema) + fields.listed(schema, 2, sent=True)
        kind = "" if media == "application/json" else f' <span class="mark">{escape(media)}</span>'
        made.append(f"<h3>Body{kind}</h3>{listed or '<p>An empty object.</p>'}")
    made.append(f'<p class="rule">{link("/docs/api#headers", "Headers that every call may have")}</p>')
    return "".join(made)


def usual_headers(sources: Sources, call: Call) -> list[Json]:
    """The headers that any call may have and none needs."""
    found = [sources.resolve(each) for each in call.operation.get("parameters", ())]
    return [each for each in found if each["in"] == "header" and not each.get("required")]


def _example(sources: Sources, call: Call) -> str:
    found = snippets.of(sources, call)
    return tabs("example", [(language, code(text)) for language, text in found if text])


def _answer(sources: Sources, fields: Fields, call: Call) -> str:
    made = []
    for status, answer in call.operation.get("responses", {}).items():
        whole = sources.resolve(answer)
        contents: Json = whole.get("content", {})
        media, content = next(iter(contents.items()), ("", Json()))
        if not status.startswith(("2", "3")) or "problem" in media:
            continue
        schema = content.get("schema", {})
        kind = f" {fields.type_of(_bare(schema))}" if "$ref" in schema else ""
        made.append(f'<p><span class="status">{escape(status)}</span>{kind} {inline(whole.get("description", ""))}</p>')
        if listed := fields.choices(schema) + fields.listed(schema, 0):
            made.append(f"<details open><summary>Fields</summary>{listed}</details>")
        value = first_example(sources, content)
        if value is not None:
            made.append(code(pretty(value), "Example"))
    return "".join(made)


def first_example(sources: Sources, content: Json) -> Any:
    """The first example of a request or an answer, or None."""
    if "example" in content:
        return content["example"]
    for each in content.get("examples", {}).values():
        return sources.resolve(each).get("value")
    return None


def _errors(sources: Sources, call: Call, common: frozenset[str]) -> str:
    own = [reason for reason in reasons(sources, call) if reason.name not in common]
    made = reason_table(own, f"Errors of {call.method.name}") if own else ""
    return made + f'<p class="rule">{link("/docs/api#errors", "And what every call can answer")}</p>'


def reason_table(found: list[Reason], label: str) -> str:
    """Reasons with their status and meaning, and links to their pages."""
    rows: Iterator[list[str]] = (
        [
            link(problem_path(each.name), f"<code>{escape(each.name)}</code>"),
            str(each.http_status),
            inline(each.title),
            "may be repeated" if each.retryable else "",
        ]
        for each in found
    )
    return table(("Reason", "HTTP", "Meaning", "Repeat"), rows, label)


def _bare(schema: Json) -> Json:
    return {"$ref": schema["$ref"]}
