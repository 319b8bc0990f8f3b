"""Turns signals into something the supervisor's loop waits for. It does nothing about any of them."""

from __future__ import annotations

import os
import select
import signal
from collections import deque
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

WANTED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Signals:
    """While entered (main thread only) it keeps the signals that came; `wait` returns soon after one."""

    def __init__(self) -> None:
        self._came: deque[int] = deque()
        self._before: dict[int, Any] = {}
        self._wakeup_before = -1
        self._reader = self._writer = -1

    def __enter__(self) -> Signals:
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # The pipe wakes `wait` up: since PEP 475 a signal alone would not end a select.
        self._wakeup_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in WANTED:
            self._before[number] = signal.signal(number, self._keep)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        reader, writer, self._reader, self._writer = self._reader, self._writer, -1, -1
        os.close(reader)
        os.close(writer)

    def wake(self) -> None:
        """Make `wait` return; from any thread, and harmless when nobody waits."""
        with suppress(OSError):
            os.write(self._writer, b"\0")

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as a signal has come."""
        select.select([self._reader], [], [], max(0.0, seconds))
        with suppress(BlockingIOError):
            os.read(self._reader, 4096)

    def take(self) -> list[int]:
        """The signals that came since the last call, in order, without SIGCHLD."""
        taken = []
        while self._came:
            taken.append(self._came.popleft())
        return [number for number in taken if number != signal.SIGCHLD]

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._came.append(number)
