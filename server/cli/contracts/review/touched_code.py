"""Which of our Python files use an element: read, write, make, name, serve or implement it, as their syntax trees say.

Rule: types are followed as far as one file tells them (imports, annotations, constructors, names such as `payout` for a
Payout). What nobody can tell is not claimed.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.touched_contract import Graph, snake
from server.cli.contracts.review.touched_syntax import Found, Names, read_file

_SERVER = ("server/domains", "server/platform")
_ORDER = ("serves", "implements", "makes", "writes", "reads", "uses")


class Code:
    """The Python files of a checkout that can have to do with the contract."""

    def __init__(self, root: Path, graph: Graph) -> None:
        self._graph = graph
        self._names = Names.of(graph)
        self._texts = dict(_python(root))
        self._ports = {
            path.rpartition("/")[2][:-3]: set(re.findall(r"^    def (\w+)\(self, call", text, re.MULTILINE))
            for path, text in _python_of(root, "adapters/kit/ports")
        }
        self._seen: dict[str, Found] = {}
        self._by_type: dict[str, set[str]] = defaultdict(set)
        for field, kind in graph.types.items():
            self._by_type[kind].add(field.rpartition(".")[2])

    def uses(self, element: Element) -> Mapping[str, tuple[str, ...]]:
        """Every file that uses an element, with what it does with it."""
        if element.kind is Is.RPC:
            return self._serving(element)
        return {
            path: tuple(sorted(found, key=_ORDER.index))
            for path in self._candidates(element)
            if (found := self._found(path, element))
        }

    def implementing(self, element: Element) -> Mapping[str, str]:
        """For an RPC, the adapters that implement the port's method of the same name."""
        method, domain = snake(element.short), element.package.split(".")[1]
        if method not in self._ports.get(domain, ()):
            return {}
        defined = re.compile(rf"^    def {method}\(self, call", re.MULTILINE)
        return {
            path.split("/")[1]: method
            for path, text in self._texts.items()
            if path.startswith("adapters/") and defined.search(text)
        }

    def _serving(self, element: Element) -> dict[str, tuple[str, ...]]:
        begun = f"    def {element.short}(self, "  # to be looked for before the pattern, which is dear
        defined = re.compile(rf"^{re.escape(begun)}\w+: ", re.MULTILINE)
        service = element.parent.rpartition(".")[2]
        return {
            path: ("serves",)
            for path, text in self._texts.items()
            if path.startswith("server/") and begun in text and service in text and defined.search(text)
        }

    def _candidates(self, element: Element) -> Iterable[str]:
        """Files whose text can hold a use. Parsing is dear: only these are parsed, and parsing then tells."""
        near: Iterable[str] = ()
        wanted: Iterable[str] = (element.short,)
        if element.kind is Is.ENUM:
            wanted = (element.short, *self._graph.values[element.name])
        elif element.kind in (Is.FIELD, Is.ONEOF):
            message = element.parent.rpartition(".")[2]
            near = (message, snake(message), *self._by_type[element.parent])
        elif element.kind not in (Is.VALUE, Is.MESSAGE):
            return
        around = self._around(frozenset(near)) if near else self._texts
        for path in around:
            text = self._texts[path]
            if any(word in text for word in wanted):
                yield path

    @functools.cache  # noqa: B019 - it lives as long as one review
    def _around(self, near: frozenset[str]) -> tuple[str, ...]:
        """The files in which any of these words stands."""
        return tuple(path for path, text in self._texts.items() if any(word in text for word in near))

    def _found(self, path: str, element: Element) -> set[str]:
        if path not in self._seen:
            self._seen[path] = read_file(self._texts[path], self._names)
        seen = self._seen[path]
        if element.kind in (Is.VALUE, Is.ENUM):
            return {"uses"} if seen.words & {element.short, *self._graph.values[element.name]} else set()
        found = seen.done.get(element.name, set())
        return found - {"uses"} if len(found) > 1 else found


def _python(root: Path) -> Iterable[tuple[str, str]]:
    adapters = root / "adapters"
    folders = sorted(each.name for each in adapters.iterdir() if each.is_dir()) if adapters.is_dir() else []
    for folder in [*(f"adapters/{name}" for name in folders if name != "kit"), *_SERVER]:
        yield from _python_of(root, folder)


def _python_of(root: Path, folder: str) -> Iterable[tuple[str, str]]:
    for path in sorted((root / folder).rglob("*.py")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8", errors="replace")
