"""Which process this is, in words that survive it: so that what a dead one held can be told from what a live one holds."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def _place() -> str:
    """This host as it was started last, and process namespace: two hosts or two containers of one name are two places."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
        started = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    except OSError:
        namespace = started = ""
    return f"{socket.gethostname()}{namespace}{started}"


_NEEDED = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_NEEDED_BELOW = ("PYTHON", "LC_")


def bare_environment() -> dict[str, str]:
    """What a program of ours needs of this process's environment to run, and nothing else: secrets may stand in the rest, and who
    reads what strangers sent has no use for them."""
    return {name: value for name, value in os.environ.items() if name in _NEEDED or name.startswith(_NEEDED_BELOW)}


@cache
def this_process() -> str:
    """A name for this process that no later one shares: place, pid, start time."""
    pid = os.getpid()
    return f"{_place()}/{pid}/{_started(pid)}"


os.register_at_fork(after_in_child=this_process.cache_clear)


def is_elsewhere(name: str) -> bool:
    """Whether the process of that name runs, or ran, on another machine or in another container."""
    return name.partition("/")[0] != _place()


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
