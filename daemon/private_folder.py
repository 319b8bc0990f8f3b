"""Folders that nobody but us may enter, and a short one where a Unix socket's path would be too long."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from ventanilla.errors import Unreachable


def make_private(folder: Path) -> None:
    """Make `folder` 0700, or make sure that it is ours. Unreachable when somebody else's folder or link stands there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise Unreachable(f"{folder}: {error.strerror}; it must be a folder we may write to") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Unreachable(f"{folder}: expected a folder owned by uid {os.geteuid()}, found one of uid {found.st_uid}")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def short_folder(deep: Path) -> Path:
    """A short path that stands for `deep`: the same for the same folder and user; not made yet."""
    digest = hashlib.sha256(os.fsencode(deep)).hexdigest()[:12]
    name = f"ventanilla-{os.geteuid()}-{digest}"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - made 0700 and checked
        if base and Path(base).is_dir() and len(base) <= 60 and os.access(base, os.W_OK):
            return Path(base) / name
    return Path(tempfile.gettempdir()) / name
