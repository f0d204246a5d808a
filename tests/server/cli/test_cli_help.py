"""Help: every command has it, with an example, and asking for it is quick."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from server.cli.main import corridor


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for each in group.list_commands(context):
        found = group.get_command(context, each)
        assert found is not None
        yield f"{name} {each}", found
        if isinstance(found, click.Group):
            yield from commands(found, f"{name} {each}")


ALL = dict(commands(corridor, "corridor"))
# Those that need no example: their name and their options say it all.
PLAIN = {name for name in ALL if name.startswith(("corridor contracts", "corridor gen"))}


@pytest.mark.parametrize("name", ALL)
def test_every_command_says_what_it_does(name: str) -> None:
    first = (ALL[name].help or "").strip().splitlines()[0]

    assert first.endswith(".")


@pytest.mark.parametrize("name", sorted(ALL.keys() - PLAIN))
def test_every_command_has_an_example(name: str) -> None:
    command = ALL[name]

    assert isinstance(command, click.Group) or "Example" in (command.help or "")


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_is_for(name: str) -> None:
    options = [each for each in ALL[name].params if isinstance(each, click.Option)]

    assert [] == [each.name for each in options if not each.help]


def test_help_needs_none_of_the_heavy_packages() -> None:
    code = """
import sys
from server.cli.main import corridor
corridor.main(["--help"], prog_name="corridor", standalone_mode=False)
print(sorted({"grpc", "sqlalchemy", "psycopg", "rich", "httpx", "google.protobuf"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.splitlines()[-1]


def test_a_command_that_does_not_exist_is_a_mistake_in_usage() -> None:
    done = subprocess.run([sys.executable, "-m", "server.cli", "fly"], capture_output=True, text=True, check=False)

    assert 2 == done.returncode
    assert "No such command 'fly'" in done.stderr
