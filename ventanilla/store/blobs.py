"""Bytes by their content: written so that a crash leaves a whole file or none. Knows no rows."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from ventanilla.ownership import give_to_owner_of_folder


def put_blob(folder: Path, content: bytes) -> str:
    """Keep the bytes and return their SHA-256. A repeat finds them there and makes them young again, so that nobody deletes
    them from under a row to be (store/erasing/blanking.py). Durable on return: file and folders are synced."""
    digest = hashlib.sha256(content).hexdigest()
    target = blob_path(folder, digest)
    with suppress(FileNotFoundError):
        os.utime(target)
        return digest
    _make_folder(target.parent)
    temporary = target.with_name(f".{digest}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            give_to_owner_of_folder(temporary)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except OSError:  # on a full disk each further try would leave one more
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)
    return digest


def get_blob(folder: Path, digest: str) -> bytes:
    """The bytes kept under this SHA-256. Raises FileNotFoundError."""
    return blob_path(folder, digest).read_bytes()


def blob_path(folder: Path, digest: str) -> Path:
    """Where the bytes of this SHA-256 stand."""
    return folder / digest[:2] / digest[2:4] / digest


def _make_folder(folder: Path) -> None:
    """With all folders above it, each new one synced into the one that holds it."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        give_to_owner_of_folder(folder)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
