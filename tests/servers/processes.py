"""Reads /proc: which processes a server has started."""

from __future__ import annotations

from pathlib import Path


def children_of(parent: int) -> list[int]:
    """The processes that `parent` started itself and that still run."""
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in everyone if _stat_of(pid)[1] == parent]


def command_of(pid: int) -> str:
    """The short name of a process; empty when it is gone."""
    return _stat_of(pid)[0]


def _stat_of(pid: int) -> tuple[str, int]:
    try:
        before, _, after = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")
    except OSError:
        return "", 0
    return before.partition("(")[2], int(after.split()[1])
