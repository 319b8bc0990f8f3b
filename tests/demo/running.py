"""Starts the demo as a person would, in a folder of its own, and tells which processes belong to it."""

from __future__ import annotations

import os
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
