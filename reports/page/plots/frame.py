"""What every plot has in common: a figure with its heading, a described drawing, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.page.markup import Html, element
from reports.page.tables import Column, table
from reports.page.words import say

WIDTH = 400
"""Units that a drawing is wide. It is as legible on a telephone as on a screen because it is drawn for the telephone."""


def figure(
    *,
    name: str,
    heading: str,
    description: str,
    language: str,
    height: float,
    shapes: Iterable[Html],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Html | str]],
    note: str = "",
) -> Html:
    """One plot. `name` is unique on the page; `description` says in words what the drawing shows."""
    drawing = element(
        "svg",
        element("title", heading, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        shapes,
        viewBox=f"0 0 {WIDTH} {number(height)}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )
    numbers = element(
        "details",
        element("summary", say(language, "numbers")),
        table(heading, columns, rows, name=f"{name}-numbers", narrow=False),
    )
    remark = element("p", note, class_="note") if note else None
    caption = element("figcaption", description)
    return element("figure", element("h3", heading), drawing, caption, remark, numbers, class_="plot", id=name)


def nothing(*, name: str, heading: str, what: str, language: str) -> Html:
    """In place of a plot of nothing: the heading and why."""
    why = element("p", say(language, "no_plot", what=what), class_="none")
    return element("div", element("h3", heading), why, class_="plot", id=name)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Html:
    return element("line", x1=number(x1), y1=number(y1), x2=number(x2), y2=number(y2), **attributes)


def rect(x: float, y: float, width: float, height: float, *children: Html, **attributes: object) -> Html:
    size = {"width": number(max(width, 0)), "height": number(max(height, 0))}
    return element("rect", *children, x=number(x), y=number(y), **size, **attributes)


def text(x: float, y: float, words: str, *, anchor: str = "start", **attributes: object) -> Html:
    return element("text", words, x=number(x), y=number(y), text_anchor=anchor, **attributes)


def room_for(labels: Iterable[str]) -> float:
    """How wide the longest of these labels is, with a little air."""
    return max((len(label) for label in labels), default=0) * 6.9 + 12


def number(value: float) -> str:
    """A coordinate, as short as it can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
