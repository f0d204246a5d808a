"""The error catalogue: every reason with what it means, what to do, an example, and which operations answer it.

`/docs/problems#REASON` is the `type` of problem documents and never changes: each reason keeps its section there.
"""

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from gateway.contract import Reason
from gateway.docs import operations
from gateway.docs.operations import Call
from gateway.docs.site import Page, Sources, link, operation_path, problem_path
from gateway.docs.text import code, inline, pretty, prose, words

_CLASSES = {
    "TRANSIENT": "transient: repeat the call, as told",
    "PERMANENT": "permanent: the same call fails again",
    "MANUAL_REPAIR": "manual repair: a person at the platform has to act",
    "COMPLIANCE_HOLD": "compliance hold: a person at your company has to act",
}
_GROUPS = {
    2: "Not an error",
    4: "The request (4xx)",
    5: "The platform and providers (5xx)",
}
_CODES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip


def pages(sources: Sources, calls: Mapping[str, list[Call]], common: frozenset[str]) -> Iterator[Page]:
    """The catalogue, and a page for each reason."""
    users: dict[str, list[Call]] = {}
    for each in calls.values():
        for call in each[:1]:
            for reason in operations.reasons(sources, call):
                users.setdefault(reason.name, []).append(call)
    found = sorted(sources.contract.reasons.values(), key=lambda reason: (reason.http_status, reason.name))
    yield _catalogue(sources, found)
    for reason in found:
        yield _reason(sources, reason, users.get(reason.name, []), reason.name in common)


def retry(reason: Reason) -> str:
    """What repeating the call does."""
    if reason.http_status < 300:
        return "The same call with the same key tells how it stands."
    return "The same call may succeed later." if reason.retryable else "The same call will fail again."


def text(sources: Sources, reason: Reason) -> str:
    """What the contract says of a reason."""
    return sources.texts.get(f"corridor.errors.v1.ErrorReason.ERROR_REASON_{reason.name}", "")


def _code(reason: Reason) -> str:
    return _CODES[reason.code] if 0 <= reason.code < len(_CODES) else str(reason.code)


def _catalogue(sources: Sources, found: list[Reason]) -> Page:
    parts = [
        "<p>Every error of the API carries one of these reasons, as a problem document (RFC 9457) over REST and as "
        "<code>google.rpc.ErrorInfo</code> over gRPC. A reason never changes its meaning. "
        f"{link('/docs/guides/errors', 'How to handle errors')}.</p>"
    ]
    contents = []
    for group, reasons in groupby(found, key=lambda reason: reason.http_status // 100):
        contents.append((f"http-{group}xx", _GROUPS.get(group, f"{group}xx")))
        parts.append(f'<h2 id="http-{group}xx">{escape(_GROUPS.get(group, f"{group}xx"))}</h2>')
        for reason in reasons:
            parts.append(
                f'<section id="{reason.name}"><h3>{link(problem_path(reason.name), escape(reason.title))}</h3>'
                f'<p class="rule"><code>{reason.name}</code> · HTTP {reason.http_status} · gRPC {_code(reason)}</p>'
                f"<p>{inline(reason.suggested_action)} {retry(reason)}</p></section>"
            )
    lead = f"{len(found)} reasons, each with what to do."
    return Page("/docs/problems", "Errors", "".join(parts), lead, contents, section="/docs/problems")


def _reason(sources: Sources, reason: Reason, users: list[Call], everywhere: bool) -> Page:
    facts = [
        ("Reason", f"<code>{reason.name}</code>"),
        ("HTTP status", str(reason.http_status)),
        ("gRPC status", _code(reason)),
        ("Class", inline(_CLASSES.get(reason.error_class, reason.error_class.lower()))),
        ("Repeat", retry(reason)),
        ("Type", f"<code>/docs/problems#{reason.name}</code>"),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    meaning = prose(text(sources, reason))
    parts = [
        f'<dl class="facts">{listed}</dl><h2 id="meaning">What it means</h2>{meaning}'
        f'<h2 id="do">What to do</h2><p>{inline(reason.suggested_action)}</p>'
    ]
    example = sources.openapi["components"].get("examples", {}).get(reason.name, {}).get("value")
    if example:
        parts.append(f'<h2 id="example">Example</h2>{code(pretty(example), "application/problem+json")}')
    parts.append(f'<h2 id="operations">Where it comes from</h2>{_users(users, everywhere)}')
    return Page(
        problem_path(reason.name),
        reason.title,
        "".join(parts),
        section="/docs/problems",
        kind="error",
        words=f"{reason.name} {reason.http_status} {reason.suggested_action}",
        above=(("/docs/problems", "Errors"),),
    )


def _users(users: list[Call], everywhere: bool) -> str:
    if everywhere:
        return "<p>Any operation can answer this.</p>"
    if not users:
        return "<p>No operation names it: it is answered before a call reaches one, or kept by resources.</p>"
    items = "".join(
        f"<li>{link(operation_path(call.method), escape(words(call.method.name)))} "
        f'<span class="rule">{escape(call.verb)} {escape(call.path)}</span>'
        for call in users
    )
    return f"<ul>{items}</ul>"
