"""Starts a part of our own program as a copy of this process: what is loaded here is shared, and a start takes no second.

It is for a process of one thread only: a fork copies the thread that calls and the locks of all others.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NoReturn

from daemon.signals import WANTED

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


class Forked:
    """A copy of this process that runs something else; as much of `subprocess.Popen` as its runner needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        """Send a signal; nothing when it is known to have ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def wait(self) -> int:
        """Its exit code (negative: the signal), once it has ended."""
        if self.returncode is None:
            _, status = os.waitpid(self.pid, 0)
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def can_fork() -> bool:
    """Whether this process may be copied: on Linux, from its main thread, with no other beside it."""
    return (
        sys.platform == "linux"
        and threading.current_thread() is threading.main_thread()
        and threading.active_count() == 1
    )


def keep_shared() -> None:
    """Tell the garbage collector to leave alone what is loaded by now: looking at it would copy it in every child."""
    gc.collect()
    gc.freeze()


def fork(run: Callable[[], int], *, name: str, env: Mapping[str, str]) -> Forked:
    """Run `run` in a copy of this process, in a process group of its own, killed by the kernel when we die.

    Its environment is `env`, its standard input is empty, no file of ours but standard output and error is open in it, and its
    exit code is what `run` returns. SIGHUP is blocked in it until it asks for it (`daemon.inside`).
    """
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WANTED)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _become(run, name=name, env=env, libc=libc, parent=parent)
    with suppress(OSError):  # it does so itself too: whoever is first
        os.setpgid(pid, pid)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return Forked(pid)


def _become(run: Callable[[], int], *, name: str, env: Mapping[str, str], libc: ctypes.CDLL, parent: int) -> NoReturn:
    """The child's whole life: it never returns into what its parent was doing."""
    code = 1
    try:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)
        if os.getppid() == parent:  # else it died before we asked
            _leave_behind(env)
            code = run()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(code)


def _leave_behind(env: Mapping[str, str]) -> None:
    """Let go of what is the parent's: its group, files, signal handlers, environment."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(env)
    for number in WANTED:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGHUP})
