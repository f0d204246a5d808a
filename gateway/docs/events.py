"""The event catalogue: each event's meaning, schema, example, and what every release of the contract changed in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from protobuf import DescMessage

from gateway.docs.fields import Fields
from gateway.docs.releases import Release
from gateway.docs.site import Json, Page, Sources, event_path, link
from gateway.docs.text import code, first_sentence, inline, pretty, prose, words


@dataclass(frozen=True, slots=True)
class Event:
    """One type of event, with the message that carries its data."""

    type: str
    message: DescMessage
    operation: Json

    @property
    def subject(self) -> str:
        """What it is about: `payout` of `payout.settled`."""
        return self.type.split(".")[0]


def events(sources: Sources) -> list[Event]:
    """Every event, by type."""
    found = {}
    for descriptor in sources.contract.registry:
        if isinstance(descriptor, DescMessage):
            facts = sources.contract.option(descriptor, "corridor.options.v1.event")
            if facts is not None and facts.type in sources.openapi.get("webhooks", {}):
                operation = sources.openapi["webhooks"][facts.type]["post"]
                found[facts.type] = Event(facts.type, descriptor, operation)
    return [found[name] for name in sorted(found)]


def pages(sources: Sources, fields: Fields, releases: list[Release]) -> Iterator[Page]:
    """The catalogue, and a page for each event."""
    found = events(sources)
    yield _catalogue(sources, found)
    for event in found:
        yield _event(sources, fields, event, releases)


def _catalogue(sources: Sources, found: list[Event]) -> Page:
    parts = [
        "<p>An event says that a resource changed. Webhook endpoints receive it, and "
        "<code>GET /v1/events</code> lists it. "
        f"{link('/docs/guides/webhooks', 'How to receive webhooks')}.</p>"
    ]
    contents = []
    for subject, group in groupby(found, key=lambda event: event.subject):
        name = subject.replace("_", " ").capitalize()
        contents.append((subject, name))
        parts.append(f'<h2 id="{subject}">{escape(name)}</h2><dl class="list">')
        for event in group:
            told = first_sentence(sources.texts.get(event.message.type_name, ""))
            parts.append(
                f"<dt>{link(event_path(event.type), f'<code>{event.type}</code>')}</dt><dd>{inline(told)}</dd>"
            )
        parts.append("</dl>")
    lead = f"{len(found)} types of events."
    return Page("/docs/events", "Events", "".join(parts), lead, contents, section="/docs/events")


def _event(sources: Sources, fields: Fields, event: Event, releases: list[Release]) -> Page:
    content = next(iter(event.operation["requestBody"]["content"].values()))
    text = sources.texts.get(event.message.type_name, "")
    envelope = {"$ref": "#/components/schemas/Event"}
    data = {"$ref": f"#/components/schemas/{event.message.name}"}
    known = sources.openapi["components"]["schemas"]
    parts = [
        prose(text),
        '<h2 id="schema">Schema</h2><p>The body of the webhook, and what <code>ListEvents</code> returns. '
        "Sensitive fields are masked in webhooks.</p>",
        fields.listed(envelope, 0) if "Event" in known else "",
        f'<h3 id="data"><code>data</code></h3>{fields.listed(data, 1) if event.message.name in known else ""}',
    ]
    example = content.get("example")
    if example is None:
        example = next((sources.resolve(each).get("value") for each in content.get("examples", {}).values()), None)
    if example is not None:
        parts.append(f'<h2 id="example">Example</h2>{code(pretty(example), "Body of the webhook")}')
    parts.append(f'<h2 id="changes">Change log</h2>{_changes(event, releases)}')
    return Page(
        event_path(event.type),
        event.type,
        "".join(parts),
        contents=(("schema", "Schema"), ("example", "Example"), ("changes", "Change log")),
        section="/docs/events",
        kind="event",
        words=f"{words(event.message.name)} {first_sentence(text)}",
        above=(("/docs/events", "Events"),),
    )


def _changes(event: Event, releases: list[Release]) -> str:
    """Releases in which the event, or a message that it carries, was added or changed."""
    carried = [field.value.message.type_name for field in event.message.fields if hasattr(field.value, "message")]
    names = [event.message.type_name, *(name for name in carried if name.startswith("corridor."))]
    rows = []
    for release in releases:
        lines = [line for line in release.lines if _is_of(line, names)]
        new = next((line for line in lines if f"message `{event.message.type_name}`" in line and "added" in line), "")
        if new:
            rows.append((release, ["The event is new."]))
            break
        if lines:
            rows.append((release, [re.sub(r"`corridor\.", "`", line) for line in lines]))
    if not rows:
        return "<p>Not in a release yet.</p>"
    parts = [
        f"<dt>{link(release.path, escape(release.title))}</dt>"
        f"<dd><ul>{''.join(f'<li>{inline(line)}' for line in lines)}</ul></dd>"
        for release, lines in rows
    ]
    return f'<dl class="list">{"".join(parts)}</dl>'


def _is_of(line: str, names: list[str]) -> bool:
    found = re.search(r"`([^`]+)`", line)
    return found is not None and any(found[1] == name or found[1].startswith(name + ".") for name in names)
