"""Puts a case's originals into its ZIP: what came in as it came, what went out put together again, attachments. Shows none of them.

What our own people wrote to us (an answer to a notice, with the token that let it in) is no original of the case and stays out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reports.evidence.archive import EvidenceArchive
from reports.evidence.characters import safe_name
from reports.evidence.gathering import Dossier
from reports.evidence.packed import FILE, RAW, SENT, Contents, Packed
from ventanilla.store.blobs import blob_path
from ventanilla.store.tables import inbox
from ventanilla.words import Direction, Side

Rebuild = Callable[[sa.Row[Any]], tuple[bytes, str] | None]
"""What an outbox row was as bytes, and the ending that names their format; None where that cannot be said."""
Progress = Callable[[str], None]

_PUBLIC_SIDES = (Side.MAILBOX, Side.PROVIDER)
_RAW_OF = sa.select(inbox.c.raw).where(inbox.c.id == sa.bindparam("row_id"))


def pack_originals(
    connection: sa.Connection,
    archive: EvidenceArchive,
    dossier: Dossier,
    blobs: Path,
    *,
    rebuild: Rebuild,
    progress: Progress,
) -> Contents:
    """Put them all in; what is missing or damaged is said of it and stops nothing."""
    raw = dict(_pack_raw(connection, archive, dossier, blobs, progress))
    sent = dict(_pack_sent(archive, dossier, rebuild))
    return Contents(raw=raw, sent=sent, files=dict(_pack_files(archive, dossier, blobs, progress)))


def _pack_raw(
    connection: sa.Connection, archive: EvidenceArchive, dossier: Dossier, blobs: Path, progress: Progress
) -> Iterator[tuple[int, Packed]]:
    shown = [row for row in dossier.message_rows if row.inbox_id is not None and _is_of_the_case(row)]
    for number, row in enumerate(shown, start=1):
        progress(f"originals: {number:,} of {len(shown):,}")
        item = dossier.inputs[row.inbox_id]
        stem = f"originals/received/{number:04}-message-{row.id}"
        if item.raw_blob is not None:
            path = blob_path(blobs, item.raw_blob)
            yield row.inbox_id, _copied(archive, f"{stem}{_ending_of(path, row)}", path, item.raw_blob, RAW)
        elif item.has_raw:
            content = bytes(connection.execute(_RAW_OF, {"row_id": row.inbox_id}).scalar_one())
            measured = archive.add(f"{stem}{_ending(content[:1], row)}", content)
            yield row.inbox_id, Packed(name=measured.name, size=measured.size, sha256=measured.sha256, what=RAW)
        else:
            trouble = "erased" if dossier.erased_at is not None else "missing"
            yield row.inbox_id, Packed(name="", size=0, sha256="", what=RAW, trouble=trouble)


def _is_of_the_case(row: sa.Row[Any]) -> bool:
    return row.direction == Direction.IN or row.side in _PUBLIC_SIDES


def _ending_of(path: Path, row: sa.Row[Any]) -> str:
    try:
        with path.open("rb") as file:
            return _ending(file.read(1), row)
    except OSError:
        return _ending(b"", row)


def _ending(first: bytes, row: sa.Row[Any]) -> str:
    """By what it is: providers other than mail bring JSON."""
    if first in (b"{", b"["):
        return ".json"
    return ".eml" if row.medium == "email" else ".bin"


def _pack_sent(archive: EvidenceArchive, dossier: Dossier, rebuild: Rebuild) -> Iterator[tuple[int, Packed]]:
    gone_out = [one for one in dossier.letters if one.sent_at is not None and dossier.erased_at is None]
    for number, letter in enumerate(gone_out, start=1):
        made = rebuild(letter)
        if made is not None:
            content, ending = made
            measured = archive.add(f"originals/sent/{number:04}-{letter.kind}-{letter.id}{ending}", content)
            yield letter.id, Packed(name=measured.name, size=measured.size, sha256=measured.sha256, what=SENT)


def _pack_files(
    archive: EvidenceArchive, dossier: Dossier, blobs: Path, progress: Progress
) -> Iterator[tuple[str, Packed]]:
    """Each once, however often it came."""
    kept = [file for message in dossier.document["messages"] for file in message["attachments"] if file["sha256"]]
    once = {file["sha256"]: file for file in reversed(kept)}
    names = {digest: once[digest]["filename"] for digest in dict.fromkeys(file["sha256"] for file in kept)}
    for number, (digest, filename) in enumerate(names.items(), start=1):
        progress(f"attachments: {number:,} of {len(names):,}")
        name = f"files/{number:04}-{safe_name(filename)}"
        yield digest, _copied(archive, name, blob_path(blobs, digest), digest, FILE)


def _copied(archive: EvidenceArchive, name: str, path: Path, digest: str, what: str) -> Packed:
    try:
        measured = archive.add_copy(name, path)
    except FileNotFoundError:
        return Packed(name="", size=0, sha256=digest, what=what, trouble="missing")
    trouble = "" if measured.sha256 == digest else "damaged"
    return Packed(name=name, size=measured.size, sha256=measured.sha256, what=what, trouble=trouble)
