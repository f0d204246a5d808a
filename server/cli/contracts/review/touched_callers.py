"""Who has used what changes, by the counts that `corridor contracts usage` exports.

Rule: whoever may be touched is named. Where fields were counted, those who used the field; else those who called.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Caller, Change
from server.cli.contracts.review.touched_contract import Graph, Rpc

_NEEDED = ("company_id", "environment", "caller_kind", "caller_id", "method", "calls", "last_date")


class Usage:
    """The counts of a file."""

    def __init__(self, counts: Mapping[str, Any]) -> None:
        self.days = int(counts.get("days", 0))
        self._uses: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for use in counts.get("uses", ()):
            self._uses[use["method"]].append(use)

    def callers(
        self, graph: Graph, element: Element, carriers: Sequence[Rpc], change: Change
    ) -> tuple[tuple[Caller, ...], int]:
        """Whoever used the element, newest first, the callers of one company together; and how many others may have."""
        found: dict[tuple[str, ...], list[Any]] = {}
        others = set()
        for rpc in carriers:
            for use in self._uses[rpc.name]:
                key = (use["company_id"], use["environment"], use["caller_kind"], use["caller_id"])
                times = _times(graph, element, rpc, change, use)
                if times:
                    entry = found.setdefault(key, ["", 0, ""])
                    entry[0] = entry[0] or use.get("caller_title", "")
                    entry[1] += times
                    entry[2] = max(entry[2], use["last_date"])
                elif times is None:
                    others.add(key)
        named = _newest(
            Caller(company, environment, kind, name, title, calls, last)
            for (company, environment, kind, name), (title, calls, last) in found.items()
        )
        return named, len(others - found.keys())


def _times(graph: Graph, element: Element, rpc: Rpc, change: Change, use: Mapping[str, Any]) -> int | None:
    """In how many calls it was used; None where that cannot be told, since not every call was looked at."""
    calls = int(use["calls"])
    if element.kind is not Is.FIELD or _demands(change):
        return calls
    looked_at = int(use.get("sampled_calls", calls))
    own = int(use.get("fields", {}).get(element.name, 0))
    if own:
        return own if own > looked_at or looked_at >= calls else calls
    if rpc.response in graph.holding(element):
        return calls  # what is answered is answered to each
    if not looked_at or not use.get("fields"):
        return calls
    return 0 if looked_at >= calls else None


def read(file: Path) -> Mapping[str, Any]:
    """A file of counts.

    Raises:
        click.ClickException: it is none.
    """
    try:
        counts = json.loads(file.read_text(encoding="utf-8"))
        for use in counts["uses"]:
            if missing := [name for name in _NEEDED if name not in use]:
                raise KeyError(missing[0])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise click.ClickException(
            f"{file} holds no usage counts ({error}): write them with `corridor contracts usage --days 90`."
        ) from error
    if not isinstance(counts.get("days"), int):
        raise click.ClickException(f"{file} does not say of how many days it is: `days` has to be a number.")
    found: Mapping[str, Any] = counts
    return found


def _demands(change: Change) -> bool:
    """Whether it may refuse those who do not send the field, as much as those who do. Upper limits never do."""
    if {"REQUIRED", "PRESENCE"} & set(change.rule.id.split("_")):
        return True
    return change.rule.id.startswith("VALIDATION_") and not re.search(r"\bmax_\w+", change.detail)


def _newest(callers: Iterable[Caller]) -> tuple[Caller, ...]:
    by_company: dict[str, list[Caller]] = defaultdict(list)
    for caller in callers:
        by_company[caller.company_id].append(caller)
    ordered = []
    for company, its in by_company.items():
        its.sort(key=lambda each: (each.last_date, each.calls, each.id), reverse=True)
        ordered.append((its[0].last_date, company, its))
    ordered.sort(key=lambda each: each[:2], reverse=True)
    return tuple(caller for _, _, its in ordered for caller in its)
