"""Which documents show an element: examples of OpenAPI, and the code in READMEs, guides and samples.

Rule: a field's own name is not enough, for many have the same. A text shows a field where the same piece of code also
names its message, or an RPC by which it travels.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.touched_contract import Graph, Rpc, snake

_SKIPPED = frozenset({"node_modules", "gen", "dist", "build", "site", "venv", "__pycache__"})
_SAMPLES = frozenset({"samples", "examples", "snippets"})
_CODE = (".sh", ".py", ".ts", ".js", ".mjs", ".go", ".json", ".http", ".txt")
_LARGEST = 400_000
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
_INLINE = re.compile(r"`([^`\n]+)`")
# The change log names what once was, and written tables are made anew: neither has to be changed by anybody.
_LOGS = ("CHANGELOG.md", "CAPABILITIES.md")


class Documents:
    """Everything in a checkout that shows callers how something is written."""

    def __init__(self, root: Path, graph: Graph) -> None:
        self._graph = graph
        self._root = root
        self._texts = dict(_texts(root))
        self._pieces: dict[str, list[tuple[int, str]]] = {}
        self._naming: dict[str, list[tuple[str, int, str]]] = {}
        self._operations: Mapping[str, Mapping[str, Any]] | None = None
        self._shown: dict[str, set[str]] = {}

    def showing(self, element: Element, carriers: Sequence[Rpc]) -> Iterator[str]:
        """Every document that shows the element, those of OpenAPI first."""
        yield from self._in_openapi(element, carriers)
        seen = set()
        for path, line, piece in self._pieces_with(element, carriers):
            if path not in seen and (element.kind is not Is.FIELD or _names_field(piece, element)):
                seen.add(path)
                yield f"{path}:{line}"

    def _pieces_with(self, element: Element, carriers: Sequence[Rpc]) -> list[tuple[str, int, str]]:
        """The pieces of code that name the element; for a field, those that name its message or what carries it."""
        named = element.parent if element.kind is Is.FIELD else element.name
        if named not in self._naming:
            if element.kind in (Is.RPC, Is.FIELD):
                wanted = _ways(carriers)
                if element.kind is Is.FIELD:
                    wanted |= _word(element.parent.rpartition(".")[2])
            else:
                wanted = _word(element.short) if element.kind in (Is.MESSAGE, Is.ENUM, Is.VALUE) else {}
            self._naming[named] = list(self._search(wanted)) if wanted else []
        return self._naming[named]

    def _search(self, wanted: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
        """Pieces in which one of the patterns is found; each pattern only where the text that it begins with stands."""
        for path, text in self._texts.items():
            here = [pattern for start, pattern in wanted.items() if start in text]
            if here:
                found = re.compile("|".join(here))
                yield from ((path, line, piece) for line, piece in self._pieces_of(path) if found.search(piece))

    def _pieces_of(self, path: str) -> list[tuple[int, str]]:
        if path not in self._pieces:
            text = self._texts[path]
            self._pieces[path] = list(_of_markdown(text)) if path.endswith(".md") else [(1, text)]
        return self._pieces[path]

    # -- OpenAPI ---------------------------------------------------------------------------------------------------

    def _in_openapi(self, element: Element, carriers: Iterable[Rpc]) -> Iterator[str]:
        for rpc in carriers:
            operation = self._of(rpc)
            if operation is not None and (element.kind is Is.RPC or element.name in self._of_examples(rpc, operation)):
                yield f"gen/openapi.json: {rpc.verb} {rpc.path}"

    def _of(self, rpc: Rpc) -> Mapping[str, Any] | None:
        if self._operations is None:
            self._operations = _operations(self._root)
        found = self._operations.get(f"{rpc.verb} {rpc.path}")
        return found if found is not None and found.get("operationId") else None

    def _of_examples(self, rpc: Rpc, operation: Mapping[str, Any]) -> set[str]:
        """Every field and value that the examples of one operation show."""
        if rpc.name not in self._shown:
            shown = self._shown[rpc.name] = set()
            answer = self._graph.types.get(f"{rpc.response}.{rpc.response_body}", rpc.response)
            for example in _examples(operation.get("requestBody")):
                self._walk(rpc.request, example, shown)
            for status, response in operation.get("responses", {}).items():
                if status.startswith("2"):
                    for example in _examples(response):
                        self._walk(answer, example, shown)
        return self._shown[rpc.name]

    def _walk(self, message: str, example: Any, shown: set[str]) -> None:
        if isinstance(example, list):
            for each in example:
                self._walk(message, each, shown)
        elif isinstance(example, dict):
            for name, field in self._graph.fields.get(message, {}).items():
                value = example.get(name, example.get(field.json_name))
                if value is not None:
                    full_name = f"{message}.{name}"
                    shown |= {full_name, message}
                    self._value(self._graph.types.get(full_name, ""), value, shown)

    def _value(self, kind: str, value: Any, shown: set[str]) -> None:
        element = self._graph.elements.get(kind)
        if element is None:
            return
        if isinstance(value, list):
            for each in value:
                self._value(kind, each, shown)
        elif element.kind is Is.ENUM:
            shown |= {kind, f"{kind}.{value}"}
        elif isinstance(value, dict) and value.keys() & self._graph.fields[kind].keys():
            self._walk(kind, value, shown)
        elif isinstance(value, dict):  # a map
            for each in value.values():
                self._walk(kind, each, shown)


def _examples(body: Any) -> Iterator[Any]:
    for content in (body or {}).get("content", {}).values():
        if "example" in content:
            yield content["example"]
        for each in content.get("examples", {}).values():
            if "value" in each:
                yield each["value"]


def _operations(root: Path) -> dict[str, Mapping[str, Any]]:
    file = root / "gen" / "openapi.json"
    if not file.is_file():
        return {}
    try:
        paths: Mapping[str, Any] = json.loads(file.read_bytes()).get("paths", {})
    except ValueError:  # half-written, or merged badly: it will be made anew, and then says something
        return {}
    return {
        f"{verb.upper()} {path}": operation
        for path, item in paths.items()
        for verb, operation in item.items()
        if isinstance(operation, dict)
    }


# -- texts ---------------------------------------------------------------------------------------------------------


def _ways(carriers: Iterable[Rpc]) -> dict[str, str]:
    """How RPCs are named in any of our languages: a pattern for each way, by what it begins with."""
    wanted: dict[str, str] = {}
    for rpc in carriers:
        for name in (rpc.own, snake(rpc.own), rpc.own[:1].lower() + rpc.own[1:]):
            wanted |= _word(name)
        if rpc.path:
            parts = re.split(r"\{[^}]*\}", rpc.path)
            pattern = r"[^/:\s\"'`]+".join(map(re.escape, parts)) + r"(?![\w/:{$-])"
            wanted[parts[0]] = f"{wanted[parts[0]]}|{pattern}" if parts[0] in wanted else pattern
    return wanted


def _word(name: str) -> dict[str, str]:
    return {name: rf"\b{re.escape(name)}\b"}


def _names_field(piece: str, field: Element) -> bool:
    names = {field.short, field.proto.json_name} - {""}
    return any(name in piece and re.search(rf"\b{re.escape(name)}\b", piece) for name in names)


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Every document and sample with its text."""
    for folder, below, files in os.walk(root):
        here = Path(folder)
        below[:] = sorted(name for name in below if name not in _SKIPPED and not name.startswith("."))
        samples = bool(_SAMPLES & set(here.relative_to(root).parts))
        for name in sorted(files):
            if (name.endswith(".md") and name not in _LOGS) or (samples and name.endswith(_CODE)):
                yield (here / name).relative_to(root).as_posix(), _text(here / name)


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def _of_markdown(text: str) -> Iterator[tuple[int, str]]:
    """Blocks of code, fenced or indented, each as a whole; and the code within lines, all of one line together."""
    block: list[str] = []
    begun, fenced = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            begun = begun or number
            block.append(line)
            continue
        elif inline := _INLINE.findall(line):
            yield number, " ".join(inline)
        if block:
            yield begun, "\n".join(block)
            block, begun = [], 0
    if block:
        yield begun, "\n".join(block)
