"""What a part of a Python sample needs of the lines outside of all parts: imports, and the client.

Rule: each such line is shown once, before the first part that uses it, so that parts copied in order run.
"""

import ast
from collections.abc import Iterator, Sequence

_CLIENT = "client"


def of(text: str, parts: Sequence[tuple[str, str]], wanted: str) -> str:
    """The lines that belong before the wanted part of a file, whose parts are given in order."""
    inside = "\n".join(body for _, body in parts)
    lines = [node for node in ast.parse(text).body if _given(node) and _source(text, node) not in inside]
    shown: set[ast.stmt] = set()
    for name, body in parts:
        needed = _needed(lines, _names(ast.parse(body))) - shown
        if name == wanted:
            return "".join(_written(text, [node for node in lines if node in needed]))
        shown |= needed
    raise KeyError(wanted)


def _needed(lines: Sequence[ast.stmt], names: set[str]) -> set[ast.stmt]:
    """The lines that give these names, and what those lines need themselves, which stands above them."""
    found = set()
    for node in reversed(lines):
        if _given(node) & names:
            found.add(node)
            names |= _names(node)
    return found


def _given(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == _CLIENT:
        return {_CLIENT}
    return set()


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _source(text: str, node: ast.stmt) -> str:
    return ast.get_source_segment(text, node) or ""


def _written(text: str, lines: Sequence[ast.stmt]) -> Iterator[str]:
    """The lines as they stand in the file, also with a blank line between them where there is one."""
    end = lines[0].lineno if lines else 0
    for node in lines:
        if "" in (line.strip() for line in text.splitlines()[end : node.lineno - 1]):
            yield "\n"
        yield _source(text, node) + "\n"
        end = node.end_lineno or node.lineno
