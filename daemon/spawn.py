"""Starts a program that cannot outlive us. What it is for, and whether to start it again, is decided elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

SHIM = Path(__file__).with_name("shim.py")


class Process(Protocol):
    """What a runner asks of whatever it started."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """Its exit code once it has been waited for."""

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""

    def wait(self) -> int:
        """Wait for its end; its exit code."""


def spawn(argv: Sequence[str], *, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `argv` in a process group of its own, killed by the kernel when we die. Its pid is the program's own.

    - From the main thread only: the death signal fires when the *thread* that started it ends.
    - A group of its own: Ctrl-C at a terminal reaches us alone, and we end the children in order.
    - SIGHUP is blocked in it until it asks for it (`daemon.inside`): a reload during its imports waits instead of killing it.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children are started from the main thread only: they die with the thread that started them")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(SHIM), str(os.getpid()), *argv],
            env=dict(env),
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ended(process: Process) -> int | None:
    """Its exit code (negative: the signal) once it has ended, else None. Whatever it started in its group is killed then."""
    if process.returncode is not None:
        return process.returncode
    # Look without reaping: until it is reaped its number cannot be given to another group.
    with suppress(ChildProcessError):
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
    kill_group(process)
    return process.wait()


def ask_to_end(process: Process) -> None:
    """SIGTERM to it alone: what it started is its own to end."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)


def kill_group(process: Process) -> None:
    """SIGKILL to it and all that it started; harmless when all of it is gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
