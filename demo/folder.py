"""Where the demo keeps its data: a folder that is emptied at each start, and that nothing but a demo is ever put into."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.lock import LOCK_FILE, DataLock
from ventanilla.errors import Conflict, Unreachable

USUAL = Path("var") / "demo"
MARK = "DEMO.txt"
_MARK_TEXT = "This folder belongs to `ventanilla demo`, which empties it each time it starts. Keep nothing here.\n"


@contextmanager
def fresh_folder(usual: Path = USUAL) -> Iterator[Path]:
    """An empty folder, locked for as long as it is used: `usual`, or a temporary one.

    Temporary, when `usual` cannot be written or hold a socket, is used by a demo that runs, or has something in it that no demo
    put there. It stays when the demo ends, so that it can be looked at.
    """
    lock = _locked(usual)
    if lock is None:
        lock = DataLock(Path(tempfile.mkdtemp(prefix="ventanilla-demo-")))
        lock.acquire()
    try:
        _empty(lock.data_dir)
        (lock.data_dir / MARK).write_text(_MARK_TEXT, encoding="utf-8")
        yield lock.data_dir
    finally:
        lock.release()


def _locked(folder: Path) -> DataLock | None:
    """The lock on `folder`, held; None when a demo must not use it."""
    lock = DataLock(folder)
    try:
        if _is_somebody_elses(folder):
            return None
        lock.acquire()
        if _holds_sockets(folder):
            return lock
    except (OSError, Conflict, Unreachable):
        return None
    lock.release()
    return None


def _is_somebody_elses(folder: Path) -> bool:
    if not folder.exists() or (folder / MARK).exists():
        return False
    return any(path.name != LOCK_FILE for path in folder.iterdir())


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == LOCK_FILE:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _holds_sockets(folder: Path) -> bool:
    """Whether the queue's socket can be here: some shared folders of virtual machines hold none."""
    probe = folder / "probe"
    if len(str(probe.resolve())) > 100:
        return True  # the queue goes to a shorter path by itself
    try:
        with socket.socket(socket.AF_UNIX) as found:
            found.bind(str(probe))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True
