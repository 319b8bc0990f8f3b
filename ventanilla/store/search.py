"""Finds messages and notes by their words, on either engine: every word must be there, each as the beginning of one. Reads only.

What people type is taken apart by `words_of`, which no sign in it can break; in quotation marks words stand side by side.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import regex
import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, messages, notes
from ventanilla.store.tables.search import document

MOST_WORDS = 12
PIECE = 500
MOST_PIECES = 100_000
"""Pages of the index that are rewritten at once, and how often at most."""
_PIECE = regex.compile(r'"([^"]*)"|(\S+)')
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for: groups of words, each group side by side. Lower case, without accents."""

    groups: tuple[tuple[str, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def all(self) -> frozenset[str]:
        """Every word of every group."""
        return frozenset(word for group in self.groups for word in group)


def words_of(typed: str) -> Words:
    """What somebody typed into a search box; at most MOST_WORDS words of it."""
    groups: list[tuple[str, ...]] = []
    left = MOST_WORDS
    for quoted, single in _PIECE.findall(typed):
        found = tuple(_WORD.findall(plain(quoted or single)))[:left]
        left -= len(found)
        if found:
            groups.append(found)
    return Words(tuple(groups))


def plain(text: str) -> str:
    """Lower case and without accents, as the indexes have it; of the same length as `text` is not promised."""
    if text.isascii():
        return text.lower()
    bare = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare).lower()


def found_messages(
    connection: sa.Connection,
    words: Words,
    conditions: Sequence[sa.ColumnElement[bool]],
    *,
    before: int | None,
    most: int,
) -> list[sa.Row[Any]]:
    """The newest `most` messages with these words whose cases meet the conditions (over `conversations`); ids below `before`."""
    query = (
        sa.select(messages, conversations.c.key)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(_matches(connection, "messages", words), *conditions)
        .order_by(_newest_first(connection, messages).desc())
        .limit(most)
    )
    return list(
        connection.execute(query if before is None else query.where(_newest_first(connection, messages) < before))
    )


def found_notes(
    connection: sa.Connection, words: Words, conditions: Sequence[sa.ColumnElement[bool]], *, most: int
) -> list[sa.Row[Any]]:
    """The same of our own people's notes."""
    query = (
        sa.select(notes, conversations.c.key)
        .join(conversations, conversations.c.id == notes.c.conversation_id)
        .where(_matches(connection, "notes", words), *conditions)
        .order_by(_newest_first(connection, notes).desc())
        .limit(most)
    )
    return list(connection.execute(query))


def _newest_first(connection: sa.Connection, table: sa.Table) -> sa.ColumnElement[int]:
    """The id to sort by. PostgreSQL takes a word for rarer or commoner than it is, and would walk all there is by its key, making
    each text's words anew (19 s among 70,000 for a word that nobody wrote): of a sum it knows no order."""
    number: sa.ColumnElement[int] = table.c.id
    return number + sa.literal_column("0") if connection.dialect.name == "postgresql" else number


def sweep_index(store: Store) -> None:
    """Rewrite SQLite's index without what was taken out of it, which its older parts hold for long. A piece a transaction, so that
    nobody waits; PostgreSQL's own vacuum does it in its time. A repeat finds nothing to do."""
    if not store.is_sqlite:
        return
    for table in ("messages_search", "notes_search"):
        pages = -PIECE  # negative: what is in few parts is rewritten as well
        for _ in range(MOST_PIECES):
            with store.write() as connection:
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
                before = _changes(connection)
                connection.exec_driver_sql(f"INSERT INTO {table}({table}, rank) VALUES ('merge', {pages})")  # noqa: S608
                if _changes(connection) - before < 2:
                    break
            pages = PIECE


def _changes(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _matches(connection: sa.Connection, table: str, words: Words) -> sa.ColumnElement[bool]:
    if connection.dialect.name == "postgresql":
        asked = " & ".join("(" + " <-> ".join(f"'{word}':*" for word in group) + ")" for group in words.groups)
        match = sa.text(f"{document(table)} @@ to_tsquery('simple', :asked)").bindparams(asked=asked)
        return sa.type_coerce(match, sa.Boolean)
    asked = " AND ".join('"' + " ".join(group) + '"*' for group in words.groups)
    hits = sa.text(f"SELECT rowid FROM {table}_search WHERE {table}_search MATCH :asked").bindparams(asked=asked)  # noqa: S608
    column = messages.c.id if table == "messages" else notes.c.id
    return column.in_(hits)


def around(text: str, words: Words, *, length: int = 220) -> list[tuple[str, bool]]:
    """The piece of a text in which its first found word stands, in parts: (text, whether it was looked for)."""
    spans = _found_in(text, words, within=length)
    first = spans[0][0] if spans else 0
    start = max(0, first - length // 3)
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + length)
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begin, stop in spans:
        if begin >= at and stop <= end:
            parts += [(text[at:begin], False), (text[begin:stop], True)]
            at = stop
    parts.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return [part for part in parts if part[0]]


def _found_in(text: str, words: Words, *, within: int) -> list[tuple[int, int]]:
    """Where the words stand, from the first one on and no further than `within`: a mail may go on for a thousand pages."""
    found: list[tuple[int, int]] = []
    wanted = tuple(words.all)
    for each in _WORD.finditer(text):
        if found and each.start() > found[0][0] + within:
            break
        if plain(each.group()).startswith(wanted):
            found.append(each.span())
    return found
