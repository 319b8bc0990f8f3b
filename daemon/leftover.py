"""Who listens on the queue's Unix socket, and how to end a server that nobody watches any more."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import structlog

from ventanilla.errors import Conflict

log = structlog.get_logger(__name__)


def is_answering(path: Path) -> bool:
    """True when a server on `path` says PONG (one that is still loading does not)."""
    try:
        with _connected(path) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def end_leftover(path: Path, *, within: float = 5.0) -> None:
    """End whatever listens on `path`: politely, so that it writes down what it holds, then by force.

    Returns at once when nobody listens. Conflict when it cannot be ended, which is better than two servers on one folder.
    """
    pid = listener(path)
    if pid is None:
        return
    if pid <= 0:  # it belongs to another pid namespace: to signal 0 would be to signal ourselves
        raise Conflict(f"queue server on {path} runs outside this container; end it there first")
    log.warning("queue_leftover_ended", pid=pid)
    for kind, patience in ((signal.SIGTERM, within), (signal.SIGKILL, 2.0)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, kind)
        if _true_within(patience, lambda: listener(path) is None and _is_gone(pid)):
            return
    raise Conflict(f"queue server left behind (pid {pid}) on {path} does not end", winner=str(pid))


def listener(path: Path) -> int | None:
    """Pid of the process that listens on `path` as the kernel knows it; None when nobody does."""
    try:
        with _connected(path) as link:
            pid, _, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    except OSError:
        return None
    return int(pid)


def _is_gone(pid: int) -> bool:
    """True when the process has ended, reaped by its parent or not."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    except OSError:
        return True
    return after_name.split()[0] in {"Z", "X"}


def _connected(path: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(1.0)
    try:
        link.connect(str(path))
    except OSError:
        link.close()
        raise
    return link


def _true_within(seconds: float, fact: Callable[[], bool]) -> bool:
    until = monotonic() + seconds
    while not fact():
        if monotonic() >= until:
            return False
        sleep(0.02)
    return True
