"""`corridor demo`: the whole way of a payout on this machine, in a directory that is gone afterwards.

Rule: it takes nothing from the environment and leaves nothing behind, save the logs of a run that failed.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

import click

# The demo's own settings. Waits are shorter than usual, so that they need not be watched.
_SETTINGS = {
    "CORRIDOR_ALLOW_PRIVATE_ENDPOINTS": "on",
    "CORRIDOR_UNKNOWN_SECONDS": "0.4",
    "CORRIDOR_POLL_SECONDS": "0.2",
    "CORRIDOR_TEST_PROVIDER": "on",
    "CORRIDOR_REFLECTION": "on",
}


@click.command()
def demo() -> None:
    """Watch a payout go from POST /v1/payouts to a provider and back, and leave as a signed webhook.

    Starts every part on free ports and an empty database, shows each step with its id and duration, and ends.
    Exit code 0 means that everything was as it should be.

    \b
    Example: corridor demo
    """
    from server.cli import processes

    processes.interruptible()
    for name in [name for name in os.environ if name.startswith(("CORRIDOR_", "OTEL_"))]:
        del os.environ[name]
    directory = Path(tempfile.mkdtemp(prefix="corridor-demo-"))
    os.environ.update(_SETTINGS, CORRIDOR_DATA_DIR=str(directory))
    try:
        _run()
    except click.ClickException as error:
        shutil.rmtree(directory / "postgres", ignore_errors=True)
        raise click.ClickException(f"{error.message} The logs are in {directory / 'logs'}.") from None
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    shutil.rmtree(directory, ignore_errors=True)


def _run() -> None:
    from server import settings
    from server.cli import stack
    from server.cli.journey import Journey
    from server.cli.receiver import Receiver
    from server.cli.screen import Screen, seconds_text

    screen = Screen()
    began = time.monotonic()
    screen.heading("Starting Corridor on free ports")
    with stack.running(settings.from_environment(), stack.Ports(), {}, screen, None) as running:
        receiver = Receiver()
        try:
            Journey(running, screen, receiver).run()
        finally:
            receiver.close()
        screen.heading("Stopping")
    screen.heading(f"Done in {seconds_text(time.monotonic() - began)}. `corridor up` runs the same, and stays.")
