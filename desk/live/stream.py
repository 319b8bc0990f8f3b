"""One browser's stream: what is still to be told to it, bounded by its nature. Knows neither the store nor the network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.entry.person import Person

MOST_NOTICES = 20
"""Notices that wait to be sent to one browser; older ones are let go."""


@dataclass(slots=True, kw_only=True, eq=False)
class Stream:
    """Used by one event loop. `cases` are the ones that this browser shows, by key: they may see each of them."""

    person: Person
    cases: Mapping[str, int]
    over: str = ""  # why it ends; "" while it goes on
    _topics: dict[str, None] = field(default_factory=dict)
    _notices: list[Mapping[str, Any]] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, topics: frozenset[str] | set[str], notices: tuple[Mapping[str, Any], ...] = ()) -> None:
        """Keep for the next letter: each topic once; of a case only where it is shown."""
        about = [topic for topic in topics if ":" not in topic or topic.partition(":")[2] in self.cases]
        self._topics.update(dict.fromkeys(about))
        self._notices = [*self._notices, *notices][-MOST_NOTICES:]
        if about or notices:
            self._wake.set()

    def end(self, why: str) -> None:
        """Nothing more is told; `why`: "over" (the session is), "stop", "gone"."""
        self.over = self.over or why
        self._wake.set()
        self._ended.set()

    async def wait(self, seconds: float) -> bool:
        """Until there is something to tell or it ends, at most so long. Whether there is."""
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def rest(self, seconds: float) -> None:
        """So long, or until it ends."""
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return

    def take(self) -> bytes:
        """The next letter: everything that waits. Empty where nothing does."""
        self._wake.clear()
        if not self._topics and not self._notices:
            return b""
        told = {"topics": list(self._topics), "notices": self._notices}
        self._topics, self._notices = {}, []
        return letter("told", told)


def letter(event: str, data: Mapping[str, Any]) -> bytes:
    """One event as browsers read it (HTML, server-sent events)."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
