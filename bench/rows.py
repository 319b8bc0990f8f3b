"""The table of `make bench`: its rows, how a goal is judged, and its two forms. It measures nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. `value` is the bare number in `unit`; `met` is None where nothing was promised."""

    part: str
    what: str
    figure: str
    goal: str = ""
    met: bool | None = None
    note: str = ""
    value: float | None = None
    unit: str = ""

    @property
    def verdict(self) -> str:
        """The goal and whether it was met; nothing without one."""
        return f"{self.goal}: {'met' if self.met else 'MISSED'}" if self.met is not None else ""


def at_least(part: str, what: str, value: float, unit: str, least: float, *, note: str = "") -> Row:
    """A figure that shall not be below `least`."""
    return Row(
        part=part, what=what, figure=f"{_plain(value)} {unit}".strip(), value=value, unit=unit, note=note,
        goal=f"goal {_plain(least)}", met=value >= least,
    )  # fmt: skip


def at_most(part: str, what: str, value: float, unit: str, most: float, *, note: str = "", figure: str = "") -> Row:
    """A figure that shall not be above `most`."""
    return Row(
        part=part, what=what, figure=figure or f"{_plain(value)} {unit}".strip(), value=value, unit=unit, note=note,
        goal=f"goal {_plain(most)} {unit}".strip(), met=value <= most,
    )  # fmt: skip


def told(part: str, what: str, value: float, unit: str, *, note: str = "", figure: str = "") -> Row:
    """A figure of which nothing was promised."""
    return Row(
        part=part, what=what, figure=figure or f"{_plain(value)} {unit}".strip(), value=value, unit=unit, note=note
    )


def of_desk(rows: Iterable[tuple[str, str, str]]) -> list[Row]:
    """The rows of `bench.desk` and `bench.chat`, whose last word is the verdict and what is to be said of it."""
    found = []
    for what, figure, note in rows:
        verdict, _, rest = note.partition("; ") if note.startswith("goal ") else ("", "", note)
        goal, _, word = verdict.partition(": ")
        found.append(
            Row(part="desk", what=what, figure=figure, goal=goal, met=word == "met" if verdict else None, note=rest)
        )
    return found


def as_table(rows: list[Row]) -> str:
    """Lines for a terminal, and to be copied into the documentation."""
    widths = [max((len(text) for text in column), default=0) for column in zip(*map(_cells, rows), strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number == 1 else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(_cells(row), widths, strict=True))
        ).rstrip()
        for row in rows
    )


def write_json(rows: list[Row], path: Path, *, conditions: dict[str, object]) -> None:
    """Everything as one JSON object: under which conditions, and the rows."""
    whole = {"conditions": conditions, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, str, str, str]:
    return row.what, row.figure, row.verdict, row.note


def _plain(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
