"""Three changes of the real contracts for a reviewer to judge: harmless, tightening, breaking. Each is a patch.

Rule: a patch names its lines by their words and not by number, so that it holds while other lines move.
"""

import functools
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from server.cli.contracts import ROOT
from server.cli.contracts.review import compiling, owners, reviewing
from server.cli.contracts.review.model import Review, Side

TODAY = date(2026, 11, 21)
NAMES = ("harmless", "tightening", "breaking")

_FOLDER = Path(__file__).parent / "prepared"
_METHOD = "corridor.payouts.v1.PayoutService"

USAGE: dict[str, Any] = {
    "days": 90,
    "from": "2026-08-23",
    "until": "2026-11-21",
    "uses": [
        {
            "company_id": "co_01kafz3q9x7m2c5v8b1n4d6g0h",
            "environment": "live",
            "caller_kind": "api_key",
            "caller_id": "key_01kafz3q9x7m2c5v8b1n4d6g0h",
            "caller_title": "Payroll",
            "method": f"{_METHOD}.CreatePayout",
            "calls": 1204,
            "first_date": "2026-08-24",
            "last_date": "2026-11-20",
            "fields": {"corridor.payouts.v1.CreatePayoutRequest.reference": 1190},
        },
        {
            "company_id": "co_01kafz3q9x7m2c5v8b1n4d6g0h",
            "environment": "live",
            "caller_kind": "oauth_client",
            "caller_id": "cli_01kafz3q9x7m2c5v8b1n4d6g0h",
            "caller_title": "Back office",
            "method": f"{_METHOD}.CancelPayout",
            "calls": 7,
            "first_date": "2026-09-02",
            "last_date": "2026-11-03",
            "fields": {"corridor.payouts.v1.CancelPayoutRequest.payout_id": 7},
        },
        {
            "company_id": "co_02kafz3q9x7m2c5v8b1n4d6g0h",
            "environment": "sandbox",
            "caller_kind": "api_key",
            "caller_id": "key_02kafz3q9x7m2c5v8b1n4d6g0h",
            "caller_title": "",
            "method": f"{_METHOD}.CreatePayout",
            "calls": 3,
            "first_date": "2026-10-01",
            "last_date": "2026-10-01",
            "fields": {"corridor.payouts.v1.CreatePayoutRequest.amount": 3},
        },
    ],
}


def sides(name: str) -> tuple[Side, Side]:
    """The contracts as they are, and as the patch would have them."""
    before = {path.relative_to(ROOT / "proto").as_posix(): path.read_text() for path in _protos()}
    after = dict(before)
    for file, hunk in _hunks((_FOLDER / f"{name}.patch").read_text()):
        old = "\n".join(line[1:] for line in hunk if line[0] in " -")
        new = "\n".join(line[1:] for line in hunk if line[0] in " +")
        assert 1 == after[file].count(old), f"{name}.patch: {file} does not have exactly once:\n{old}"
        after[file] = after[file].replace(old, new)
    return _side("main", before), _side(name, after)


@functools.cache
def review(name: str) -> Review:
    """The review of a patch, with the owners of this repository and the counts above."""
    return reviewing.review(*sides(name), (), owners.read(ROOT / owners.FILE), USAGE, ROOT, TODAY)


def _protos() -> list[Path]:
    return sorted((ROOT / "proto" / "corridor").rglob("*.proto"))


def _side(title: str, texts: dict[str, str]) -> Side:
    return Side(title, compiling.compiled(title, {name: text.encode() for name, text in texts.items()}), texts)


def _hunks(patch: str) -> Iterator[tuple[str, list[str]]]:
    for part in re.split(r"^--- a/proto/", patch, flags=re.MULTILINE)[1:]:
        file, _, rest = part.partition("\n")
        for hunk in rest.split("\n@@\n")[1:]:
            yield file, [line for line in hunk.splitlines() if line]
