"""What every provider can do, as its adapter's manifest and code say. The tables come with the facts."""

from collections.abc import Iterator
from html import escape

from gateway.docs.site import Json, Page, Sources, link
from gateway.docs.text import inline, table


def pages(sources: Sources) -> Iterator[Page]:
    """The overview, and a page for each provider."""
    every, *each = sources.facts["providers"]
    names = "".join(f"<li>{link(_path(section), escape(section['title']))}" for section in each)
    yield Page(
        "/docs/providers",
        "Providers",
        f"<p>The stage is what an adapter's owner claims; how far your company uses a provider is its own: "
        f"<code>GET /v1/providers</code>.</p><ul>{names}</ul>{_tables(every)}",
        "What every provider can do, and how far its adapter has come.",
        [(f"t{number}", str(found["caption"])) for number, found in enumerate(every["tables"], 1)],
        section="/docs/providers",
    )
    for section in each:
        yield Page(
            _path(section),
            section["title"],
            f"<p>{inline(section['lead'])}</p>{_tables(section)}",
            contents=[(f"t{number}", str(found["caption"])) for number, found in enumerate(section["tables"], 1)],
            section="/docs/providers",
            kind="provider",
            words=section["anchor"],
            above=(("/docs/providers", "Providers"),),
        )


def _path(section: Json) -> str:
    return f"/docs/providers/{section['anchor']}"


def _tables(section: Json) -> str:
    made = []
    for number, found in enumerate(section["tables"], 1):
        head = [escape(str(cell)) for cell in found["head"]]
        rows = [[inline(str(cell)) for cell in row] for row in found["rows"]]
        made.append(f'<h2 id="t{number}">{escape(found["caption"])}</h2>{table(head, rows, found["caption"])}')
    return "".join(made)
