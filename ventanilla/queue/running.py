"""Knows which worker threads are inside an actor and since when; decides nothing about it."""

from __future__ import annotations

import threading
from time import monotonic
from typing import Any

from dramatiq.middleware import Middleware


class Running(Middleware):
    """Keeps the moment at which each thread's actor began."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}

    def before_process_message(self, broker: Any, message: Any) -> None:
        self._since[threading.get_ident()] = monotonic()

    def after_process_message(self, broker: Any, message: Any, *, result: Any = None, exception: Any = None) -> None:
        self._since.pop(threading.get_ident(), None)

    def after_skip_message(self, broker: Any, message: Any) -> None:
        self._since.pop(threading.get_ident(), None)

    def longest(self) -> float:
        """Seconds that the actor running longest has been at it; 0 when none runs."""
        began = min(self._since.copy().values(), default=None)
        return 0.0 if began is None else monotonic() - began
