"""Runs a program on a terminal of a given size, as a person would see it: what it draws is kept by an emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte


class OnTerminal:
    """A program on a pseudo-terminal. `lines` is what stands on it; `written` all that was ever sent to it."""

    def __init__(
        self, argv: Sequence[str], *, columns: int, rows: int, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", **(env or {})},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # its own terminal: Ctrl-C reaches it
        )
        os.close(theirs)

    def __enter__(self) -> OnTerminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._ours >= 0:
            os.close(self._ours)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press_ctrl_c(self) -> None:
        os.write(self._ours, b"\x03")

    def shut(self) -> None:
        """Close the terminal's window."""
        os.close(self._ours)
        self._ours = -1

    def watch(self, done: Callable[[], object], *, seconds: float, what: str) -> None:
        """Read what it draws until `done`; TimeoutError with the screen when that takes too long."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not happen within {seconds} s; the screen:\n{self.text}")
            self.read(0.1)

    def read(self, seconds: float) -> None:
        """Take in what it has drawn, waiting for it so long at most."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # it has ended
            time.sleep(seconds)
            return
        self.written += data
        self._stream.feed(data)

    def wait(self, *, seconds: float) -> int:
        """Read to the end; return the exit code."""
        self.watch(lambda: self.process.poll() is not None, seconds=seconds, what="its end")
        for _ in range(5):
            self.read(0.05)
        return int(self.process.returncode)
