"""When the shop's people go away and come back, so that there is something to hand on. Decides by numbers; does it as `away` and
`back` do, or as the person would: by writing to the staff's bot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import monotonic

import sqlalchemy as sa

from ventanilla.errors import Temporary
from ventanilla.store.agents import add_absence, end_absences
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations

EARLY = ("luis", "ana", "carmen")
LATE = ("owen", "irene", "hugo")
"""Who is there when the shop opens, in the order in which they take a break; and who is called in when a line forms."""

AWAY, BACK = "/pausa", "/disponible"
"""What they write to the staff's bot."""

LINE_TO_CALL = 2
LINE_LASTS = 3.0
BETWEEN_CALLS = 7.0
BREAK = 14.0
BETWEEN_BREAKS = 45.0
_TICK = 0.5


class Step(StrEnum):
    """What somebody does."""

    LEAVE = "leave"
    COME = "come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The shop at one moment. Times are in seconds: how long there has been a line, how long each has been away, how long ago
    somebody was called in and somebody left (endless: never)."""

    open_cases: int
    line_for: float
    away_for: Mapping[str, float]
    since_call: float
    since_leave: float


def next_step(scene: Scene, *, first_break_at: int) -> tuple[Step, str] | None:
    """Who leaves or comes now, if anybody. The first break is taken once there are `first_break_at` open cases."""
    rested = [name for name in EARLY if scene.away_for.get(name, 0.0) >= BREAK]
    if rested:
        return Step.COME, rested[0]
    if scene.line_for >= LINE_LASTS and scene.since_call >= BETWEEN_CALLS:
        for name in LATE:
            if name in scene.away_for:
                return Step.COME, name
    everybody_else_is_there = not any(name in scene.away_for for name in EARLY)
    if scene.open_cases >= first_break_at and scene.since_leave >= BETWEEN_BREAKS and everybody_else_is_there:
        return Step.LEAVE, EARLY[0] if scene.since_leave == float("inf") else EARLY[scene.open_cases % len(EARLY)]
    return None


class Shifts:
    """Moves people by `next_step`. `open` first; `live` is a thread's work."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        first_break_at: int,
        by_bot: Mapping[str, Callable[[str], object]] | None = None,
    ) -> None:
        """`by_bot`: how those who write to the staff's bot do so; all others move as `away` and `back` do."""
        self._store = store
        self._by_bot = by_bot or {}
        self._clock = clock
        self._first_break_at = first_break_at
        self._line_since: float | None = None
        self._called = self._left = float("-inf")
        self._away_since: dict[str, float] = {}
        self._is_open = False

    def open(self) -> None:
        """The shop opens: who comes later is not there yet."""
        for name in LATE:
            self._leave(name)
        self._is_open = True

    def live(self, stop: threading.Event) -> None:
        """Look about twice a second until `stop`; a store that is busy is looked at again."""
        while not stop.wait(_TICK):
            with suppress(Temporary):
                step = next_step(self._look(), first_break_at=self._first_break_at)
                if step is not None:
                    self._do(*step)

    def _look(self) -> Scene:
        now = monotonic()
        with self._store.read() as connection:
            cases, line = connection.execute(_COUNTS).one()
        self._line_since = (self._line_since or now) if line >= LINE_TO_CALL else None
        return Scene(
            open_cases=cases,
            line_for=0.0 if self._line_since is None else now - self._line_since,
            away_for={name: now - since for name, since in self._away_since.items()},
            since_call=now - self._called,
            since_leave=now - self._left,
        )

    def _do(self, step: Step, name: str) -> None:
        if step is Step.LEAVE:
            self._leave(name)
            self._left = monotonic()
        else:
            self._come(name)
            self._called = monotonic()

    def _leave(self, name: str) -> None:
        if name in self._by_bot and self._is_open:
            self._by_bot[name](AWAY)
        else:
            now = self._clock()
            with self._store.write() as connection:
                add_absence(connection, name, starts_at=now, ends_at=None, cover=None, now=now)
        self._away_since[name] = monotonic()

    def _come(self, name: str) -> None:
        if name in self._by_bot:
            self._by_bot[name](BACK)
        else:
            with self._store.write() as connection:
                end_absences(connection, name, now=self._clock())
        del self._away_since[name]


_COUNTS = (
    sa.select(sa.func.count(), sa.func.count(conversations.c.line_since))
    .select_from(conversations)
    .where(conversations.c.owned == 1)
)
