"""Text in columns of an exact width, safe to put on a terminal whatever somebody wrote. Knows nothing of what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of one line."""

    text: str
    width: int
    style: str = ""
    right: bool = False


def clean(text: str) -> str:
    """One line without what steers a terminal or turns the reading direction."""
    kept = (each if each.isprintable() or each.isspace() else "" for each in text if each not in _TURNS)
    return " ".join("".join(kept).split())


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly so many columns, cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - cell_len(text)) + text if right else set_cell_size(text, width)


def line(cells: Iterable[Cell], *, gap: str = " ") -> Text:
    """Cells side by side. A cell of width 0 is left out."""
    made = Text(no_wrap=True, overflow="crop", end="")
    for cell in cells:
        if cell.width <= 0:
            continue
        if made.plain:
            made.append(gap)
        made.append(fitted(clean(cell.text), cell.width, right=cell.right), style=cell.style)
    return made


def rule(title: str, width: int, *, style: str = "bold cyan", right: str = "") -> Text:
    """A title with a line behind it, and words at its end."""
    tail = f" {right}" if right else ""
    words = fitted(title, min(cell_len(title), max(0, width - cell_len(tail) - 2)))
    made = Text(words, style=style, no_wrap=True, overflow="crop", end="")
    left = width - cell_len(words) - cell_len(tail) - 1
    made.append(" " + "─" * max(0, left), style="dim")
    made.append(tail, style="dim")
    return made


def clock(seconds: float) -> str:
    """`0:31`, `12:05`, `1:02:03`."""
    minutes, second = divmod(int(max(0.0, seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
