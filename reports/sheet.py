"""A report as a workbook: a sheet a part, lengths of time as real durations that can be summed and sorted. Knows no store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from reports.figures import Figure, Report
from reports.rows import PARTS
from reports.sheet_words import heading, named

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from router.house import House

_DAY = 86_400
_WIDTHS = {"text": 18, "span": 12, "percent": 10, "number": 10}
_WIDE = 26


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, number, span (seconds, shown as [h]:mm:ss) or percent."""

    name: str
    kind: str
    value: Callable[[Any], Any]


def render_sheet(reports: Sequence[Report], house: House, language: str, *, now: datetime) -> bytes:
    """An .xlsx file of one or several reports over the same days, each grouped in its own way. Rows are written as they come, and
    none is kept. Texts are written as texts, whatever they begin with: none is ever a formula or a link."""
    import xlsxwriter

    file = BytesIO()
    options = {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        formats = _formats(book)
        book.set_properties({"title": house.config.service.name, "created": now.replace(tzinfo=None)})
        for report in reports:
            by = f" {heading(report.by, language).lower()}" if report.by else ""
            _write(book, heading("figures", language) + by, _figure_columns(report), report.figures, formats, language)
            _write_parts(book, report, by, formats, language)
    return file.getvalue()


def _write_parts(book: Workbook, report: Report, by: str, formats: dict[str, Format], language: str) -> None:
    parts: tuple[tuple[str, list[Column], Iterable[Any]], ...] = (
        ("before", _figure_columns(report), report.before),
        ("levels", _LEVELS, ((figure, level) for figure in report.figures for level in figure.levels)),
        ("slowest", _SLOW, report.worst),
        ("trend", _TREND, report.trend),
        ("distribution", _DISTRIBUTION, report.distribution),
        ("arrivals", _ARRIVALS, report.arrivals),
        ("backlog", _BACKLOG, report.backlog),
    )
    for name, columns, rows in parts:
        there = list(rows)  # bounded by groups, days and hours, never by messages
        if there:
            _write(book, heading(name, language) + by, columns, there, formats, language)


def _write(
    book: Workbook,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    formats: dict[str, Format],
    language: str,
) -> None:
    sheet: Worksheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, _WIDE if number == 0 or column.name == "metric" else _WIDTHS[column.kind])
        sheet.write_string(0, number, heading(column.name, language), formats["head"])
    count = 0
    for count, row in enumerate(rows, start=1):
        for number, column in enumerate(columns):
            _put(sheet, count, number, column, row, formats, language)
    sheet.autofilter(0, 0, count, len(columns) - 1)


def _put(
    sheet: Worksheet, line: int, number: int, column: Column, row: Any, formats: dict[str, Format], language: str
) -> None:
    value = column.value(row)
    if value is None:
        return
    if column.kind == "text":
        sheet.write_string(line, number, named(column.name, str(value), language))
    elif column.kind == "span":
        sheet.write_number(line, number, value / _DAY, formats["span"])
    elif column.kind == "percent":
        sheet.write_number(line, number, value / 100, formats["percent"])
    else:
        sheet.write_number(line, number, value)


def _formats(book: Workbook) -> dict[str, Format]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "span": book.add_format({"num_format": "[h]:mm:ss"}),
        "percent": book.add_format({"num_format": "0.0%"}),
    }


def _figure_columns(report: Report) -> list[Column]:
    return [
        Column(report.by or "group", "text", lambda figure: figure.group),
        Column("metric", "text", lambda figure: figure.metric),
        Column("count", "number", lambda figure: figure.count),
        *_spans("", "elapsed"),
        Column("within_target", "percent", lambda figure: figure.within_target),
        Column("promised", "number", lambda figure: figure.promised or None),
        Column("still_open", "number", lambda figure: figure.still_open),
        Column("overdue", "number", lambda figure: figure.overdue),
        *_spans("open_", "open_ages"),
        *_spans("business_", "business"),
        *_spans("net_", "net"),
        Column("out_of", "number", lambda figure: figure.out_of),
        Column("share", "percent", lambda figure: figure.share),
        *(_ended(name) for name in sorted({name for one in report.figures for name in one.otherwise or ()})),
    ]


def _spans(prefix: str, name: str) -> list[Column]:
    def part_of(part: str) -> Callable[[Figure], float | None]:
        return lambda figure: getattr(getattr(figure, name), part)

    return [Column(prefix + part, "span", part_of(part)) for part in PARTS]


def _ended(name: str) -> Column:
    return Column(name, "number", lambda figure: (figure.otherwise or {}).get(name))


_LEVELS = [
    Column("group", "text", lambda pair: pair[0].group),
    Column("metric", "text", lambda pair: pair[0].metric),
    Column("promise", "text", lambda pair: pair[1].promise),
    Column("target", "percent", lambda pair: pair[1].target),
    Column("within", "span", lambda pair: pair[1].within),
    Column("count", "number", lambda pair: pair[1].count),
    Column("within_target", "percent", lambda pair: pair[1].within_target),
    Column("normal", "span", lambda pair: pair[1].normal),
]
_SLOW = [
    Column("key", "text", lambda slow: slow.key),
    Column("metric", "text", lambda slow: slow.metric),
    Column("channel", "text", lambda slow: slow.channel),
    Column("team", "text", lambda slow: slow.team),
    Column("agent", "text", lambda slow: slow.owner),
    Column("started_on", "text", lambda slow: slow.started_on),
    Column("elapsed", "span", lambda slow: slow.seconds),
    Column("business", "span", lambda slow: slow.business_seconds),
    Column("due_missed_by", "span", lambda slow: slow.due_missed_by),
    Column("still_open", "text", lambda slow: "yes" if slow.still_open else "no"),
]
_TREND = [
    Column("day", "text", lambda point: point[0]),
    Column("metric", "text", lambda point: point[1]),
    Column("p50", "span", lambda point: point[2]),
    Column("p90", "span", lambda point: point[3]),
    Column("count", "number", lambda point: point[4]),
]
_DISTRIBUTION = [
    Column("metric", "text", lambda bar: bar[0]),
    Column("up_to", "span", lambda bar: bar[1] if bar[1] != float("inf") else None),
    Column("count", "number", lambda bar: bar[2]),
]
_ARRIVALS = [
    Column("weekday", "text", lambda cell: str(cell[0])),
    Column("hour", "number", lambda cell: cell[1]),
    Column("messages", "number", lambda cell: cell[2]),
]
_BACKLOG = [
    Column("age", "text", lambda bucket: bucket[0]),
    Column("count", "number", lambda bucket: bucket[1]),
]
