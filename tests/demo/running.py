"""Starts the demo as a person would, in a folder of its own, and tells which processes belong to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMMAND = (sys.executable, "-P", "-m", "cli", "demo")


def run_demo(*arguments: str, cwd: Path, seconds: float = 150, **more: str) -> subprocess.CompletedProcess[str]:
    """One whole run with its output in a pipe; `more` is added to its environment."""
    argv = [*COMMAND, *arguments]
    return subprocess.run(
        argv, cwd=cwd, capture_output=True, text=True, timeout=seconds, env=environment(**more), check=False
    )


def demo_at_work(*, cwd: Path, **more: str) -> tuple[subprocess.Popen[bytes], bytes]:
    """A demo whose first message has an owner, so that everything of it runs, and what it has written so far."""
    process = subprocess.Popen([*COMMAND], cwd=cwd, env=environment(**more), stdout=subprocess.PIPE)
    assert process.stdout is not None
    written = b""
    while "→".encode() not in written:
        more_of_it = os.read(process.stdout.fileno(), 4096)
        assert more_of_it, f"the demo ended with {process.wait()}: {written.decode()}"
        written += more_of_it
    return process, written


def run_demo_to_its_first_message(*, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """One whole run, however long a start takes; Ctrl-C ends it."""
    process, written = demo_at_work(cwd=cwd, **more)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=150)
    return subprocess.CompletedProcess(process.args, process.returncode, (written + rest).decode(), "")


def environment(**more: str) -> dict[str, str]:
    """What a program finds in a plain shell: no settings of ours, no terminal width of the test's."""
    ours = ("VENTANILLA_CONFIG", "VENTANILLA_LOG", "COLUMNS", "LINES", "NO_COLOR", "LC_ALL", "LC_MESSAGES")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "LANG": "en_GB.UTF-8", **more}


def processes_of(folder: Path) -> set[int]:
    """Every process that was started in this folder and still runs."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(entry, folder):
            found.add(int(entry.name))
    return found


def _works_in(process: Path, folder: Path) -> bool:
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX" and Path(os.readlink(process / "cwd")).is_relative_to(folder)
    except OSError:
        return False


def command_lines(pids: Sequence[int] | set[int]) -> list[str]:
    """What these processes are, for a message."""
    return [
        Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in pids if Path(f"/proc/{pid}").exists()
    ]
