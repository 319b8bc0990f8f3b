"""Follows the log while somebody listens and hands each stream what concerns its person. It tells; what is told topics.py says.

One question a look for everybody, by the log's own key: what it costs does not grow with the streams or with the history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import structlog

from desk.live.notices import Notices
from desk.live.stream import Stream
from desk.live.topics import Happening, News
from desk.machine.trail import Trail
from desk.room import Desk
from ventanilla.errors import Temporary
from ventanilla.store.recent_events import cases_now, events_after, events_with, newest_event
from ventanilla.words import EventKind

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5
LINGER = 60.0
"""Seconds that it goes on following after the last stream has gone: a browser goes from page to page."""
REMEMBERED = timedelta(seconds=30)
"""How long what happened can be told again to a page that was drawn before its stream began."""
MOST_REMEMBERED = 2_000
"""Events that are kept for that, and that are read of the time before the first stream."""


class Looks(Protocol):
    """Who looks at which case: ventanilla/queue/looking.py."""

    def changed(self) -> Sequence[int]: ...


@dataclass(slots=True, kw_only=True)
class Hub:
    """One process's. Used by one event loop; begins with the first stream. The store is asked in a thread."""

    desk: Desk
    looks: Looks
    streams: set[Stream] = field(default_factory=set)
    _recent: list[Happening] = field(default_factory=list)
    _trail: Trail | None = None
    _task: asyncio.Task[None] | None = None
    _notices: Notices = field(default_factory=Notices)
    _said: bool = False

    async def join(self, stream: Stream, *, age: float) -> None:
        """Tell this stream from now on, and what happened in the last `age` seconds. Raises Temporary when the store is away."""
        if self._trail is None:
            self._trail, self._recent = await asyncio.to_thread(self._begin)
        self.streams.add(stream)
        since = self.desk.clock() - min(timedelta(seconds=max(0.0, age)), REMEMBERED)
        if age > 0 and (missed := [happening for happening in self._recent if happening.at >= since]):
            stream.tell(News(missed).to(stream.person, shown=stream.cases))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow())

    def leave(self, stream: Stream) -> None:
        """Tell it nothing more. A repeat does nothing."""
        self.streams.discard(stream)

    async def _follow(self) -> None:
        quiet = 0.0
        while self.streams or quiet < LINGER:
            await asyncio.sleep(LOOK_EVERY)
            quiet = 0.0 if self.streams else quiet + LOOK_EVERY
            try:
                happenings, looked = await asyncio.to_thread(self._look)
            except Temporary as error:
                self._note_away(error)
                continue
            self._said = False
            await self._tell(happenings)
            self._tell_looks(looked)
        self._trail, self._recent = None, []

    async def _tell(self, happenings: Sequence[Happening]) -> None:
        now = self.desk.clock()
        kept = [one for one in self._recent if now - one.at < REMEMBERED]
        self._recent = [*kept, *happenings][-MOST_REMEMBERED:]
        wanted = self._notices.choose(happenings, [stream.person for stream in self.streams], now=now)
        letters = await asyncio.to_thread(self._notices.write, self.desk, wanted) if wanted else {}
        news = News(happenings)
        for stream in list(self.streams) if happenings else ():
            stream.tell(news.to(stream.person, shown=stream.cases), _told(letters, stream))

    def _tell_looks(self, looked: Sequence[int]) -> None:
        cases = set(looked)
        for stream in self.streams if cases else ():
            stream.tell({f"looking:{key}" for key, number in stream.cases.items() if number in cases})

    def _begin(self) -> tuple[Trail, list[Happening]]:
        with self.desk.store.read() as connection:
            newest = newest_event(connection)
            before = events_after(connection, max(0, newest - MOST_REMEMBERED), MOST_REMEMBERED)
        since = self.desk.clock() - REMEMBERED
        recent = self._of([row for row in before if row["recorded_at"] >= since])
        return Trail(newest=newest, open={}, final=frozenset({"told"}), after=self._after, of=self._with), recent

    def _look(self) -> tuple[list[Happening], Sequence[int]]:
        rows = self._trail.ended() if self._trail is not None else []
        return self._of(rows), self.looks.changed()

    def _of(self, rows: Sequence[Mapping[str, Any]]) -> list[Happening]:
        if not rows:
            return []
        numbers = sorted({row["conversation_id"] for row in rows if row["conversation_id"] is not None})
        with self.desk.store.read() as connection:
            cases = cases_now(connection, numbers)
        return [
            Happening(
                id=row["id"],
                at=row["recorded_at"],
                kind=EventKind(row["kind"]),
                actor=row["actor"],
                agent=row["agent"],
                case=cases.get(row["conversation_id"]),
                message_id=row["message_id"],
            )
            for row in rows
        ]

    def _after(self, last: int, most: int) -> Sequence[Mapping[str, Any]]:
        with self.desk.store.read() as connection:
            return events_after(connection, last, most)

    def _with(self, ids: Sequence[int]) -> Sequence[Mapping[str, Any]]:
        if not ids:
            return ()
        with self.desk.store.read() as connection:
            return events_with(connection, ids)

    def _note_away(self, error: Temporary) -> None:
        if not self._said:
            log.warning("live_put_off", problem=str(error))
        self._said = True


def _told(
    letters: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]], stream: Stream
) -> tuple[Mapping[str, Any], ...]:
    return letters.get((stream.person.agent, stream.person.language), ())
