"""Keeps what the board has looked up for some seconds, so that many who look cost what one costs. Knows no board."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa

T = TypeVar("T")
MOST = 100
"""Things kept at once in one process; beyond them all are let go."""


@dataclass(slots=True)
class _Shelf:
    lock: Lock = field(default_factory=Lock)
    made_at: datetime | None = None
    value: Any = None


class Kept:
    """What one process keeps of one store. Whoever asks while it is being made waits for it."""

    def __init__(self) -> None:
        self._shelves: dict[Hashable, _Shelf] = {}
        self._lock = Lock()

    def get(
        self,
        key: Hashable,
        make: Callable[[], T],
        *,
        now: datetime,
        lasts: timedelta,
        still_good: Callable[[T], bool] = lambda _value: True,
        patient: bool = True,
    ) -> T:
        """The value kept under this key, if it is younger than `lasts` and `still_good` says so; else one made now. What `make`
        raises goes through and nothing is kept. Whoever is not `patient` takes the old one while another makes a new one, if it
        is no older than twice `lasts`."""
        with self._lock:
            if len(self._shelves) > MOST:
                self._shelves.clear()
            shelf = self._shelves.setdefault(key, _Shelf())
        made_at, old = shelf.made_at, shelf.value
        if not patient and made_at is not None and abs(now - made_at) < 2 * lasts and shelf.lock.locked():
            found: T = old
            return found
        with shelf.lock:
            if shelf.made_at is None or abs(now - shelf.made_at) >= lasts or not still_good(shelf.value):
                shelf.value, shelf.made_at = make(), now
            value: T = shelf.value
            return value


_OF_STORES: WeakKeyDictionary[sa.Engine, Kept] = WeakKeyDictionary()
_LOCK = Lock()


def kept_of(engine: sa.Engine) -> Kept:
    """What this process keeps of the store behind an engine."""
    with _LOCK:
        return _OF_STORES.setdefault(engine, Kept())
