"""The frame around each page: head, header, navigation, contents and foot. No inline script, nothing from elsewhere."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from gateway.docs.site import Page, digest, link
from gateway.docs.text import inline

Menu = Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
"""Groups of entries: title, then (section, path, words) of each."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{description}<link rel="stylesheet" href="/docs/assets/portal.{css}.css">
<link rel="icon" href="/docs/assets/icon.{icon}.svg" type="image/svg+xml">
<script src="/docs/assets/portal.{js}.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/docs">Corridor</a>
<a class="menu-link" href="#menu">Menu</a>
<div id="search" hidden></div>
<nav class="quick" aria-label="Quick">
<a href="/docs/api">API</a><a href="/docs/events">Events</a><a href="/docs/problems">Errors</a>
</nav>
</header>
<div class="columns">
<nav id="menu" aria-label="Documentation">
<a class="close" href="#main">Close menu</a>
{menu}</nav>
<main id="main" tabindex="-1">
{trail}<h1>{heading}</h1>
{lead}{body}
</main>
{contents}</div>
<footer>Made from the contract, release {release}.
<a href="/v1/openapi.json">openapi.json</a> · <a href="/docs/changes">Change log</a></footer>
</body>
</html>
"""


def render(page: Page, menu: Menu, release: str, inner: Mapping[str, Sequence[tuple[str, str]]]) -> bytes:
    """The page as it is served. `inner` has the entries that show below a section when it is the current one."""
    title = "Corridor documentation" if page.path == "/docs" else f"{page.title} · Corridor"
    summary = " ".join(page.lead.split()).replace("`", "")
    values = {
        "title": escape(title),
        "description": f'<meta name="description" content="{escape(summary)}">\n' if summary else "",
        "css": digest("portal.css"),
        "js": digest("portal.js"),
        "icon": digest("icon.svg"),
        "menu": _menu(page, menu, inner),
        "trail": _trail(page),
        "heading": escape(page.title, quote=False),
        "lead": f'<p class="lead">{inline(page.lead)}</p>\n' if page.lead else "",
        "body": page.body,
        "contents": _contents(page),
        "release": escape(release),
    }
    # In one pass: what is put in may have braces of its own.
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], _PAGE).encode()


def _menu(page: Page, menu: Menu, inner: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    made = []
    for title, entries in menu:
        items = []
        for section, path, words in entries:
            here = section == page.section
            current = ' aria-current="page"' if path == page.path else ""
            below = "".join(_entry(at, text, page.path) for at, text in inner.get(section, ())) if here else ""
            below = f"<ul>{below}</ul>" if below else ""
            items.append(f'<li><a href="{escape(path)}"{current}>{escape(words)}</a>{below}')
        made.append(f"<h2>{escape(title)}</h2>\n<ul>{''.join(items)}</ul>\n")
    return "".join(made)


def _entry(path: str, text: str, here: str) -> str:
    current = ' aria-current="page"' if path == here else ""
    return f'<li><a href="{escape(path)}"{current}>{escape(text)}</a>'


def _trail(page: Page) -> str:
    if not page.above:
        return ""
    steps = "".join(f"<li>{link(path, escape(words))}</li>" for path, words in page.above)
    return f'<nav class="trail" aria-label="Where this is"><ol>{steps}</ol></nav>\n'


def _contents(page: Page) -> str:
    if len(page.contents) < 2:
        return ""
    items = "".join(f'<li><a href="#{escape(at)}">{escape(text, quote=False)}</a>' for at, text in page.contents)
    return f'<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>{items}</ul></nav>\n'
