"""The catalogue as Markdown and as one HTML page, made of what `GET /v1/providers` says of this repository's adapters.

`corridor gen` runs it as a program, since it imports what was just made:
`python -m server.cli.contracts.provider_tables markdown`, or `html`.
"""

import sys
from collections.abc import Iterator, Sequence
from html import escape

from adapters.kit import discovery
from server.cli.contracts.provider_facts import Section, Table, sections
from server.platform.providers.description import all_described

_LEAD = (
    "Written by `corridor gen` from the adapters' manifests and code; never edited. The stage is what an adapter's "
    "owner claims; how far a company uses a provider is its own (`GET /v1/providers`)."
)
_STYLE = """
:root { color-scheme: light dark; --line: #c9ced6; --head: #eef1f5; --text: #1b2330; --dim: #4a5567; --link: #0b57d0 }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a4352; --head: #222a36; --text: #e8ecf2; --dim: #aab4c3; --link: #8ab4f8 }
  body { background: #12161d }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25 } h2 { font-size: 1.25rem; margin-top: 2.5rem }
p { color: var(--dim); max-width: 45rem } a { color: var(--link) }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0 }
nav a { display: inline-block; padding: .35rem 0 }
.wide { overflow-x: auto; margin: 0 0 1rem; border: 1px solid var(--line); border-radius: .4rem }
.wide:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
.many { min-width: 60rem } .many td, .many th { overflow-wrap: break-word }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem; border-top: 1px solid var(--line) }
thead th { background: var(--head); white-space: nowrap; border-top: 0 } tbody th { font-weight: 500; min-width: 7rem }
@media print { .wide { overflow: visible; border: 0 } .many { min-width: 0 } }
"""


def markdown(found: Sequence[Section]) -> Iterator[str]:
    """The tables as Markdown, line by line."""
    yield f"# Providers\n\n{_LEAD}"
    for section in found:
        yield f"\n## {_cell(section.title)}"
        if section.lead:
            yield f"\n{section.lead}"
        for table in section.tables:
            yield f"\n### {_cell(table.caption)}\n"
            yield f"| {' | '.join(table.head)} |"
            yield "|" + "---|" * len(table.head)
            for row in table.rows:
                yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def html(found: Sequence[Section]) -> Iterator[str]:
    """The tables as one page that needs nothing else, line by line."""
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Providers · Corridor</title>'
    yield f"<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n<h1>Providers</h1>\n<p>{_prose(_LEAD)}</p>\n</header>"
    yield '<nav aria-label="Providers">\n<ul>'
    for section in found:
        yield f'<li><a href="#{escape(section.anchor)}">{escape(section.title)}</a></li>'
    yield "</ul>\n</nav>\n<main>"
    for section in found:
        heading = f"h-{section.anchor}"
        yield f'<section id="{escape(section.anchor)}" aria-labelledby="{escape(heading)}">'
        yield f'<h2 id="{escape(heading)}">{escape(section.title)}</h2>'
        if section.lead:
            yield f"<p>{escape(section.lead)}</p>"
        for number, table in enumerate(section.tables, 1):
            yield from _table(table, f"{section.anchor}-{number}")
        yield "</section>"
    yield "</main>\n</body>\n</html>"


def _table(table: Table, anchor: str) -> Iterator[str]:
    # The title stands outside of what scrolls. A region that scrolls has to be reachable by keyboard, and be named.
    name = f'aria-labelledby="{escape(anchor)}"'
    wide = ' class="many"' if len(table.head) > 4 else ""
    yield f'<h3 id="{escape(anchor)}">{escape(table.caption)}</h3>'
    yield f'<div class="wide" role="region" {name} tabindex="0">\n<table{wide} {name}>'
    yield "<thead><tr>" + "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head) + "</tr></thead>"
    yield "<tbody>"
    for first, *others in table.rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody>\n</table>\n</div>"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _prose(text: str) -> str:
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _ours() -> list[Section]:
    """Of the adapters of this repository: what happens to be installed beside it must not change its files."""
    ours = {name: each for name, each in discovery.providers().items() if each.package.startswith("adapters.")}
    return list(sections(all_described(ours)))


if __name__ == "__main__":
    lines = markdown(_ours()) if sys.argv[1] == "markdown" else html(_ours())
    sys.stdout.write("\n".join(lines) + "\n")
