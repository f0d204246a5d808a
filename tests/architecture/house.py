"""The house rules as functions from a source to what is wrong with it, so that tests can also try them on wrong ones.

Each answer is a list of lines for people, `path: what is wrong`; an empty list means that the rule is kept.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = frozenset({"corridor", "corridor_client", "corridor_json", "buf"})
HANDWRITTEN = frozenset({"server", "adapters", "gateway", "tests"})
FILE_LINES = 300
FUNCTION_LINES = 60
DOCSTRING_LINES = 6

# Rooms of the server, the lowest first. A room imports itself and what is below it, never its neighbours.
_FLOORS = (
    frozenset({"kit"}),
    frozenset({"store"}),
    frozenset({"platform"}),
    frozenset({"interceptors", "domains"}),
    frozenset({"app"}),
    frozenset({"cli"}),
)
_ALIASES = {
    "settings": "kit",
    "worker": "app",
    "servicers": "app",
    "parts": "app",
}  # single files that belong to a floor
_FLOOR = {room: number for number, rooms in enumerate(_FLOORS) for room in rooms}


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file below some folders of the repository, relative to its root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


def texts(*folders: str) -> Iterator[Path]:
    """Every file that people write, below some folders and at the top of the repository."""
    kinds = {".py", ".md", ".toml", ".yaml", ".yml", ".sql", ".proto", ".html", ".css", ".js", ".sh", ".ini", ".cfg"}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            scripted = path.parent.name == ".ci" and path.is_file()
            if (path.suffix in kinds or scripted) and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)
    yield from (path.relative_to(ROOT) for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix in kinds)


def module_name(path: Path) -> str:
    """The name by which a file is imported."""
    parts = path.with_suffix("").parts
    parts = parts[1:] if parts[0] == "gen" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, source: str) -> Iterator[str]:
    """The full name of everything that a file imports, also where it names a module by a constant text."""
    package = module_name(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module, names, level):
                base = package[: len(package) - level + 1] if level else []
                yield from (".".join([*base, *([module] if module else []), alias.name]) for alias in names)
            case ast.Call(ast.Name("__import__") | ast.Attribute(attr="import_module"), [ast.Constant(str(name)), *_]):
                yield name


def refused_import(importer: str, imported: str) -> str:
    """Why a module may not import another; empty if it may."""
    mine, theirs = importer.split("."), imported.split(".")
    if theirs[0] not in HANDWRITTEN or mine[0] == "tests":
        return ""
    if theirs[0] == "tests":
        return "only tests import tests"
    match mine[0]:
        case "adapters":
            if theirs == ["adapters"]:  # the bare package, whose path discovery walks
                return ""
            if theirs[0] != "adapters":
                return "adapters import gen and adapters.kit"
            return "" if theirs[1:2] in (["kit"], mine[1:2]) else "a provider is no other module's business"
        case "gateway":
            return "" if theirs[0] == "gateway" else "the gateway imports gen only"
        case "server":
            if theirs[0] == "adapters":
                return "" if theirs[1:2] == ["kit"] else "providers are discovered, never imported"
            return _refused_in_server(mine, theirs) if theirs[0] == "server" else "the server knows no gateway"
    return "generated code imports nothing of ours"


def _refused_in_server(mine: list[str], theirs: list[str]) -> str:
    if len(mine) < 2 or len(theirs) < 2:
        return ""
    here, there = (_ALIASES.get(module[1], module[1]) for module in (mine, theirs))
    if unknown := {here, there} - _FLOOR.keys():
        return f"{', '.join(unknown)} has no floor in the house: give it one in tests/architecture/house.py"
    if here == there == "domains" and mine[2:3] and mine[2:3] != theirs[2:3]:
        return "a domain never imports another domain"
    return "" if here == there or _FLOOR[there] < _FLOOR[here] else f"{here} stands below or beside {there}"


def wrong_imports(path: Path, source: str) -> list[str]:
    """Imports that go the wrong way."""
    importer = module_name(path)
    found = ((name, refused_import(importer, name)) for name in imports(path, source))
    return [f"{path}: imports {name}: {why}" for name, why in found if why]


def long_file(path: Path, source: str) -> list[str]:
    """A file that is too long."""
    lines = len(source.splitlines())
    return [f"{path}: {lines} lines"] if lines > FILE_LINES else []


def long_functions(path: Path, source: str) -> list[str]:
    """Functions that are too long."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {lines} lines")
    return found


def missing_docstring(path: Path, source: str) -> list[str]:
    """A file that does not say in one to six lines what it is for."""
    said = [line for line in (ast.get_docstring(ast.parse(source)) or "").splitlines() if line.strip()]
    return [] if 1 <= len(said) <= DOCSTRING_LINES else [f"{path}: opens with {len(said)} lines of docstring"]


_SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|mypy:|ruff:|pyright:|pragma:)", re.IGNORECASE)
_REASONED = re.compile(
    r"#\s(noqa:\s[A-Z]+\d+(,\s?[A-Z]+\d+)*|type:\signore\[[a-z, -]+\])\s+([-—–]|#)\s?\w.{4,}", re.IGNORECASE
)


def unreasoned_suppressions(path: Path, source: str) -> list[str]:
    """Comments that silence a checker without naming the rule and the reason."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            for match in _SUPPRESSION.finditer(token.string):
                if not _REASONED.match(token.string, match.start()):
                    found.append(f"{path}:{token.start[0]}: {token.string}")
    return found


def vendor_words(provider: str) -> re.Pattern[str]:
    """Finds a provider's name however it is written: `one_pay`, `one-pay`, `One Pay`, `OnePay`, `ONE_PAY`."""
    parts = [re.escape(part) for part in provider.split("_")]
    words = rf"(?<![a-z])(?i:{'[ _-]?'.join(parts)})(?![a-zA-Z])"
    camel = "".join(part.capitalize() for part in provider.split("_"))
    return re.compile(rf"{words}|{camel}(?![a-z])")


def strayed_vendor(path: Path, text: str, provider: str) -> list[str]:
    """Lines that name a provider outside of its own two folders and the README's table of providers.

    A row of another adapter's table is let through: there a vendor's own vocabulary names another vendor.
    """
    if path.parts[:2] == ("adapters", provider) or path.parts[:3] == ("tests", "adapters", provider):
        return []
    pattern = vendor_words(provider)
    in_table = path == Path("README.md")
    row = re.compile(rf'\s*"{re.escape(provider)}":' if path.parts[0] == "adapters" else r"(?!)")
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line) and not (in_table and line.startswith("|")) and not row.match(line)
    ]


_LINK = re.compile(r"\]\(([^)\s]+)\)")


def dead_links(path: Path, text: str) -> list[str]:
    """Links to files that do not exist. A guide's links to pages of the portal are followed where these are written."""
    found = []
    for target in _LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        file = target.partition("#")[0]
        if path.is_relative_to("gateway/docs/guides") and target.startswith(("/docs", "/v1/")):
            continue
        if file and not re.match(r"[a-z]+:", file) and not (ROOT / path.parent / file).exists():
            found.append(f"{path}: {target}")
    return found
