"""Who wrote an item of the ledger and about what, by the beginning of its bytes, for a person who must decide about it.

Bounded: reads headers, never a body. Knows e-mail; of other channels it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from connectors.imap_email.reading.headers import read_headers
from connectors.imap_email.reading.people import read_people
from ventanilla.store.blobs import blob_path
from ventanilla.store.tables import channels, inbox

_BEGINNING = 65_536
_KIND = "email"


def envelopes(connection: sa.Connection, ids: Iterable[int], blobs: Path) -> dict[int, tuple[str | None, str | None]]:
    """Sender and subject of these items, where they can be told."""
    query = (
        sa.select(inbox.c.id, sa.func.substr(inbox.c.raw, 1, _BEGINNING).label("beginning"), inbox.c.raw_blob)
        .join(channels, channels.c.name == inbox.c.channel)
        .where(inbox.c.id.in_(list(ids)), channels.c.kind == _KIND)
    )
    found = {}
    for row in connection.execute(query):
        beginning = _from_file(blob_path(blobs, row.raw_blob)) if row.raw_blob else row.beginning
        if beginning:
            found[row.id] = _read(bytes(beginning))
    return found


def _from_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_BEGINNING)
    except OSError:
        return b""


def _read(beginning: bytes) -> tuple[str | None, str | None]:
    headers, _ = read_headers(beginning, 0, len(beginning))
    return read_people(headers).author.address or None, headers.text("subject") or None
