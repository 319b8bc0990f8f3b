"""Knows how the files' tables come together: which table stands in which file, and that none stands in two."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from config.lines import line_of
from config.plain import nearest, shown
from config.remark import Key, Remark, written
from config.schema import Config
from config.sources import Source
from ventanilla.errors import Problem

NAMED = ("channels", "teams", "agents", "calendars", "promises", "webhooks")
LISTED = ("rules", "reports")
SINGLE = tuple(key for key in Config.written_keys() if key not in NAMED + LISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One table of one file. `key` is its place in the merged file, `local` its place in its own."""

    key: Key
    local: Key
    value: Any
    source: Source


def _as_written(key: Key, source: Source) -> Key:
    """A key without the number that a value standing for a list of one has only inside of the program."""
    return key[:-1] if isinstance(key[-1], int) and key not in source.lines and key[:-1] in source.lines else key


class Pieces:
    """Every table of every file, and the problems of putting them together."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_key: dict[Key, Piece] = {}
        self.problems: list[Problem] = []
        self.main, *_ = self.sources = tuple(sources)
        for source in self.sources:
            for name, value in source.table.items():
                self._add_section(source, name, value)

    def __iter__(self) -> Iterator[Piece]:
        return iter(self._by_key.values())

    def values(self, section: str) -> dict[str | int, Any]:
        """The raw tables of a section, by name (a list: by number)."""
        return {key[1]: piece.value for key, piece in self._by_key.items() if len(key) == 2 and key[0] == section}

    def get(self, key: Key) -> Piece | None:
        """The table at a place of the merged file."""
        return self._by_key.get(key)

    def located(self, remark: Remark) -> Problem:
        """The remark with its file and line; where the file does not name the key, the table around it."""
        for length in (2, 1):
            piece = self._by_key.get(remark.key[:length])
            if piece is not None:
                local = _as_written(piece.local + remark.key[length:], piece.source)
                return piece.source.problem(written(local), remark.message, at=local)
        return self.main.problem(written(remark.key), remark.message, at=remark.key)

    def source_of(self, key: Key) -> Source:
        """The file in which the table around a key stands."""
        found = (self._by_key.get(key[:length]) for length in (2, 1))
        return next((piece.source for piece in found if piece is not None), self.main)

    def places_of(self, section: str) -> tuple[str, ...]:
        """Where each table of a listed section begins: "agents.d/rules.toml:3", seen from the main file's folder."""
        found = (self._by_key[section, number] for number in range(len(self.values(section))))
        return tuple(
            f"{os.path.relpath(piece.source.path.absolute(), self.main.folder)}:{line_of(piece.source.lines, piece.local)}"
            for piece in found
        )

    def _add_section(self, source: Source, name: str, value: Any) -> None:
        if name in SINGLE:
            self._add(source, (name,), (name,), value)
        elif name in NAMED:
            self._add_named(source, name, value)
        elif name in LISTED:
            self._add_listed(source, name, value)
        elif name != "include":
            known = nearest(name, (*Config.written_keys(), "include"))
            self.problems.append(source.problem(written((name,)), f"unknown key `{name}`{known}", at=(name,)))

    def _add_named(self, source: Source, section: str, tables: Any) -> None:
        if not isinstance(tables, dict):
            message = f"expected tables with names of yours, such as [{section}.one], got {shown(tables)}"
            self.problems.append(source.problem(section, message, at=(section,)))
            return
        for name, value in tables.items():
            if isinstance(value, dict):
                self._add(source, (section, name), (section, name), value)
            else:
                message = f"`{name}` stands outside of a table with a name of yours, such as [{section}.one]"
                self.problems.append(source.problem(section, message, at=(section, name)))

    def _add_listed(self, source: Source, section: str, items: Any) -> None:
        if not isinstance(items, list):
            message = f"expected [[{section}]], got {shown(items)}"
            self.problems.append(source.problem(section, message, at=(section,)))
            return
        already = len(self.values(section))
        for number, value in enumerate(items):
            self._add(source, (section, already + number), (section, number), value)

    def _add(self, source: Source, key: Key, local: Key, value: Any) -> None:
        before = self._by_key.get(key)
        if before is None:
            self._by_key[key] = Piece(key=key, local=local, value=value, source=source)
        else:
            message = f"this table also stands in {before.source.path}; write it once"
            self.problems.append(source.problem(written(local), message, at=local))
