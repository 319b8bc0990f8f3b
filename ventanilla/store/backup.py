"""Copies a store while it is in use: every row of one moment, and the blobs they name. The same format for both engines."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from ventanilla.store.archive_writing import ArchiveWriter, writing
from ventanilla.store.blobs import blob_path
from ventanilla.store.engine import Store, take_time
from ventanilla.store.outbox import files_to_go
from ventanilla.store.revision import newest_revision
from ventanilla.store.rows import lines_of
from ventanilla.store.tables import attachments, inbox, installation, metadata

_COMPRESSION = 1  # mail shrinks to a third at this level already, and the service goes on meanwhile
_TELL_EVERY = 1000

Progress = Callable[[str], None]
"""Told in a few words what is being done, every so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was copied. `damaged` are blobs that rows name and that are missing or not what their name says."""

    path: Path
    rows: int
    blobs: int
    damaged: tuple[str, ...]


def write_backup(store: Store, target: Path, *, now: datetime, version: str, progress: Progress) -> Backup:
    """Write a back-up to `target`, a folder or, if the name ends in .tar, one file; writers are not held up meanwhile.

    It holds what customers wrote and the key that signs our Message-IDs: it is readable by us alone. Secrets and tokens are
    not in it. Raises BadInput when there is something at `target`, Unreachable when it cannot be written, Temporary when the
    store does not answer; nothing is left behind then.
    """
    facts: dict[str, Any] = {"made_at": now.isoformat(), "version": version, "schema": newest_revision(), "rows": {}}
    damaged: list[str] = []
    with store.read() as connection, writing(target, facts) as archive:
        take_time(connection)
        facts["engine"] = connection.dialect.name
        facts["instance"] = connection.scalar(sa.select(installation.c.instance))
        facts["sequences"] = _sequences(connection)
        for table in _parents_first():
            facts["rows"][table.name] = _copy_rows(connection, table, archive, progress)
        digests = _blobs_of(connection)
        for number, digest in enumerate(digests, start=1):
            if not _copy_blob(store.blobs, digest, archive):
                damaged.append(digest)
            if number % _TELL_EVERY == 0:
                progress(f"attachments and large originals: {number:,} of {len(digests):,}")
        facts["damaged"] = damaged
    return Backup(
        path=target, rows=sum(facts["rows"].values()), blobs=len(digests) - len(damaged), damaged=tuple(damaged)
    )


def blob_name(digest: str) -> str:
    """Where a blob stands in a back-up."""
    return blob_path(Path("blobs"), digest).as_posix()


def rows_name(table: str) -> str:
    """Where a table's rows stand in a back-up."""
    return f"rows/{table}.jsonl.gz"


def _parents_first() -> list[sa.Table]:
    """Every table after those that it refers to at once; deferred references may point ahead."""
    tables = list(metadata.tables.values())
    done: list[sa.Table] = []
    while tables:
        table = next(each for each in tables if _parents(each) <= {one.name for one in done})
        tables.remove(table)
        done.append(table)
    return done


def _parents(table: sa.Table) -> set[str]:
    return {key.referred_table.name for key in table.foreign_key_constraints if not key.deferrable} - {table.name}


def _copy_rows(connection: sa.Connection, table: sa.Table, archive: ArchiveWriter, progress: Progress) -> int:
    count = -1  # the first line names the columns
    with (
        archive.new_file(rows_name(table.name)) as file,
        gzip.GzipFile("", "wb", _COMPRESSION, cast(Any, file), mtime=0) as packed,
    ):
        for line in lines_of(connection, table):
            packed.write(line)
            count += 1
            if count and count % (_TELL_EVERY * 10) == 0:
                progress(f"{table.name}: {count:,} rows")
    progress(f"{table.name}: {count:,} rows, done")
    return count


def _blobs_of(connection: sa.Connection) -> list[str]:
    named = sa.union(
        sa.select(inbox.c.raw_blob.label("digest")).where(inbox.c.raw_blob.is_not(None)),
        sa.select(attachments.c.sha256),
    )
    return sorted({*connection.scalars(named), *files_to_go(connection)})


def _copy_blob(blobs: Path, digest: str, archive: ArchiveWriter) -> bool:
    try:
        return archive.add_copy(blob_name(digest), blob_path(blobs, digest)) == digest
    except FileNotFoundError:
        return False


def _sequences(connection: sa.Connection) -> dict[str, int]:
    """The last number that each table gave out: after a restore none is given out again, not even a deleted row's."""
    return dict(_last_numbers(connection))


def _last_numbers(connection: sa.Connection) -> Iterator[tuple[str, int]]:
    if connection.dialect.name == "sqlite":
        for name, last in connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence"):
            yield str(name), int(last)
        return
    for name in serial_tables(connection):
        last = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {name}_id_seq").one()  # noqa: S608
        if last.is_called:
            yield name, int(last.last_value)


def serial_tables(connection: sa.Connection) -> list[str]:
    """The tables whose ids PostgreSQL gives out."""
    query = "SELECT relname FROM pg_class WHERE relkind = 'S' AND pg_table_is_visible(oid) ORDER BY relname"
    names = [str(name).removesuffix("_id_seq") for name in connection.scalars(sa.text(query))]
    return [name for name in names if name in metadata.tables]
