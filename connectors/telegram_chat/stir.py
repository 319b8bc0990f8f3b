"""Wakes the one thread that waits, from any other; a ring before the wait counts, and counts once. Knows no channel."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Stir:
    """Somebody rings to end a wait; what is waited for nudges, and is then looked at."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = False

    def ring(self) -> None:
        """End the wait under way, or the next one."""
        with self._changed:
            self._rung = True
            self._changed.notify_all()

    def nudge(self) -> None:
        """Make a wait under way look again whether it is ready."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, seconds: float, ready: Callable[[], bool] = lambda: False) -> bool:
        """Until `ready`, a ring or the end of `seconds`; whether it was a ring, which is forgotten with that."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung or ready(), seconds)
            rung, self._rung = self._rung, False
            return rung
