"""How commands print to people: tables that read well on a terminal and in a pipe, times in the house's zone. Knows no command."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

_WIDE = 10_000
"""Columns of a table that goes into a pipe: nothing is folded there, so that `grep` and `awk` find whole lines."""
_GAP = 2
_FOLDED = 16
"""Columns that a cell which may fold still gets on a narrow terminal."""
_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LEFT_IN_JSON = re.compile(f"[\x7f-\x9f{''.join(sorted(_TURNS))}]")


@dataclass(frozen=True, slots=True)
class Times:
    """Instants as people in this zone read them, seen from one moment."""

    zone: ZoneInfo
    now: datetime

    def at(self, moment: datetime | None) -> str:
        """Date and time to the minute; `-` for none."""
        return "-" if moment is None else moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def exactly(self, moment: datetime | None) -> str:
        """Date and time to the second with the zone's own abbreviation."""
        return "-" if moment is None else moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S %Z")

    def since(self, moment: datetime | None) -> str:
        """How long ago: `3 h 5 min`; `-` for none."""
        return "-" if moment is None else span((self.now - moment).total_seconds())

    def until(self, moment: datetime | None) -> str:
        """`in 20 min`, or `20 min late`; `-` for none."""
        if moment is None:
            return "-"
        seconds = (moment - self.now).total_seconds()
        return f"in {span(seconds)}" if seconds >= 0 else f"{span(-seconds)} late"


def span(seconds: float) -> str:
    """A length of time at a glance: `45 s`, `12 min`, `3 h 5 min`, `2 days`."""
    from ventanilla.clocks.due import waited

    return waited(seconds, "en")


def print_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[str] = (),
    folds: Iterable[str] = (),
    indent: int = 0,
) -> None:
    """Columns under their titles. In a pipe each row is one line; on a terminal the columns that `folds` names give way.
    Nothing is cut off: a terminal too narrow for the others wraps by itself. `right` names the columns of numbers."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    cells = [[one_line(str(cell)) for cell in row] for row in rows]
    grid = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    needed = indent
    for number, title in enumerate(titles):
        width = max(cell_width(text) for text in (title, *(row[number] for row in cells)))
        floor = min(width, _FOLDED) if title in set(folds) else width
        needed += floor + _GAP
        grid.add_column(title, overflow="fold", justify="right" if title in set(right) else "left", min_width=floor)
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row))
    console = Console(file=sys.stdout, highlight=False)
    console.width = max(console.width, needed) if sys.stdout.isatty() else _WIDE
    with console.capture() as captured:
        console.print(Padding(grid, (0, 0, 0, indent), expand=False))
    say("\n".join(line.rstrip() for line in captured.get().splitlines()), clean=False)


def cell_width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def say(text: str = "", *, clean: bool = True) -> None:
    """A line, or several, on standard output."""
    sys.stdout.write((readable(text) if clean else text) + "\n")


def one_line(text: str) -> str:
    """A text on one line without what could steer a terminal."""
    return " ".join(readable(text).split())


def readable(text: str) -> str:
    """A text without control characters (terminals obey them), without those that turn the reading direction (they disguise
    names), and without what no terminal can print. Line ends and tabs stay."""
    return "".join(character for character in text if character in "\n\t" or _is_harmless(character))


def readable_json(document: str) -> str:
    """The same JSON, with signs that steer a terminal as escapes too: the standard leaves those above U+001F as they are."""
    return _LEFT_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def counts(numbers: dict[str, int]) -> str:
    """`3 pending, 12 routed`; `nothing` for none."""
    return ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in numbers.items() if number) or "nothing"


def plural(number: int, noun: str, *, many: str | None = None) -> str:
    """`1 case`, `2 cases`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def _is_harmless(character: str) -> bool:
    return character not in _TURNS and unicodedata.category(character) not in ("Cc", "Cs")
