"""What a child process does for its supervisor: listens to its signals, shows that it lives. Works without one as well."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

# Names the file that the child touches; set by the supervisor.
HEARTBEAT = "VENTANILLA_HEARTBEAT"
# Exit code of a child that wants to be started afresh at once (after a reload, say). It counts as no failure.
START_ME_AGAIN = 75


def stop_on_signals(*, on_reload: Callable[[], None] | None = None) -> threading.Event:
    """The event that SIGTERM and SIGINT set; SIGHUP calls `on_reload` (in the main thread, between two of its steps).

    Call it first of all in a child's main: until then a reload waits, blocked by the supervisor, and is delivered here.
    `on_reload` had better set an event of its own.
    """
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    def reload(number: int, frame: FrameType | None) -> None:
        if on_reload is not None:
            on_reload()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, reload)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    return stop


def beat() -> None:
    """Show that this process lives; call it every second or so. Does nothing when nobody watches."""
    path = os.environ.get(HEARTBEAT)
    if path:
        with suppress(OSError):
            Path(path).touch()
