"""Fills an empty store from a back-up, so that nothing that went out since is sent again and nobody is written to unasked."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from ventanilla.errors import BadInput, Unreachable
from ventanilla.store.archive_reading import ArchiveReader, reading
from ventanilla.store.aside import REVISIONS, holds_something, set_aside
from ventanilla.store.backup import Progress, rows_name, serial_tables
from ventanilla.store.blobs import put_blob
from ventanilla.store.blobs_folder import forget_blobs_folder
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.migrate import current_revision, upgrade
from ventanilla.store.revision import newest_revision
from ventanilla.store.rows import insert_into, rows_of
from ventanilla.store.tables import channels, installation, invitations, leases, outbox, sessions
from ventanilla.store.webhook_events import pause_all
from ventanilla.words import IN_PERSON, STAFF_BOT, DeliveryState, EventKind

RESTORED = "restored"
"""Why a row of the outbox is `unknown`: it had not gone out when the back-up was made, and may have gone out since."""

_UNSENT = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
_AT_ONCE = 500
_TELL_EVERY = 1_000
_LONGEST_LINE = 128 * 1024 * 1024
"""Bytes of one row that are read into memory; ours have a few megabytes at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back. `unsent` rows of the outbox are unknown now; `damaged` blobs the back-up itself had not; `aside` is where
    what was there before stands."""

    made_at: datetime
    rows: int
    blobs: int
    unsent: int
    damaged: tuple[str, ...]
    aside: str | None = None


def restore_backup(
    store: Store, source: Path, *, now: datetime, progress: Progress, aside: str | None = None
) -> Restored:
    """Verify the whole back-up, then fill the empty store from it, in one transaction, and bring it up to date.

    Whatever had not gone out is marked unknown, and every channel observes until `golive`, before anything is committed. With
    a label as `aside` a store that is not empty is first moved out of the way under that label; nothing is deleted.

    Raises BadInput when the back-up is damaged or none, or the store holds something and there is no label; Unreachable when
    a newer version wrote it. A store that could not be filled is still empty.
    """
    if aside is None and holds_something(store):
        raise BadInput("the store is not empty: restore into a new one, or use --force, which sets this one aside")
    with reading(source) as archive:
        schema = _schema(archive)
        _verify(archive, progress)
        blobs = _load_blobs(archive, store, progress)
        before = set_aside(store, label=aside) if aside is not None and holds_something(store) else None
        _lay_tables(store, schema)
        restored = _load(store, archive, now=now, progress=progress)
    upgrade(store)
    with store.write() as connection:
        forget_blobs_folder(connection)
    return replace(restored, blobs=blobs, aside=before)


def _verify(archive: ArchiveReader, progress: Progress) -> None:
    total = len(archive.manifest["files"])
    for number, _ in enumerate(archive.verify(), start=1):
        if number % _TELL_EVERY == 0 or number == total:
            progress(f"verified {number:,} of {total:,} files")


def _schema(archive: ArchiveReader) -> str:
    schema = str(archive.manifest.get("schema"))
    if schema > newest_revision():
        raise Unreachable(f"{archive.path}: a newer version wrote this back-up (schema {schema}): upgrade this program")
    return schema


def _lay_tables(store: Store, schema: str) -> None:
    """The tables as they were when the back-up was made: its rows fit those, and are brought up to date afterwards."""
    with store.read() as connection:
        current = current_revision(connection)
    if current not in (None, schema):
        set_aside(store, label="empty")
    upgrade(store, to=schema)


def _load_blobs(archive: ArchiveReader, store: Store, progress: Progress) -> int:
    names = archive.names("blobs/")
    for number, name in enumerate(names, start=1):
        with archive.file(name) as file:
            content = file.read()
        try:
            put_blob(store.blobs, content)
        except OSError as error:
            raise Unreachable(
                f"{store.blobs} cannot be written to: {error.strerror}; the store is as it was, and the same may be tried again"
            ) from error
        if number % _TELL_EVERY == 0:
            progress(f"attachments and large originals: {number:,} of {len(names):,}")
    return len(names)


def _load(store: Store, archive: ArchiveReader, *, now: datetime, progress: Progress) -> Restored:
    manifest = archive.manifest
    try:
        with store.write() as connection:
            rows = sum(_load_table(connection, archive, name, progress) for name in manifest["rows"])
            _give_out_no_number_twice(connection, manifest.get("sequences", {}))
            unsent = _hold_back(connection, manifest, now)
    except StatementError as error:
        raise BadInput(f"{archive.path}: its rows do not fit together: {str(error.orig).splitlines()[0]}") from error
    return Restored(
        made_at=datetime.fromisoformat(manifest["made_at"]),
        rows=rows,
        blobs=0,
        unsent=unsent,
        damaged=tuple(manifest.get("damaged", ())),
    )


def _load_table(connection: sa.Connection, archive: ArchiveReader, table: str, progress: Progress) -> int:
    count = 0
    try:
        with archive.file(rows_name(table)) as file, gzip.open(file) as packed:
            kinds, rows = rows_of(_lines(packed))
            _require_columns(connection, table, kinds)
            insert = insert_into(table, kinds)
            while chunk := list(islice(rows, _AT_ONCE)):
                connection.execute(insert, chunk)
                count += len(chunk)
                if count % (_TELL_EVERY * 10) == 0:
                    progress(f"{table}: {count:,} rows")
    except (BadInput, EOFError, zlib.error, gzip.BadGzipFile, OverflowError, UnicodeError) as error:
        raise BadInput(f"{archive.path}: {table}: {error}") from None
    expected = archive.manifest["rows"][table]
    if count != expected:
        raise BadInput(f"{archive.path}: {table} has {count} rows where the manifest says {expected}")
    progress(f"{table}: {count:,} rows, done")
    return count


def _lines(packed: gzip.GzipFile) -> Iterator[bytes]:
    """Each line. Raises BadInput for one that no row of ours fills."""
    while line := packed.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise BadInput("a row is far too long")
        yield line


def _require_columns(connection: sa.Connection, table: str, kinds: Mapping[str, str]) -> None:
    """Raises BadInput for a table or a column that the tables of that schema have not."""
    found = sa.inspect(connection)
    is_ours = table in found.get_table_names() and table != REVISIONS
    there = {column["name"] for column in found.get_columns(table)} if is_ours else set()
    if strange := sorted(set(kinds) - there):
        raise BadInput(f"there is no column {strange[0][:80]!r}")


def _give_out_no_number_twice(connection: sa.Connection, last: dict[str, int]) -> None:
    if connection.dialect.name == "sqlite":
        for name, number in last.items():
            changed = connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (number, name))
            if not changed.rowcount:
                connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))
        return
    for name in serial_tables(connection):
        highest = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {name}").scalar_one()  # noqa: S608
        number = max(highest, last.get(name, 0))
        if number:
            connection.execute(sa.select(sa.func.setval(f"{name}_id_seq", number)))


def _hold_back(connection: sa.Connection, manifest: dict[str, Any], now: datetime) -> int:
    """Nothing goes out by itself after this, in the transaction that brings the rows back."""
    unknown = {"state": DeliveryState.UNKNOWN, "reason": RESTORED, "claimed_by": None, "sending_at": None}
    unsent = connection.execute(sa.update(outbox).where(outbox.c.state.in_(_UNSENT)).values(unknown)).rowcount
    connection.execute(
        sa.update(channels).where(channels.c.name.not_in((STAFF_BOT, IN_PERSON))).values(forced_observe=True)
    )
    pause_all(connection, now=now)
    connection.execute(sa.update(installation).values(restored_at=now))
    connection.execute(sa.update(leases).values(expires_at=now))
    # what was ended or used after the back-up was made must not come alive again
    connection.execute(sa.update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=now))
    connection.execute(sa.update(invitations).where(invitations.c.expires_at > now).values(expires_at=now))
    journal = Journal(now=now, actor="admin")
    journal.add(EventKind.RESTORED, data={"made_at": manifest["made_at"], "unsent": unsent})
    journal.flush(connection)
    return unsent
