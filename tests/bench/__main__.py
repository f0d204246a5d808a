"""`python -m tests.bench`: measures what is asked for, and prints one table."""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from server import settings
from tests.bench import (
    database,
    rows_audit,
    rows_auth,
    rows_calls,
    rows_contracts,
    rows_events,
    rows_gateway,
    rows_invoke,
    rows_routing,
    rows_shadow,
    rows_usage,
)
from tests.bench.run import ReconcileError, Run, Scale, versions
from tests.bench.table import Failed, Row, as_json, render

ROWS: Mapping[str, Callable[[Run], Sequence[Row]]] = {
    "writes": rows_calls.writes,
    "chain": rows_calls.chain,
    "replay": rows_calls.replays,
    "list": rows_calls.lists,
    "auth": rows_auth.api_keys,
    "tokens": rows_auth.access_tokens,
    "audit": rows_audit.shares,
    "reads": rows_audit.reads,
    "seals": rows_audit.chain,
    "gateway": rows_gateway.costs,
    "invoke": rows_invoke.overheads,
    "routing": rows_routing.costs,
    "events": rows_events.deliveries,
    "processes": rows_events.processes,
    "shadow": rows_shadow.callers,
    "usage": rows_usage.costs,
    "contracts": rows_contracts.diffs,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Returns 0 when every row was measured, 1 when one could not be."""
    given = _parser().parse_args(arguments)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    rounds, seconds, clients = (2, 0.5, (16,)) if given.quick else (5, 4.0, (4, 8, 16, 32, 64))
    scale = Scale(given.rounds or rounds, given.seconds or seconds, clients, say, given.processes)
    found: list[Row | Failed] = []
    with contextlib.ExitStack() as stack:
        holder = stack.enter_context(tempfile.TemporaryDirectory(prefix="corridor-bench-", dir=given.directory))
        say("starting PostgreSQL")
        run = Run(scale, stack.enter_context(database.prepared(Path(holder))), stack)
        for name in (name for name in ROWS if not given.only or name in given.only):
            say(name)
            try:
                found += ROWS[name](run)
            except (RuntimeError, OSError, ReconcileError) as error:
                found.append(Failed(name, str(error)))
    length = f"{scale.rounds} rounds of {scale.seconds:g} s a side, taking turns"
    chosen = settings.from_environment()
    server = f"{scale.processes} processes for writes, 1 for the rest"
    server += f"; each {chosen.threads} threads, {chosen.pool_size} connections"
    configuration = versions() | {"server": server, "run": length}
    print(render(found, configuration), end="")
    if given.json:
        given.json.write_text(json.dumps(as_json(found, configuration), indent=2, ensure_ascii=False) + "\n")
    return 1 if any(isinstance(row, Failed) for row in found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="corridor bench", description="How far Corridor is from the limit of the machine."
    )
    parser.add_argument("--quick", action="store_true", help="a rough table within a minute")
    parser.add_argument("--only", action="append", choices=list(ROWS), help="measure only this; can be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table here too, for programs")
    parser.add_argument("--rounds", type=int, help="rounds per row (default 5, with --quick 2)")
    parser.add_argument("--seconds", type=float, help="length of each side of a round (default 4, with --quick 0.5)")
    parser.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count(),
        help="server processes for the rows of writes (default: one per core)",
    )
    parser.add_argument("--directory", default=os.environ.get("TMPDIR"), help="where the database is kept meanwhile")
    return parser


if __name__ == "__main__":
    sys.exit(main())
