"""Starts a supervisor in a process of its own and tells which processes still run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREAMBLE = """
import sys, time, os, signal
from pathlib import Path
from daemon.child import Child
from daemon.embedded_queue import EmbeddedQueue
from daemon.lock import DataLock
from daemon.supervisor import Supervisor
from ventanilla.logs import set_up_logs
set_up_logs()
data_dir = Path(sys.argv[1])
PY = sys.executable
"""


@contextmanager
def program(source: str, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process that runs `source` after the imports above; killed at the end, if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + source, str(data_dir)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def runs(pid: int) -> bool:
    """True while the process exists and is no zombie."""
    try:
        after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False
    return after.split()[0] not in "ZX"


def kill_quietly(pid: int | None, number: int) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
