"""Reads a file of customers as spreadsheets save them: finds out encoding and separator, and names every problem by its line.

Pure: bytes in, entries and troubles out.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cli.contact_columns import (
    ADDRESSES,
    COLUMNS,
    FIELDS,
    REPEATABLE,
    Odd,
    field_of,
    plain,
    read_addresses,
    read_language,
    read_name,
    read_owner,
    read_tags,
)
from config.plain import nearest
from ventanilla.errors import BadInput
from ventanilla.store.importing import Address, Entry

_SEPARATORS = ";,\t|"
_MOST_LINES = 30
"""Lines that one row may go over: beyond that, a quote was left open."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a line of the file."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line:,}: {self.message}"


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A file that was read. `entries` are the lines without trouble, `ignored` the columns that mean nothing here."""

    encoding: str
    separator: str
    ignored: Sequence[str] = ()
    entries: list[Entry] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_sheet(raw: bytes, *, region: str | None, people: Mapping[str, str]) -> Sheet:
    """Read a whole file. `region` is the country of numbers written without one; `people` are the agents by every way of
    writing them. Raises BadInput for a file that cannot be read at all."""
    text, encoding = _decoded(raw)
    said, body = _said_separator(text)
    header = body.lstrip("\n").partition("\n")[0]
    separator = said or _separator_of(header)
    rows = _rows(body, separator, first=2 if said else 1)
    titles = next((row for _, row in rows if any(row)), None) if header.strip() else None
    if titles is None:
        raise BadInput("the file is empty: its first line must name the columns, such as name;email;phone")
    fields = _fields(titles)
    ignored = [title for title, name in zip(titles, fields, strict=True) if name is None and title.strip()]
    sheet = Sheet(encoding=encoding, separator=separator, ignored=ignored)
    seen: dict[Address, int] = {}
    for line, row in rows:
        if isinstance(row, str):
            sheet.troubles.append(Trouble(line, row))
        elif any(cell.strip() for cell in row):
            _take(sheet, line, row, fields, seen, region=region, people=people)
    return sheet


def _decoded(raw: bytes) -> tuple[str, str]:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInput('this is a workbook, not text: save it as "CSV UTF-8" and import that')
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _plain_lines(raw.decode("utf-16", errors="replace")), "UTF-16"
    try:
        return _plain_lines(raw.decode("utf-8-sig")), "UTF-8"
    except UnicodeDecodeError:
        return _plain_lines(raw.decode("cp1252", errors="replace")), "Windows-1252"


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _said_separator(text: str) -> tuple[str | None, str]:
    """Excel's own first line `sep=;`, if there is one, and what follows it."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.rstrip()) == 5:
        return first.rstrip()[4], rest
    return None, text


def _separator_of(header: str) -> str:
    """The one that makes most columns that we know, then most columns."""

    def known(separator: str) -> tuple[int, int]:
        titles = next(csv.reader([header], delimiter=separator), [])
        return sum(field_of(title) is not None for title in titles), len(titles)

    return max(_SEPARATORS, key=known)


def _rows(text: str, separator: str, *, first: int) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line it begins on; a text in place of a row says what is wrong there."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        line = reader.line_num + first
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"cannot be read: {error}"
            continue
        if reader.line_num + first - line > _MOST_LINES:
            yield line, "a quote is opened here and not closed"
        else:
            yield line, row


def _fields(titles: list[str] | str) -> list[str | None]:
    if isinstance(titles, str):
        raise BadInput(f"line 1: {titles}")
    fields = [field_of(title) for title in titles]
    twice = {name for name in fields if name and name not in REPEATABLE and fields.count(name) > 1}
    if twice:
        both = [title.strip() for title, name in zip(titles, fields, strict=True) if name in twice]
        raise BadInput(f"columns {', '.join(both)} say the same; keep one of them")
    if not set(fields) & set(ADDRESSES):
        wanted = ", ".join(words.split()[0] for name, words in COLUMNS.items() if name in ADDRESSES)
        meant = next((hint for title in titles if "mean" in (hint := _nearest_title(title))), "")
        found = ", ".join(title.strip() for title in titles)[:200]
        raise BadInput(f"line 1 names no column of addresses ({wanted}); found: {found}{meant}")
    return fields


def _nearest_title(title: str) -> str:
    """The title that was probably meant by one that says nothing; empty for one that does."""
    known = [word for word, name in FIELDS.items() if name in ADDRESSES]
    return "" if field_of(title) else nearest(plain(title), known, quote='"')


def _take(
    sheet: Sheet,
    line: int,
    row: list[str] | str,
    fields: Sequence[str | None],
    seen: dict[Address, int],
    *,
    region: str | None,
    people: Mapping[str, str],
) -> None:
    troubles: list[str] = []
    cells = _cells(row, fields, troubles)
    entry = _entry(cells, troubles, region=region, people=people)
    if "\ufffd" in "".join(row):
        troubles.append(f"has characters that are not {sheet.encoding}")
    for kind, value in entry.addresses:
        if (kind, value) in seen:
            troubles.append(f"{value} is already on line {seen[(kind, value)]:,}")
    if not entry.addresses and not troubles:
        troubles.append("has no address: no e-mail, phone or Telegram number")
    if troubles:
        sheet.troubles += [Trouble(line, each) for each in troubles]
        return
    seen.update((address, line) for address in entry.addresses)
    sheet.entries.append(entry)


def _cells(row: list[str] | str, fields: Sequence[str | None], troubles: list[str]) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = {}
    for name, cell in zip(fields, row, strict=False):
        if name is not None and cell.strip():
            cells.setdefault(name, []).append(cell)
    if any(cell.strip() for cell in row[len(fields) :]):
        troubles.append(
            f"has {len(row)} cells under {len(fields)} titles: a separator in a cell wants quotes around it"
        )
    return cells


def _entry(
    cells: Mapping[str, list[str]], troubles: list[str], *, region: str | None, people: Mapping[str, str]
) -> Entry:
    found: list[Address] = []
    tags: list[str] = []
    name, language, owner = "", None, None
    for field_name, values in cells.items():
        for cell in values:
            try:
                if field_name in ADDRESSES:
                    found += read_addresses(field_name, cell, region)
                elif field_name == "tags":
                    tags += read_tags(cell)
                elif field_name == "language":
                    language = read_language(cell)
                elif field_name == "owner":
                    owner = read_owner(cell, people)
            except Odd as odd:
                troubles.append(str(odd))
    try:
        name = read_name(" ".join([*cells.get("name", ()), *cells.get("surname", ())]))
    except Odd as odd:
        troubles.append(str(odd))
    return Entry(
        addresses=tuple(dict.fromkeys(found)),
        name=name,
        language=language,
        account_manager=owner,
        tags=tuple(dict.fromkeys(tags)),
    )
