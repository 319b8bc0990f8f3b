"""Reads /proc: what a process and all that it started have used of processors, memory, files and threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> dict[int, str]:
    """`root` and everybody below it who still runs, with their short names."""
    parents = {pid: (name, parent) for pid, name, parent, _ in _everybody()}
    found = {root: parents[root][0]} if root in parents else {}
    grown = True
    while grown:
        new = {pid: name for pid, (name, parent) in parents.items() if parent in found and pid not in found}
        found |= new
        grown = bool(new)
    return found


def processor_seconds(root: int) -> dict[str, float]:
    """By short name, what the tree has used by now, with what its children that have ended had used."""
    names, used = tree(root), dict[str, float]()
    for pid, _, _, seconds in _everybody():
        if pid in names:
            used[names[pid]] = used.get(names[pid], 0.0) + seconds
    return used


def pss(root: int) -> dict[str, float]:
    """By short name, the proportional memory of the tree in MB: what several share is counted once in all."""
    found: dict[str, float] = {}
    for pid, name in tree(root).items():
        found[name] = found.get(name, 0.0) + _memory_of(pid, "Pss:")
    return found


def anonymous(root: int) -> float:
    """MB of the tree's memory that no file backs: unlike PSS it does not change with whoever else maps the same libraries."""
    return sum(_memory_of(pid, "Pss_Anon:") for pid in tree(root))


def files_and_threads(root: int) -> tuple[int, int]:
    """How many open files and threads the tree has together."""
    files = threads = 0
    for pid in tree(root):
        files += _count(Path(f"/proc/{pid}/fd"))
        threads += _count(Path(f"/proc/{pid}/task"))
    return files, threads


def _everybody() -> Iterator[tuple[int, str, int, float]]:
    """Process id, short name, parent, and processor seconds with those of its ended children."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            before, _, after = (entry / "stat").read_text().rpartition(")")
        except OSError:
            continue
        words = after.split()
        yield int(entry.name), before.partition("(")[2], int(words[1]), sum(map(int, words[11:15])) / _TICKS


def _memory_of(pid: int, what: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), 0.0)


def _count(folder: Path) -> int:
    try:
        return len(list(folder.iterdir()))
    except OSError:
        return 0
