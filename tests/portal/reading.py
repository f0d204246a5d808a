"""What stands in a page of the portal, read by a parser of HTML and not by the code that wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Read:
    """A page."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Read()
        self._code: list[str] | None = None
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        page = self.page
        if "id" in found:
            page.ids.append(found["id"])
        if tag == "a":
            page.links.append(found["href"])
        if tag in ("link", "script", "img", "iframe"):
            page.loads.append(found.get("href") or found.get("src", ""))
        page.inline += [f"{tag} {name}" for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in found):
            page.inline.append(tag)
        if tag in ("h1", "h2", "h3", "h4"):
            page.headings.append(int(tag[1]))
        if tag == "pre":
            self._code = []
        if "data-tab" in found:
            page.tabs.append(found["data-tab"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre" and self._code is not None:
            self.page.codes.append("".join(self._code))
            self._code = None

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if self._code is not None:
            self._code.append(data)


def read(folder: Path) -> Iterator[tuple[str, Read]]:
    """Every page of the folder with its address."""
    for file in sorted(folder.rglob("*.html")):
        reader = _Reader()
        reader.feed(file.read_text(encoding="utf-8"))
        reader.close()
        name = file.relative_to(folder).as_posix().removesuffix(".html")
        yield "/docs" if name == "index" else f"/docs/{name}", reader.page
