"""A connection to Redis for what is good to have and never needed: short of patience, and quiet for a moment after no answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog

from ventanilla.queue.client import redis_client

log = structlog.get_logger(__name__)

QUIET_SECONDS = 5.0
"""A Redis that is away is asked again after this long."""


def willing_client(url: str, *, seconds: float, decode: bool = False) -> redis.Redis:
    """A client that waits so many seconds for an answer, and tries once. Connects when first asked."""
    return redis_client(url, seconds=seconds, decode_responses=decode)


class WhileThere:
    """Asks questions of Redis while it is there. Used by several threads. `away` and `back` are the log's words for either."""

    def __init__(self, *, away: str, back: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._words = (away, back)
        self._clock = clock
        self._lock = threading.Lock()
        self._away_until: float | None = None

    def ask(self, question: Callable[[], Any]) -> Any:
        """What Redis answers; None while it is away, which is told once."""
        if self._away_until is not None and self._clock() < self._away_until:
            return None
        try:
            answer = question()
        except redis.RedisError as error:
            self._note_away(error)
            return None
        self._note_back()
        return answer

    def _note_away(self, error: redis.RedisError) -> None:
        with self._lock:
            if self._away_until is None:
                log.warning(self._words[0], problem=type(error).__name__)
            self._away_until = self._clock() + QUIET_SECONDS

    def _note_back(self) -> None:
        if self._away_until is None:
            return
        with self._lock:
            log.info(self._words[1])
            self._away_until = None
