"""Writes a back-up: a folder or one .tar of named files, and a manifest with the size and hash of each. Knows no store."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ventanilla.errors import BadInput, Unreachable
from ventanilla.ownership import give_to_owner_of_folder

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1024 * 1024


class HashingFile:
    """Writes through to a file and knows the size and SHA-256 of what went by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def measured(self) -> dict[str, Any]:
        return {"size": self._size, "sha256": self._hash.hexdigest()}


@dataclass(slots=True)
class ArchiveWriter:
    """Files on their way into a back-up. Used through `writing`."""

    folder: Path
    tar: tarfile.TarFile | None
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextmanager
    def new_file(self, name: str) -> Iterator[HashingFile]:
        """A file to write; it is part of the back-up once the block ends."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with path.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                hashing = HashingFile(file)
                yield hashing
            self._keep(name, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self.files[name] = hashing.measured

    def add_copy(self, name: str, path: Path) -> str:
        """Copy a file in; return the SHA-256 of what was copied. Raises FileNotFoundError."""
        with path.open("rb") as source, self.new_file(name) as file:
            while chunk := source.read(_CHUNK):
                file.write(chunk)
        return str(self.files[name]["sha256"])

    def _keep(self, name: str, path: Path) -> None:
        if self.tar is not None:
            self.tar.add(path, arcname=name, filter=_anonymous)
            path.unlink()


@contextmanager
def writing(target: Path, facts: Mapping[str, Any]) -> Iterator[ArchiveWriter]:
    """A writer whose back-up appears at `target`, whole and on the disk, when the block ends: a folder, or one file if the
    name ends in .tar. Readable by us alone. `facts` go into the manifest and may be filled in meanwhile.

    Raises BadInput when there is something at `target`, Unreachable when it cannot be written; nothing is left behind then.
    """
    _refuse_to_overwrite(target)
    try:
        _make_room(target.parent)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as work:
            yield from _filled(target, Path(work), facts)
    except OSError as error:
        raise Unreachable(f"the back-up {target} could not be written: {error.strerror or error}") from error


def _filled(target: Path, work: Path, facts: Mapping[str, Any]) -> Iterator[ArchiveWriter]:
    folder, product = work / "files", work / "product"
    folder.mkdir(mode=0o700)
    if target.suffix == ".tar":
        with tarfile.open(product, "w") as tar:
            product.chmod(0o600)
            writer = ArchiveWriter(folder, tar)
            yield writer
            _write_manifest(writer, facts)
    else:
        product = folder
        writer = ArchiveWriter(folder, None)
        yield writer
        _write_manifest(writer, facts)
    os.sync()
    _refuse_to_overwrite(target)
    product.rename(target)
    give_to_owner_of_folder(target)
    os.sync()


def _write_manifest(writer: ArchiveWriter, facts: Mapping[str, Any]) -> None:
    manifest = {"format": FORMAT, **facts, "files": dict(writer.files)}
    with writer.new_file(MANIFEST) as file:
        file.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())


def _refuse_to_overwrite(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise BadInput(f"{target}: is there already; a back-up never overwrites anything, name another place")


def _make_room(folder: Path) -> None:
    """The folder that holds back-ups, with all above it."""
    if not folder.exists():
        _make_room(folder.parent)
        folder.mkdir(exist_ok=True)
        give_to_owner_of_folder(folder)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
