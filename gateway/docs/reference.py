"""The API reference around its operations: the index, a page for each service, and the types of each package."""

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from gateway.docs import operations
from gateway.docs.fields import Fields
from gateway.docs.operations import Call
from gateway.docs.site import Found, Page, Sources, link, operation_path, service_name, service_path
from gateway.docs.text import first_sentence, inline, prose, table, words

Calls = Mapping[str, list[Call]]


def services(calls: Calls) -> Mapping[str, list[Call]]:
    """The first REST call of each method, by service, in the order of the contract."""
    found: dict[str, list[Call]] = {}
    for each in calls.values():
        if each:
            found.setdefault(each[0].method.service, []).append(each[0])
    return dict(sorted(found.items()))


def title(service: str) -> str:
    """A service in words: what it serves."""
    return words(service.rpartition(".")[2].removesuffix("Service"))


def package(service: str) -> str:
    """The domain of a service, as the menu names it."""
    name = service_name(service).split(".")
    return name[0].capitalize() if name[1] == "v1" else f"{name[0].capitalize()} {name[1]}"


def common(sources: Sources, calls: Calls) -> frozenset[str]:
    """The reasons that two thirds of all calls can have: they are said aside."""
    every = [call for each in calls.values() for call in each]
    counted: dict[str, int] = {}
    for call in every:
        for reason in operations.reasons(sources, call):
            counted[reason.name] = counted.get(reason.name, 0) + 1
    return frozenset(name for name, count in counted.items() if 3 * count > 2 * len(every))


def pages(sources: Sources, fields: Fields, calls: Calls) -> Iterator[Page]:
    """The index, the services, their operations, and the types."""
    by_service = services(calls)
    shared = common(sources, calls)
    yield _index(sources, fields, by_service, shared)
    for service, found in by_service.items():
        yield _service(sources, service, found)
        for call in found:
            yield operations.page(sources, fields, call, shared)
    yield from _types(sources, fields)


def _index(sources: Sources, fields: Fields, by_service: Mapping[str, list[Call]], shared: frozenset[str]) -> Page:
    parts = [
        "<p>Everything here is REST with JSON, and gRPC as well: both are made from one contract. "
        f"{link('/v1/openapi.json', 'openapi.json')} is the same as OpenAPI 3.1, for tools.</p>"
    ]
    contents = []
    for name, group in groupby(by_service, key=package):
        at = name.lower().replace(" ", "-")
        contents.append((at, name))
        parts.append(f'<h2 id="{at}">{escape(name)}</h2><dl class="list">')
        for service in group:
            told = first_sentence(sources.texts.get(service, ""))
            parts.append(f"<dt>{link(service_path(service), escape(title(service)))}</dt><dd>{inline(told)}</dd>")
        parts.append("</dl>")
    parts.append(_of_every_call(sources, fields, by_service, shared))
    contents += [("headers", "Headers"), ("errors", "Errors")]
    lead = f"{sum(map(len, by_service.values()))} operations of {len(by_service)} services, under `/v1`."
    return Page("/docs/api", "API reference", "".join(parts), lead, contents, section="/docs/api")


def _of_every_call(
    sources: Sources, fields: Fields, by_service: Mapping[str, list[Call]], shared: frozenset[str]
) -> str:
    """What is the same for every call, and is not repeated on their pages."""
    headers = {
        each["name"]: each
        for found in by_service.values()
        for call in found
        for each in operations.usual_headers(sources, call)
    }
    listed = "".join(fields.parameter(headers[name]) for name in sorted(headers))
    known = [sources.contract.reasons[name] for name in shared]
    known.sort(key=lambda reason: (reason.http_status, reason.name))
    return (
        f'<h2 id="headers">Headers that every call may have</h2><dl class="fields">{listed}</dl>'
        f'<h2 id="errors">Errors that every call can answer</h2>'
        f"{operations.reason_table(known, 'Errors that every call can answer')}"
    )


def _service(sources: Sources, service: str, found: list[Call]) -> Page:
    rows = []
    for call in found:
        old = ' <span class="mark old">deprecated</span>' if call.method.policy.deprecated_since else ""
        told = first_sentence(sources.texts.get(call.method.full_name, ""))
        rows.append(
            f'<dt>{link(operation_path(call.method), escape(words(call.method.name)))}{old} <span class="call">'
            f'<span class="verb {call.verb.lower()}">{call.verb}</span> <code>{escape(call.path)}</code></span></dt>'
            f"<dd>{inline(told)}</dd>"
        )
    types = service_name(service).rpartition(".")[0]
    body = (
        prose(sources.texts.get(service, ""))
        + f'<dl class="list">{"".join(rows)}</dl>'
        + f"<p>gRPC: <code>{escape(service)}</code>. {link(f'/docs/types/{types}', f'Types of {escape(types)}')}.</p>"
    )
    return Page(
        service_path(service),
        title(service),
        body,
        section=service_path(service),
        kind="service",
        words=f"{service} {first_sentence(sources.texts.get(service, ''))}",
        above=(("/docs/api", "API"),),
    )


def _types(sources: Sources, fields: Fields) -> Iterator[Page]:
    schemas = sources.openapi["components"]["schemas"]
    homes: dict[str, list[str]] = {}
    for name in schemas:
        homes.setdefault(fields.home(name), []).append(name)
    for home, names in sorted(homes.items()):
        parts = []
        for name in sorted(names):
            schema = schemas[name]
            told = prose(schema.get("description", "")) if "enum" not in schema else _values(schema)
            inside = fields.choices(schema) + fields.listed(schema, 0, sent=name.endswith(("Input", "Request")))
            parts.append(f'<section><h2 id="{escape(name)}">{escape(name)}</h2>{told}{inside}</section>')
        yield Page(
            f"/docs/types/{home}",
            f"Types of {home}",
            "".join(parts),
            "Types whose names end in `Input` are what requests send, where that differs from what answers have.",
            section="/docs/api",
            kind="types",
            above=(("/docs/api", "API"),),
        )


def _values(schema: dict[str, str]) -> str:
    """An enum: what it is, and each value with its meaning."""
    lines = str(schema.get("description", "")).split("\n")
    pairs = [line[3:].split("`: ", 1) for line in lines if line.startswith("- `")]
    told = prose("\n".join(line for line in lines if not line.startswith("- `")))
    rows = [(f"<code>{escape(pair[0])}</code>", inline(pair[-1])) for pair in pairs if len(pair) == 2]
    return told + (table(("Value", "Meaning"), rows, "Values") if rows else "")


def found(sources: Sources, fields: Fields) -> Iterator[Found]:
    """The types, for the search."""
    for name, schema in sources.openapi["components"]["schemas"].items():
        if not name.endswith(("Request", "Response", "Input")):
            yield Found(name, fields.path(name), "type", first_sentence(schema.get("description", "")))
