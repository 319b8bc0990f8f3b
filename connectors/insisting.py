"""Does what must be written down, again and again while the store is away. Knows neither letters nor files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from ventanilla.errors import Temporary

log = structlog.get_logger(__name__)

STORE_AWAY = 1.0
Outcome = TypeVar("Outcome")


def insist(write: Callable[[], Outcome], stop: threading.Event) -> Outcome:
    """What `write` returns, once the store takes it: something claimed and left so would be done twice. Raises Temporary only
    when told to stop."""
    while True:
        try:
            return write()
        except Temporary as error:
            log.warning("store_away", problem=str(error))
            if stop.wait(STORE_AWAY):
                raise
