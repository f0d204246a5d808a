"""What an operator's commands work with: the parts of a process, on the database of the installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.cli.database import Database
    from server.parts import Parts


@contextmanager
def operating() -> "Iterator[tuple[Parts, Database]]":
    """The parts, and the database that they are on, while the block runs. Only warnings are logged."""
    from server import parts, settings
    from server.cli import database
    from server.kit import logs

    found = settings.from_environment()
    logs.configure("warning")
    with database.opened(found) as opened:
        database.require_current(opened)
        made = parts.build(found, opened.url)
        try:
            yield made, opened
        finally:
            made.close()
