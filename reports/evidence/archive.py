"""Writes a ZIP whose every file is known by size and hash: in one pass, whatever the size, readable by us alone. Knows no case.

The same files at the same moment give the same bytes. What is large already is stored as it is: it would not shrink.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ventanilla.errors import BadInput, Unreachable

MANIFEST = "MANIFEST.sha256"
_CHUNK = 1024 * 1024
_SHRINKS = 256 * 1024
"""Files up to this size are packed tightly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One file of the ZIP."""

    name: str
    size: int
    sha256: str


@dataclass(slots=True)
class EvidenceArchive:
    """Files on their way into a ZIP. Used through `archiving`. `made_at` is the date that each gets."""

    zip: zipfile.ZipFile
    made_at: datetime
    files: list[Measured] = field(default_factory=list)

    def add(self, name: str, content: bytes) -> Measured:
        """Put these bytes in under this name."""
        return self._write(name, len(content), iter([content]))

    def add_copy(self, name: str, path: Path) -> Measured:
        """Copy a file in, a piece at a time. Raises FileNotFoundError before anything is written."""
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            return self._write(name, size, iter(lambda: source.read(_CHUNK), b""))

    def finish(self) -> str:
        """Write MANIFEST.sha256 over everything else, as `sha256sum -c` takes it; return its hash."""
        lines = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(self.files, key=lambda one: one.name))
        return self._write(MANIFEST, len(lines), iter([lines.encode()])).sha256

    def _write(self, name: str, size: int, pieces: Iterator[bytes]) -> Measured:
        when = self.made_at.astimezone(UTC)
        entry = zipfile.ZipInfo(name, (max(when.year, 1980), *when.timetuple()[1:6]))
        entry.compress_type = zipfile.ZIP_DEFLATED if size <= _SHRINKS else zipfile.ZIP_STORED
        entry.external_attr = 0o600 << 16
        entry.create_system = 3  # whichever system made it
        digest, written = hashlib.sha256(), 0
        with self.zip.open(entry, "w", force_zip64=size >= zipfile.ZIP64_LIMIT // 2) as file:
            for piece in pieces:
                digest.update(piece)
                written += len(piece)
                file.write(piece)
        measured = Measured(name=name, size=written, sha256=digest.hexdigest())
        self.files.append(measured)
        return measured


@contextmanager
def archiving(target: Path, *, made_at: datetime, force: bool) -> Iterator[EvidenceArchive]:
    """An archive that appears at `target`, whole and on the disk, when the block ends; 0600.

    Raises BadInput when there is something at `target`, unless `force` (then it is replaced, if it is a file), and Unreachable
    when it cannot be written. Nothing is left behind then.
    """
    _refuse(target, force=force)
    work = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(work, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", compresslevel=6) as packed:
                yield EvidenceArchive(packed, made_at)
            file.flush()
            os.fsync(file.fileno())
        _refuse(target, force=force)
        work.replace(target)
    except OSError as error:
        raise Unreachable(f"{target} could not be written: {error.strerror or error}") from error
    finally:
        work.unlink(missing_ok=True)


def _refuse(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise BadInput(f"{target}: is a folder; --out names the file to write, such as {target / 'evidence.zip'}")
    if target.exists() and not force:
        raise BadInput(f"{target}: is there already; --force replaces it, --out names another file")
    if not target.parent.is_dir():
        raise BadInput(f"{target.parent}: no such folder")
