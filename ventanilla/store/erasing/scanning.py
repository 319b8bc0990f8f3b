"""Finds what speaks of a customer and hangs on no case of theirs: items set aside or doubled, letters about many cases. Reads only.

Of an item only the beginning is looked at, where a mail has its headers and a chat's item its sender.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.blobs import blob_path
from ventanilla.store.erasing.whose import Whose
from ventanilla.store.tables import inbox, messages, outbox

_HEAD = 64 * 1024
_AT_ONCE = 50
_SHORT = 6
"""What has fewer characters tells nobody apart from others."""
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def loose_items(connection: sa.Connection, whose: Whose, *, blobs: Path, theirs: Collection[int]) -> Iterator[int]:
    """Rows of the ledger that became no message: copies of `theirs` (ids), what our people said of their cases, and what comes
    from or goes to one of their addresses."""
    keys = tuple(whose.cases.values())
    speaks = _pattern(whose.values)
    for row in _unfiled(connection):
        said = row.reason or ""
        if row.duplicate_of in theirs or any(key in said for key in keys) or speaks(_head(row, blobs)):
            yield int(row.id)


def words_of(whose: Whose) -> frozenset[str]:
    """What tells this customer apart from others: keys of cases, addresses, and names of more than one word."""
    names = (name for name in whose.names if " " in name.strip())
    return frozenset(word for word in (*whose.cases.values(), *whose.values, *names) if len(word) >= _SHORT)


def letters_about(connection: sa.Connection, whose: Whose) -> Iterator[sa.Row[Any]]:
    """Letters of no case that were written to the customer, or that name one of their cases, addresses, or themselves."""
    words = words_of(whose)
    last = 0
    while rows := connection.execute(
        sa.select(outbox).where(outbox.c.id > last, outbox.c.conversation_id.is_(None)).order_by(outbox.c.id).limit(500)
    ).all():
        for row in rows:
            told = [row.recipient, row.dedupe_key, *_texts(row.payload)]
            if row.recipient in whose.values or any(word in text for word in words for text in told):
                yield row
        last = rows[-1].id


def _unfiled(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    has_words = inbox.c.raw.is_not(None) | inbox.c.raw_blob.is_not(None) | inbox.c.note.is_not(None)
    query: sa.Select[Any] = (
        sa.select(
            inbox.c.id,
            inbox.c.reason,
            inbox.c.duplicate_of,
            inbox.c.raw_blob,
            sa.func.substr(inbox.c.raw, 1, _HEAD).label("head"),
        )
        .where(inbox.c.id > sa.bindparam("last"), has_words)
        .where(~sa.exists().where(messages.c.inbox_id == inbox.c.id))
        .order_by(inbox.c.id)
        .limit(_AT_ONCE)
    )
    last = 0
    while rows := connection.execute(query, {"last": last}).all():
        yield from rows
        last = rows[-1].id


def _head(row: sa.Row[Any], blobs: Path) -> bytes:
    found = bytes(row.head or b"")
    if row.raw_blob is not None and blob_path(blobs, row.raw_blob).is_file():
        with blob_path(blobs, row.raw_blob).open("rb") as file:
            found = file.read(_HEAD)
    end = _END_OF_HEADERS.search(found)
    return found[: end.start()] if end else found


def _pattern(values: Sequence[str]) -> Any:
    """Whether bytes hold one of these addresses, whole: plain, or as in a form (%2B, %40)."""
    bare = [re.escape(value.lower().removeprefix("+").encode()).replace(b"@", b"(?:@|%40)") for value in values]
    if not bare:
        return lambda _: False
    find = re.compile(rb"(?<![a-z0-9._-])(?:%2b)?(?:" + b"|".join(bare) + rb")(?![a-z0-9-])").search
    return lambda head: find(head.lower()) is not None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
