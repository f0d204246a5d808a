"""The change log of the contract, release by release, and what has changed since the last one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from gateway.docs.site import Page, Sources
from gateway.docs.text import inline

_ENTRY = re.compile(r"^## (\S+) — (\S+)$", re.MULTILINE)
_UNRELEASED = "Not released yet"


@dataclass(frozen=True, slots=True)
class Release:
    """One release. Each line says what happened first: `added: rpc …`."""

    version: str
    day: str
    note: str
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        """As headings name it."""
        return f"{self.version} — {self.day}" if self.version else _UNRELEASED

    @property
    def path(self) -> str:
        """Where it is described."""
        return f"/docs/changes#{self.version or 'next'}"


def releases(sources: Sources) -> list[Release]:
    """The newest first; what is not released yet before all."""
    text = (sources.root / "proto" / "CHANGELOG.md").read_text(encoding="utf-8")
    pieces = _ENTRY.split(text)[1:]
    found = [_release(*pieces[at : at + 3]) for at in range(0, len(pieces), 3)]
    if waiting := sources.facts.get("unreleased", []):
        found.insert(0, Release("", "", "What the contracts have beyond the last release.", tuple(waiting)))
    return found


def _release(version: str, day: str, text: str) -> Release:
    lines, word, note = [], "", []
    for line in text.strip().split("\n"):
        if line.startswith("### "):
            word = line[4:].lower()
        elif line.startswith("- "):
            lines.append(f"{word}: {line[2:]}")
        elif not word and line and not line.startswith("image:"):
            note.append(line)
    return Release(version, day, " ".join(note), tuple(lines))


def page(found: list[Release]) -> Page:
    """The change log as a page."""
    parts, contents = [], []
    for release in found:
        at = release.version or "next"
        contents.append((at, release.version or "Next"))
        parts.append(f'<h2 id="{at}">{escape(release.title)}</h2><p>{inline(release.note)}</p>')
        parts.extend(_groups(release))
    lead = "What each release of the contract brought, the newest first."
    return Page("/docs/changes", "Change log", "".join(parts), lead, contents, section="/docs/changes")


def _groups(release: Release) -> Iterator[str]:
    for word in dict.fromkeys(line.split(": ", 1)[0] for line in release.lines):
        lines = [line.split(": ", 1)[1] for line in release.lines if line.startswith(word + ": ")]
        items = "".join(f"<li>{inline(line.replace('`corridor.', '`'))}" for line in lines)
        yield f"<details><summary>{escape(word.capitalize())} ({len(lines)})</summary><ul>{items}</ul></details>"
