"""One daemon to a data folder: a file lock that the kernel lets go when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

from ventanilla.errors import Conflict, Unreachable
from ventanilla.ownership import give_to_owner_of_folder

LOCK_FILE = "ventanilla.lock"
# `holder` takes the lock for an instant to see whether it is free: long enough for that to pass, too short to notice.
PATIENCE = 0.3


class DataLock:
    """Holds `data_dir` for this process, as a context manager. The file carries the holder's pid for people to read."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._file: int | None = None

    def acquire(self) -> None:
        """Take it. Conflict (naming the pid) when another process has it; Unreachable when the folder cannot be written."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
            give_to_owner_of_folder(self.data_dir / LOCK_FILE)
        except OSError as error:
            raise Unreachable(
                f"data_dir {self.data_dir}: {error.strerror}; it must be a folder we may write to"
            ) from None
        if not _locked_within(file, PATIENCE):
            pid = _read_pid(file)
            os.close(file)
            raise Conflict(f"already running on {self.data_dir} (pid {pid or 'unknown'})", winner=pid)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let it go; harmless when it is not held. The file stays: removing it would let two processes hold two files."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def __enter__(self) -> DataLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holder(data_dir: Path) -> int | None:
    """Pid of the daemon that runs on `data_dir`, None when none does."""
    try:
        file = os.open(data_dir / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return None
    try:
        if _locked_within(file, 0.0):
            return None
        pid = _read_pid(file)
        return int(pid) if pid else None
    finally:
        os.close(file)


def _locked_within(file: int, seconds: float) -> bool:
    until = monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                return False
            sleep(0.02)
        else:
            return True


def _read_pid(file: int) -> str | None:
    text = os.pread(file, 32, 0).decode(errors="replace").strip()
    return text if text.isdigit() else None
