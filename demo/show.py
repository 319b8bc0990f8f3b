"""Shows the day while it goes on: a live screen on a terminal, plain lines everywhere else. Decides nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from demo.feed import as_sentence
from demo.frame import Stage, frame
from demo.snapshot import Happening, Snapshot
from demo.watching import Watcher
from ventanilla.errors import Temporary

EVERY = 0.25


class View(Protocol):
    """Something that shows the day."""

    def greet(self, text: str) -> None:
        """Say where things are, before anything happens."""

    def show(self, snapshot: Snapshot, new: Sequence[Happening], *, note: str = "") -> None:
        """Bring what is shown up to date. OSError when there is nobody to show it to any more."""

    def close(self) -> None:
        """Give the terminal back. Twice does no harm."""


class Screen:
    """The whole terminal, redrawn in place."""

    def __init__(self, terminal: TextIO, stage: Stage) -> None:
        self._terminal = terminal
        self._stage = stage
        self._console = Console(file=terminal, force_terminal=True, highlight=False)
        self._live = Live(
            console=self._console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._live.start()

    def greet(self, text: str) -> None:
        return

    def show(self, snapshot: Snapshot, new: Sequence[Happening], *, note: str = "") -> None:
        width, height = os.get_terminal_size(self._terminal.fileno())
        self._console.size = (width, height)
        lines = frame(snapshot, self._stage, width=width, height=height, note=note)
        self._live.update(Text("\n", no_wrap=True, overflow="crop").join(lines), refresh=True)

    def close(self) -> None:
        with suppress(OSError):  # a terminal that is gone needs nothing back
            self._live.stop()


class Lines:
    """A line for each thing that happens, as a log has them: for pipes and terminals that cannot be redrawn."""

    def __init__(self, terminal: TextIO, stage: Stage) -> None:
        self._terminal = terminal
        self._stage = stage
        self._troubles: list[str] = []

    def greet(self, text: str) -> None:
        self._terminal.write(f"{text}\n")

    def show(self, snapshot: Snapshot, new: Sequence[Happening], *, note: str = "") -> None:
        told = [as_sentence(each, self._stage.words, self._stage.zone) for each in new]
        told += [f"! {each}" for each in snapshot.troubles if each not in self._troubles]
        self._troubles = list(snapshot.troubles)
        if told:
            self._terminal.write("\n".join(told) + "\n")
            self._terminal.flush()

    def close(self) -> None:
        return


class Nothing:
    """For programs that want the outcome alone."""

    def greet(self, text: str) -> None:
        return

    def show(self, snapshot: Snapshot, new: Sequence[Happening], *, note: str = "") -> None:
        return

    def close(self) -> None:
        return


def view_for(terminal: TextIO, stage: Stage) -> View:
    """What suits this output: a screen where it can be redrawn in place, else lines."""
    console = Console(file=terminal)
    return Screen(terminal, stage) if console.is_terminal and not console.is_dumb_terminal else Lines(terminal, stage)


class Showing:
    """Keeps a view up to date in a thread of its own. `gone` is called when the terminal is."""

    def __init__(
        self, watcher: Watcher, view: View, *, clock: Callable[[], datetime], gone: Callable[[], None]
    ) -> None:
        self._watcher = watcher
        self._view = view
        self._clock = clock
        self._gone = gone
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="show")
        self._note = ""

    def say(self, note: str) -> None:
        """Show this at the bottom from now on; from any thread."""
        self._note = note

    def start(self) -> None:
        self._thread.start()

    def end(self) -> Snapshot:
        """Stop, show what is left to show, give the terminal back; return the last look."""
        self._stop.set()
        self._thread.join()
        snapshot, new = self._watcher.look(self._clock())
        try:
            self._view.show(snapshot, new, note=self._note)
        except OSError:
            self._gone()
        self._view.close()
        return snapshot

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self._view.show(*self._watcher.look(self._clock()), note=self._note)
            except Temporary:
                continue
            except OSError:  # the terminal was closed, or the reader of the pipe has what it wanted
                self._gone()
                return
