"""Tables that read well on a screen, on paper and, a card a row, on a telephone. Knows no report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.page.markup import Html, element, joined
from reports.spans import NONE, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's title; `number` ones stand to the right."""

    title: str
    number: bool = False


def table(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Html | str]], *, name: str, narrow: bool = True
) -> Html:
    """The first cell of each row is its heading. With `narrow` each row becomes a card where there is no room; the roles keep it a
    table for those who hear it."""
    columns, rows = _without_empty(columns, rows)
    head = [
        element("th", column.title, scope="col", role="columnheader", class_="number" if column.number else None)
        for column in columns
    ]
    body = [_row(columns, row) for row in rows]
    whole = element(
        "table",
        element("caption", caption, id=f"{name}-caption"),
        element("thead", element("tr", head, role="row"), role="rowgroup"),
        element("tbody", body, role="rowgroup"),
        role="table",
        class_="cards" if narrow else None,
        id=name,
    )
    # Whoever has no mouse can still move a table that is wider than the window.
    return element("div", whole, class_="scroll", role="region", aria_labelledby=f"{name}-caption", tabindex="0")


def _without_empty(
    columns: Sequence[Column], rows: Sequence[Sequence[Html | str]]
) -> tuple[Sequence[Column], Sequence[Sequence[Html | str]]]:
    """Only the columns that say anything in any row."""
    said = [place for place in range(len(columns)) if not rows or any(row[place] != NONE for row in rows)]
    return [columns[place] for place in said], [[row[place] for place in said] for row in rows]


def _row(columns: Sequence[Column], row: Sequence[Html | str]) -> Html:
    first, *rest = row
    cells = [element("th", first, scope="row", role="rowheader")]
    for column, value in zip(columns[1:], rest, strict=True):
        kind = " ".join(["number"] * column.number + ["empty"] * (value == NONE)) or None
        cells.append(element("td", value, role="cell", data_label=column.title, class_=kind))
    return element("tr", cells, role="row")


def length(seconds: float | None, language: str, **attributes: object) -> Html:
    """A length of time to read, with its exact seconds beside it for programs."""
    if seconds is None:
        return joined(NONE)
    return element("data", span(seconds, language), value=exact(seconds), **attributes)


def exact(value: float) -> str:
    """A number without a needless point."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
