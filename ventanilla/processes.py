"""Which process this is, in words that survive it: so that what a dead one held can be told from what a live one holds."""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _place() -> str:
    """This host and process namespace: two containers of one name are two places."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()}{namespace}"


def this_process() -> str:
    """A name for this process that no later one shares: place, pid, start time."""
    return f"{_place()}/{os.getpid()}/{_started(os.getpid())}"


def is_dead(name: str) -> bool:
    """Whether the process of that name ran here and runs no more. False for another place: nobody here can know."""
    place, _, rest = name.partition("/")
    pid, _, started = rest.partition("/")
    if place != _place() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
