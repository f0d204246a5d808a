"""Samples that CI runs, as the guides show them: parts of the files in clients/, by language.

A part lies between `# part: NAME` and `# end` (`//` in TypeScript). A guide names a file, or `file.NAME`; every
language that has it gets a tab. A part in Python comes with the imports and the client that it needs.
"""

import re
from pathlib import Path
from textwrap import dedent

from gateway.docs import preludes

LANGUAGES = (
    ("curl", "clients/curl", ".sh"),
    ("Python", "clients/python/samples", ".py"),
    ("TypeScript", "clients/typescript/samples", ".ts"),
)
_PART = re.compile(r"^[ \t]*(?:#|//) part: ([\w-]+)[ \t]*\n(.*?)^[ \t]*(?:#|//) end[ \t]*$", re.MULTILINE | re.DOTALL)


def parts(file: Path) -> dict[str, str]:
    """The parts of a file, by name."""
    return {name: dedent(text).strip("\n") for name, text in _PART.findall(file.read_text(encoding="utf-8"))}


def of(root: Path, *names: str) -> list[tuple[str, str]]:
    """A sample in every language that has it: for each language, the first of the names that it has.

    A name is a file, or a file and a part: `getting_started.pay`.
    Raises KeyError where no language has it: a guide never shows nothing.
    """
    found = []
    for language, folder, suffix in LANGUAGES:
        told = (_told(root / folder, suffix, name) for name in names)
        if text := next(filter(None, told), ""):
            found.append((language, text))
    if not found:
        raise KeyError(f"no file in clients/ has a sample {' or '.join(names)}")
    return found


def _told(folder: Path, suffix: str, name: str) -> str:
    file, _, part = name.partition(".")
    place = folder / (file + suffix)
    if not place.is_file():
        return ""
    if not part:
        return place.read_text(encoding="utf-8").strip()
    found = parts(place)
    if suffix != ".py" or part not in found:
        return found.get(part, "")
    prelude = preludes.of(place.read_text(encoding="utf-8"), list(found.items()), part)
    return f"{prelude}\n{found[part]}" if prelude else found[part]
