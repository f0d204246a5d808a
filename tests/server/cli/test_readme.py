"""The README says what the code does: its settings and commands are those that there are."""

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from server import settings
from server.cli.main import COMMANDS

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
ROWS = dict(re.findall(r"^\| `(CORRIDOR_\w+)` \| (.+?) \|", README, re.MULTILINE))
# Their default is not a value but a rule, which the table tells in words.
IN_WORDS = {
    "CORRIDOR_DATABASE_URL",
    "CORRIDOR_OWNER_DATABASE_URL",
    "CORRIDOR_MASTER_KEY",
    "CORRIDOR_POOL_SIZE",
    "CORRIDOR_PROVIDER_CALLS",
    "CORRIDOR_AUDIT_CHECKPOINTS",
}


def defaults(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    for name in [name for name in os.environ if name.startswith("CORRIDOR_")]:
        monkeypatch.delenv(name)
    found = settings.from_environment()
    return {f"CORRIDOR_{field.name.upper()}": getattr(found, field.name) for field in fields(found)}


def test_every_setting_is_in_the_readme_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(defaults(monkeypatch)) == sorted(ROWS)


def test_the_defaults_in_the_readme_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"True": "on", "False": "off", "": "none", "{}": "none", "()": "none"}
    told = {
        name: f"`{value.name}`" if isinstance(value, Path) else words.get(str(value), str(value))
        for name, value in defaults(monkeypatch).items()
        if name not in IN_WORDS
    }

    assert told == {name: text for name, text in ROWS.items() if name not in IN_WORDS}


def test_every_setting_is_read_from_the_variable_of_its_name() -> None:
    source = (ROOT / "server" / "settings.py").read_text()

    assert sorted(ROWS) == sorted(set(re.findall(r'"(CORRIDOR_\w+)"', source)))


def test_every_command_is_in_the_readme() -> None:
    section = README.partition("## Commands")[2].partition("\n## ")[0]

    assert sorted(COMMANDS) == sorted(set(re.findall(r"^\| `corridor (\w+)", section, re.MULTILINE)))


def test_the_two_commands_are_those_of_the_script() -> None:
    script = (ROOT / "corridor").read_text()

    assert "./corridor demo" in README
    assert "./corridor test" in README
    assert 'command == "test"' in script
