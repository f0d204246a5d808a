"""The command `corridor`: finds the groups, and turns what can be expected to go wrong into one line.

Rule: modules of this folder import click alone when they are imported; what a command needs it imports when it runs.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version

import click

from server.cli import explain

# In the order of a newcomer's day. The value is where the command is defined.
COMMANDS: Mapping[str, str] = {
    "demo": "server.cli.demo:demo",
    "up": "server.cli.up:up",
    "call": "server.cli.call:call",
    "timeline": "server.cli.timeline:timeline",
    "work": "server.cli.work:work",
    "replay": "server.cli.replay:replay",
    "health": "server.cli.health:health",
    "routes": "server.cli.routes:routes",
    "shadow": "server.cli.shadow:shadow",
    "sweep": "server.cli.sweep:sweep",
    "keys": "server.cli.keys:keys",
    "clients": "server.cli.clients:clients",
    "certificates": "server.cli.certificates:certificates",
    "vault": "server.cli.vault:vault",
    "limits": "server.cli.limits:limits",
    "adapter": "server.cli.adapter:adapter",
    "drill": "server.cli.drill:drill",
    "audit": "server.cli.audit:audit",
    "db": "server.cli.db:db",
    "serve": "server.cli.serve:serve",
    "bench": "server.cli.bench:bench",
    "gen": "server.cli.contracts:gen",
    "contracts": "server.cli.contracts:contracts",
    "wheels": "server.cli.wheels:wheels",
}


class _Lazy(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(importlib.import_module(module), name)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence, where click would cut it short."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(limit=200)) for name, command in found if command])


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"corridor {version('corridor')}")
        ctx.exit()


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="The version."
)
def corridor() -> None:
    """Corridor: the boundary between a regulated product and its vendors.

    \b
    corridor demo                     watch one payout go all the way, and end
    corridor up                       run everything here, until Ctrl-C
    corridor COMMAND --help           what a command does, with an example
    """


def main() -> None:
    """Run the command line and end the process: 0 done, 1 failed, 2 used wrongly, 130 interrupted."""
    try:
        code = corridor.main(prog_name="corridor", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; nothing is left to be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except Exception as error:
        line = explain.in_one_line(error)
        if line is None:
            raise
        click.echo(f"Error: {line}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
