"""`python -m tests.security`: try every attack on a Corridor of its own, and print the attack table by class."""

import sys
import tempfile
from pathlib import Path

import structlog

from server.store import embedded, migrate
from tests.security import attacks
from tests.security.stage import staged
from tests.serving import running


def main() -> int:
    """Print the table. Returns 1 when something got in, or broke."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory(prefix="corridor-attacks-") as holder:
        Path(holder).chmod(0o755)
        with embedded.start(Path(holder) / "postgres", durable=False) as database:
            migrate.upgrade(database.owner_dsn)
            with running(database.owner_dsn, Path(holder)) as corridor, staged(corridor) as stage:
                tallies = [attacks.run(name, stage) for name in sorted(attacks.classes())]
    print(attacks.table(tallies))
    for tally in tallies:
        for found in tally.got_in[:20]:
            print(f"{tally.name}: {found.what}: {found.answer or 'got in'}", file=sys.stderr)
        for line in tally.broken[:20]:
            print(f"{tally.name}: logged {line}", file=sys.stderr)
    return 0 if all(tally.held for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
