"""`python -m gateway.docs IMAGE OPENAPI FACTS ROOT OUT`: writes the portal's files into OUT.

The same sources always give the same bytes. A page whose links lead nowhere is an error.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.contract import Contract
from gateway.docs import errors, events, frame, guides, operations, providers, reference, releases, search
from gateway.docs.fields import Fields
from gateway.docs.site import ASSETS, Page, Sources, digest, link, operation_path, service_path
from gateway.docs.text import words

_LINK = re.compile(r'<a [^>]*?href="(/docs[^"#]*)(?:#([^"]*))?"')
_OUTSIDE = {"/docs/assets"}


def portal(sources: Sources) -> Mapping[str, bytes]:
    """Every file of the portal by its name in the folder."""
    fields = Fields(sources)
    calls = operations.calls(sources)
    log = releases.releases(sources)
    pages = [
        *guides.pages(sources),
        *reference.pages(sources, fields, calls),
        *events.pages(sources, fields, log),
        *errors.pages(sources, calls, reference.common(sources, calls)),
        *providers.pages(sources),
        releases.page(log),
        _missing(),
    ]
    menu, inner = _menu(pages, calls)
    release = next((each.version for each in log if each.version), "none")
    made = {_file(page.path): frame.render(page, menu, release, inner) for page in pages}
    made["search.json"] = search.index(
        (page for page in pages if page.kind != "missing"), reference.found(sources, fields)
    )
    for asset in ("portal.css", "portal.js", "icon.svg"):
        stem, _, suffix = asset.partition(".")
        made[f"assets/{stem}.{digest(asset)}.{suffix}"] = (ASSETS / asset).read_bytes()
    _check(made)
    return made


def _missing() -> Page:
    body = (
        "<p>It may have moved, or the address has a typing error.</p><ul>"
        f"<li>{link('/docs', 'Start')}<li>{link('/docs/api', 'API reference')}"
        f"<li>{link('/docs/events', 'Events')}<li>{link('/docs/problems', 'Errors')}</ul>"
    )
    return Page("/docs/404", "There is no such page", body, kind="missing")


def _menu(pages: list[Page], calls: reference.Calls) -> tuple[frame.Menu, dict[str, list[tuple[str, str]]]]:
    """The navigation, and what shows below the service that is current."""
    titles = {page.path: page.title for page in pages}
    titles["/docs"] = "Start"
    guide = [(guides.path(name), guides.path(name), titles[guides.path(name)]) for name in ("home", *guides.ORDER)]
    by_service = reference.services(calls)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for service in by_service:
        at = service_path(service)
        groups.setdefault(reference.package(service), []).append((at, at, reference.title(service)))
    menu: list[tuple[str, list[tuple[str, str, str]]]] = [("Guides", guide)]
    plain = [("/docs/api", "API reference"), ("/docs/events", "Events"), ("/docs/problems", "Errors"),
             ("/docs/providers", "Providers"), ("/docs/changes", "Change log")]  # fmt: skip
    menu.append(("Reference", [(at, at, text) for at, text in plain]))
    menu += [(f"API: {name}", entries) for name, entries in groups.items()]
    inner = {
        service_path(service): [(operation_path(call.method), words(call.method.name)) for call in found]
        for service, found in by_service.items()
    }
    return menu, inner


def _file(path: str) -> str:
    return "index.html" if path == "/docs" else path.removeprefix("/docs/") + ".html"


def _check(made: Mapping[str, bytes]) -> None:
    """Every link within the portal leads to a page, and to something on it."""
    pages = {name: body.decode() for name, body in made.items() if name.endswith(".html")}
    anchors = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in pages.items()}
    wrong = sorted({f"{name}: {to}" for name, text in pages.items() for to in _lost(text, anchors)})
    if wrong:
        raise ValueError("links lead nowhere: " + "; ".join(wrong[:20]))


def _lost(text: str, anchors: Mapping[str, set[str]]) -> Iterator[str]:
    for path, at in set(_LINK.findall(text)):
        name = _file(path)
        if name not in anchors or (at and at not in anchors[name]):
            yield f"{path}#{at}" if at else path


def main() -> int:
    """Writes the files. Returns the exit code."""
    if len(sys.argv) != 6:
        print("usage: python -m gateway.docs IMAGE OPENAPI FACTS ROOT OUT", file=sys.stderr)
        return 2
    image, openapi, facts, root, out = map(Path, sys.argv[1:])
    sources = Sources.of(Contract.load(image), json.loads(openapi.read_bytes()), json.loads(facts.read_bytes()), root)
    for name, body in portal(sources).items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
