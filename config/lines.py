"""Knows on which line of a TOML text each key stands; leaves all judgement of the text to tomllib, which reads it first."""

from __future__ import annotations

import json
import re
from collections import Counter

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRINGS = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}#\r\n]*")


def key_lines(text: str) -> dict[Path, int]:
    """Each key's and each list item's line, from 1. The text must be valid TOML; list items count from 0."""
    return _Scan(text).document()


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a key or, where the file does not have it, of the nearest table around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Scan:
    """One pass over a text, a cursor that only moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = (0, 1)
        self.lines: dict[Path, int] = {}
        self.tables: Counter[Path] = Counter()

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while self._next():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._assignment(table)
        return self.lines

    def _header(self) -> Path:
        is_item = self.text.startswith("[[", self.at)
        self.at += 2 if is_item else 1
        line = self._line()
        table = self._within(self._key(()))
        self.at += 2 if is_item else 1
        for depth in range(1, len(table) + 1):
            self.lines.setdefault(table[:depth], line)
        if is_item:
            self.tables[table] += 1
            table = (*table, self.tables[table] - 1)
            self.lines.setdefault(table, line)
        return table

    def _within(self, key: Path) -> Path:
        """The header's path with the running number of every list of tables on the way (`[rules.when]` is in the last rule)."""
        path: Path = ()
        for part in key[:-1]:
            path = (*path, part)
            if self.tables[path]:
                path = (*path, self.tables[path] - 1)
        return (*path, key[-1])

    def _assignment(self, table: Path) -> None:
        self._next()
        line = self._line()
        path = self._key(table)
        for depth in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:depth], line)
        self.at += 1  # the equals sign
        self._value(path)

    def _key(self, path: Path) -> Path:
        """Read a key, dotted or not, up to what follows it."""
        while True:
            self._next()
            quoted = _STRINGS.match(self.text, self.at)
            found = quoted or _BARE_KEY.match(self.text, self.at)
            if found is None:
                return path
            self.at = found.end()
            path = (*path, _unquoted(found[0]) if quoted else found[0])
            self._next()
            if not self.text.startswith(".", self.at):
                return path
            self.at += 1

    def _value(self, path: Path) -> None:
        self._next()
        opening = self.text[self.at]
        if opening == "[":
            self._list(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            found = _STRINGS.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._next() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.lines[*path, number] = self._line()
            self._value((*path, number))
            number += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._next() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._assignment(path)
        self.at += 1

    def _next(self) -> bool:
        """Move to the next thing that is neither blank nor comment; False at the end."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _line(self) -> int:
        at, line = self.counted
        self.counted = (self.at, line + self.text.count("\n", at, self.at))
        return self.counted[1]


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    try:
        return str(json.loads(key))
    except ValueError:
        return key[1:-1]
