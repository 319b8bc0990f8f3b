"""A file of ours for one pair of eyes: whole and on the disk under its name, or not there at all. Knows nothing of its content."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ventanilla.errors import BadInput, Unreachable


@contextmanager
def whole_file(target: Path, *, force: bool, option: str) -> Iterator[IO[bytes]]:
    """A file to write, 0600, that replaces `target` when the block ends well. Raises BadInput when something is there, unless
    `force` (a file is replaced then), and Unreachable when it cannot be written; nothing is left behind then."""
    _refuse(target, force=force, option=option)
    work = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(work, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _refuse(target, force=force, option=option)
        work.replace(target)
        _keep_name(target.parent)
    except OSError as error:
        raise Unreachable(f"{target} could not be written: {error.strerror or error}") from error
    finally:
        work.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """The folder on the disk too: it holds the name."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refuse(target: Path, *, force: bool, option: str) -> None:
    if target.is_dir():
        raise BadInput(f"{target}: is a folder; {option} names the file to write")
    if target.exists() and not force:
        raise BadInput(f"{target}: is there already; --force replaces it, {option} names another file")
    if not target.parent.is_dir():
        raise BadInput(f"{target.parent}: no such folder")
