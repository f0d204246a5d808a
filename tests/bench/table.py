"""The table of a run: ratios with their aim and goal, medians over rounds, and what could not be measured.

A ratio is formed within each round, of two measurements that followed each other; only ratios are compared.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some rounds, and how far the rounds lie apart."""

    median: float
    low: float
    high: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest value. Raises ValueError where there is none."""
    if not values:
        raise ValueError("no round was measured")
    return Spread(statistics.median(values), min(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `aim` is what must be reached now, `goal` where it should go; both are lower bounds."""

    name: str
    value: Spread
    aim: float | None = None
    goal: float | None = None
    unit: str = ""  # empty: a ratio
    sides: Mapping[str, Spread] = field(default_factory=dict)  # what was measured, with its unit in the name
    note: str = ""

    @property
    def verdict(self) -> str:
        """`goal`, `aim` or `missed`, by the median; empty where there is nothing to reach."""
        if self.aim is None:
            return ""
        if self.goal is not None and self.value.median >= self.goal:
            return "goal"
        return "aim" if self.value.median >= self.aim else "missed"


@dataclass(frozen=True, slots=True)
class Failed:
    """A line that could not be measured, and why."""

    name: str
    reason: str


def ratio(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    aim: float | None,
    goal: float | None,
    labels: tuple[str, str],
    note: str = "",
) -> Row:
    """The row of `ours` over `theirs`, round by round."""
    rounds = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    sides = {labels[0]: spread(ours), labels[1]: spread(theirs)}
    return Row(name, spread(rounds), aim=aim, goal=goal, sides=sides, note=note)


def render(rows: Sequence[Row | Failed], configuration: Mapping[str, str]) -> str:
    """The table for people, in Markdown."""
    lines = [f"{name}: {value}" for name, value in configuration.items()]
    head = ["measured", "median", "spread", "aim", "goal", "reached", "of"]
    body = [_cells(row) for row in rows if isinstance(row, Row)]
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    lines += ["", _line(head, widths), _line(["-" * width for width in widths], widths)]
    lines += [_line(cells, widths) for cells in body]
    notes = [f"{row.name}: {row.note}" for row in rows if isinstance(row, Row) and row.note]
    failures = [f"not measured: {row.name}: {row.reason}" for row in rows if isinstance(row, Failed)]
    return "\n".join([*lines, "", *notes, *failures]).rstrip() + "\n"


def as_json(rows: Sequence[Row | Failed], configuration: Mapping[str, str]) -> dict[str, object]:
    """The table for programs."""
    return {
        "configuration": dict(configuration),
        "rows": [
            {
                "name": row.name, "unit": row.unit or "ratio", "aim": row.aim, "goal": row.goal, "note": row.note,
                "verdict": row.verdict, **_numbers(row.value),
                "sides": {name: _numbers(side) for name, side in row.sides.items()},
            }
            for row in rows if isinstance(row, Row)
        ],
        "failures": [{"name": row.name, "reason": row.reason} for row in rows if isinstance(row, Failed)],
    }  # fmt: skip


def _numbers(value: Spread) -> dict[str, float]:
    return {"median": value.median, "low": value.low, "high": value.high, "rounds": value.rounds}


def _cells(row: Row) -> list[str]:
    aim, goal = ("" if number is None else f"{number:.2f}" for number in (row.aim, row.goal))
    of = ", ".join(f"{name} {number(side.median)}" for name, side in row.sides.items())
    unit = f" {row.unit}" if row.unit else ""
    span = f"{number(row.value.low)}–{number(row.value.high)}" if row.value.rounds > 1 else ""
    return [row.name, number(row.value.median) + unit, span, aim, goal, row.verdict, of]


def number(value: float) -> str:
    """A number with three digits that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
