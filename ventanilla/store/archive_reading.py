"""Reads a back-up that `archive_writing` made, folder or .tar, and finds out whether it is whole. Knows no store."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from ventanilla.errors import BadInput
from ventanilla.store.archive_writing import FORMAT, MANIFEST

_NAME = re.compile(r"rows/[a-z_]+\.jsonl\.gz|blobs/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}")
_LARGEST_MANIFEST = 512 * 1024 * 1024
"""Bytes of a manifest that are read into memory; one of ours with a million attachments has some 160 MB."""
_LARGEST_BLOB = 1024 * 1024 * 1024
_NUMBERS = 2**63


@dataclass(frozen=True, slots=True)
class ArchiveReader:
    """A back-up to read from. Nothing in it is trusted before `verify`."""

    path: Path
    manifest: dict[str, Any]
    tar: tarfile.TarFile | None

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """One of its files. Raises BadInput when it is not there."""
        with _opened(self.path, self.tar, name) as file:
            yield file

    def verify(self) -> Iterator[str]:
        """Read everything once and compare it with the manifest; yields each name as it is found right.

        Raises BadInput naming the first file that is missing, damaged, or should not be there.
        """
        for name, expected in self.manifest["files"].items():
            if not _NAME.fullmatch(name):
                raise BadInput(f"{self.path}: {name}: no back-up of ours holds such a file")
            if name.startswith("blobs/") and expected["size"] > _LARGEST_BLOB:
                raise BadInput(f"{self.path}: {name} is larger than any file of ours")
            if _size(self.path, self.tar, name) != expected["size"]:
                raise BadInput(f"{self.path}: {name} is damaged: it is not what the manifest says")
            with self.file(name) as file:
                digest = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
                size = file.tell()
            if {"size": size, "sha256": digest} != expected:
                raise BadInput(f"{self.path}: {name} is damaged: it is not what the manifest says")
            yield name

    def names(self, start: str) -> list[str]:
        """The files whose names begin so."""
        return [name for name in self.manifest["files"] if name.startswith(start)]


@contextmanager
def reading(path: Path) -> Iterator[ArchiveReader]:
    """A back-up at `path`, folder or .tar. Raises BadInput when that is none, or one of a later format."""
    if path.is_dir():
        yield ArchiveReader(path, _manifest(path, None), None)
        return
    try:
        tar = tarfile.open(path)  # noqa: SIM115  closed below; what the caller raises is none of tarfile's errors
    except (OSError, tarfile.TarError) as error:
        raise BadInput(f"{path}: expected a back-up (a folder or a .tar), found none: {error}") from None
    with tar:
        yield ArchiveReader(path, _manifest(path, tar), tar)


def _manifest(path: Path, tar: tarfile.TarFile | None) -> dict[str, Any]:
    if _size(path, tar, MANIFEST) > _LARGEST_MANIFEST:
        raise BadInput(f"{path}: {MANIFEST} is far too large")
    try:
        with _opened(path, tar, MANIFEST) as file:
            manifest = json.load(file)
        files = {str(name): {"size": one["size"], "sha256": one["sha256"]} for name, one in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(f"{path}: {MANIFEST} cannot be read: {error}") from None
    if manifest.get("format") != FORMAT:
        raise BadInput(
            f"{path}: expected a back-up of format {FORMAT}, found {manifest.get('format')!r}; a newer version wrote it"
        )
    told = {**manifest, "files": files}
    if odd := _odd(told):
        raise BadInput(f"{path}: {MANIFEST}: its {odd} cannot be read")
    return told


def _odd(told: Mapping[str, Any]) -> str | None:
    """What of a manifest has not the form that ours have; None for nothing."""
    rows, last, damaged = (told.get(name, none) for name, none in (("rows", None), ("sequences", {}), ("damaged", [])))
    if not (isinstance(rows, dict) and all(f"rows/{name}.jsonl.gz" in told["files"] for name in rows)):
        return "list of tables"
    if not (isinstance(last, dict) and all(map(_is_number, [*rows.values(), *last.values()]))):
        return "numbers"
    if not (isinstance(damaged, list) and all(isinstance(one, str) for one in damaged)):
        return "list of what is damaged"
    if not (isinstance(told.get("schema"), str) and _is_moment(told.get("made_at"))):
        return "moment and schema"
    return None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < _NUMBERS


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _size(path: Path, tar: tarfile.TarFile | None, name: str) -> int:
    """Bytes of a plain file in it: a link, a pipe, a sparse one (which may claim any size) is none. Raises BadInput."""
    try:
        if tar is None:
            status = (path / name).lstat()
            if stat.S_ISREG(status.st_mode):
                return status.st_size
        else:
            member = tar.getmember(name)
            if member.isreg() and not member.issparse():
                return member.size
    except (OSError, KeyError, tarfile.TarError) as error:
        raise BadInput(f"{path}: {name} is missing or cannot be read: {error}") from None
    raise BadInput(f"{path}: {name} is not a file")


@contextmanager
def _opened(path: Path, tar: tarfile.TarFile | None, name: str) -> Iterator[IO[bytes]]:
    try:
        file = (path / name).open("rb") if tar is None else tar.extractfile(name)
    except (OSError, KeyError, tarfile.TarError) as error:
        raise BadInput(f"{path}: {name} is missing or cannot be read: {error}") from None
    if file is None:
        raise BadInput(f"{path}: {name} is not a file")
    with file:
        yield file
