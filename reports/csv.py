"""A report as comma-separated values, or as the Spanish Excel reads them by a double click. Knows no store."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from reports.figures import Report
from reports.rows import rows_of
from ventanilla.words import Ended

BOM = "\ufeff"
ENDINGS = (
    *(each.value for each in (Ended.UNANSWERED, Ended.NO_REPLY_NEEDED, Ended.PASSED_ON)),
    *(each.value for each in (Ended.MERGED, Ended.SPLIT, Ended.SPAM)),
    "reopened_later",
)
_LEVEL = ("promise", "target", "within", "normal")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AFTER_ANOTHER_SEPARATOR = {
    ",": re.compile(r"([;\t\r\n])(?=[\s\"]*[=@]|\"*[+-])"),
    ";": re.compile(r"([,\t\r\n])(?=[\s\"]*[=@]|\"*[+-])"),
}
"""By the separator that a file has: where a spreadsheet that takes another for it would see a formula begin."""


def render_csv(report: Report, *, excel_es: bool = False) -> str:
    """A line a figure under one of names, in seconds and percent, lines ending in CRLF (RFC 4180).

    `excel_es`: semicolons, decimal commas and a byte order mark, which is what Excel with Spanish settings opens right. In both a
    text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection), and so does what would become
    one where the other separator is the spreadsheet's own.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";" if excel_es else ",", lineterminator="\r\n")
    flat = [_flat(row) for row in rows_of(report)]
    writer.writerow(flat[0] if flat else _names())
    for row in flat:
        writer.writerow([_cell(value, comma=excel_es) for value in row.values()])
    return (BOM if excel_es else "") + text.getvalue()


def harmless(text: str, *, separator: str = ",") -> str:
    """A text that no spreadsheet takes for a formula in a file of this separator, whichever one it believes in: a Spanish one takes
    `a;=1` in a file of commas for two cells."""
    written = _AFTER_ANOTHER_SEPARATOR[separator].sub(r"\1'", text)
    return f"'{written}" if written.startswith(_FORMULA) else written


def _names() -> list[str]:
    """The names where there are no figures at all."""
    return ["group", "metric", "count", "p50", "p90", "p95", "max", "within_target", "still_open"]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Of several promises the first has columns; every other has a row of its own in the sheet and in --json."""
    plain = {name: value for name, value in row.items() if not isinstance(value, dict | list) and name != "before"}
    level = row["levels"][0] if row["levels"] else {}
    return plain | dict(_ended(row)) | {f"level_{name}": level.get(name) for name in _LEVEL} | dict(_before(row))


def _ended(row: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for ending in ENDINGS:
        yield ending, row["otherwise"].get(ending, 0)


def _before(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("count", "p50", "p90", "p95", "max", "within_target", "still_open", "share"):
        yield f"before_{name}", (row["before"] or {}).get(name)


def _cell(value: Any, *, comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value, separator=";" if comma else ",")
    if isinstance(value, float):
        written = f"{value:.6f}".rstrip("0").rstrip(".")
        return written.replace(".", ",") if comma else written
    return str(value)
