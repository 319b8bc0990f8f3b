"""Every figure of the fortnight, worked out the slow way from the script and the wall clock. Shares nothing with the product."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.clocks.slow_reference import MINUTE, Shape, is_open
from tests.fortnight.script import BEGINS, ENDS, Plan, Turn

MADRID = ZoneInfo("Europe/Madrid")


@dataclass
class Hours:
    """A calendar, minute by minute over the fortnight and the weeks beside it."""

    shape: Shape

    @cached_property
    def _open(self) -> list[int]:
        """How many minutes were open before each minute."""
        at, sums = self._first, [0]
        while at < ENDS + timedelta(days=15):
            sums.append(sums[-1] + is_open(self.shape, at))
            at += MINUTE
        return sums

    @property
    def _first(self) -> datetime:
        return BEGINS - timedelta(days=1)

    def _until(self, at: datetime) -> timedelta:
        minutes, rest = divmod(at - self._first, MINUTE)
        is_on = self._open[minutes + 1] - self._open[minutes]
        return self._open[minutes] * MINUTE + (rest if is_on else timedelta())

    def between(self, start: datetime, end: datetime) -> timedelta:
        return self._until(end) - self._until(start) if end > start else timedelta()

    def due(self, start: datetime, within: timedelta) -> datetime:
        """The earliest moment by which so much open time has passed."""
        goal = self._until(start) + within
        whole, rest = divmod(goal, MINUTE)
        if rest:
            return self._first + (bisect_right(self._open, whole) - 1) * MINUTE + rest
        return self._first + bisect_left(self._open, whole) * MINUTE


@dataclass(frozen=True)
class Promised:
    """What one channel's customers were promised."""

    hours: Hours
    first: timedelta
    following: timedelta
    resolution: timedelta


@dataclass(frozen=True)
class Timed:
    """One length, as the definitions have it. `stop` and `business` are None while it lasts, `due` where nothing was promised."""

    metric: str
    plan: Plan
    start: datetime
    stop: datetime | None
    ended: str
    agent: str
    business: timedelta | None
    due: datetime | None

    @property
    def elapsed(self) -> timedelta | None:
        return None if self.stop is None else self.stop - self.start

    @property
    def day(self) -> str:
        return self.start.astimezone(MADRID).date().isoformat()

    @property
    def hour(self) -> str:
        return str(self.start.astimezone(MADRID).hour)


def timed(plans: Iterable[Plan], promised: Callable[[Plan, datetime], Promised]) -> list[Timed]:
    found: list[Timed] = []
    for plan in plans:
        found += _responses(plan, promised)
        found += _resolutions(plan, promised)
    return found


def _responses(plan: Plan, promised: Callable[[Plan, datetime], Promised]) -> list[Timed]:
    found = []
    for number, turn in enumerate(plan.turns):
        terms = promised(plan, turn.start)
        within = terms.first if number == 0 else terms.following
        business = terms.hours.between(turn.start, turn.stop) if turn.stop else None
        due = terms.hours.due(turn.start, within)
        metric = "first_response" if number == 0 else "next_response"
        found.append(Timed(metric, plan, turn.start, turn.stop, turn.ended, turn.author, business, due))
    return found


def _resolutions(plan: Plan, promised: Callable[[Plan, datetime], Promised]) -> list[Timed]:
    start = min(turn.start for turn in plan.turns)
    terms = promised(plan, start)
    if plan.into is not None:
        stop = plan.turns[-1].stop
        assert stop is not None
        whole = terms.hours.between(start, stop)
        return [
            Timed(name, plan, start, stop, "merged", "", whole, None)
            for name in ("first_resolution", "full_resolution")
        ]
    first = plan.resolved[0] if plan.resolved else None
    still = bool(plan.resolved) and len(plan.reopened) < len(plan.resolved)
    last = plan.resolved[-1] if still else None
    found = []
    for name, stop in (("first_resolution", first), ("full_resolution", last)):
        ended = "resolved" if stop else ""
        business: timedelta | None = None
        if stop is not None:
            business = terms.hours.between(start, stop) - _waiting_on_customer(plan, stop, terms.hours.between)
        found.append(Timed(name, plan, start, stop, ended, "", business, None))
    return found


def _waiting_on_customer(plan: Plan, until: datetime, length: Callable[[datetime, datetime], timedelta]) -> timedelta:
    """From each answer to the customer's next message, or to the end that the case had before it."""
    total = timedelta()
    for number, turn in enumerate(plan.turns):
        if turn.ended != "replied" or turn.stop is None or turn.stop >= until:
            continue
        ends = [at for at in plan.resolved if at >= turn.stop]
        ends += [following.start for following in plan.turns[number + 1 : number + 2]]
        total += length(turn.stop, min([*ends, until]))
    return total


def nearest_rank(values: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least so many percent are not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def in_time(rows: Sequence[Timed], now: datetime) -> tuple[int, int]:
    """How many were in time, of how many that were promised a time and are over or overdue."""
    met = sum(
        row.ended == "replied" and row.due is not None and row.stop is not None and row.stop <= row.due for row in rows
    )
    decided = sum(
        row.due is not None
        and (
            row.ended in ("replied", "unanswered")
            or (row.ended in ("no_reply_needed", "") and row.due < (row.stop or now))
        )
        for row in rows
    )
    return met, decided


def waits(plan: Plan, now: datetime) -> dict[str, timedelta]:
    """How long the customer waited on each owner: each turn split by who had the case when."""
    shares: dict[str, timedelta] = {}
    for turn in plan.turns:
        spells = [*_spells(plan, turn), (turn.stop or now, "")]
        for (at, owner), (end, _) in pairwise(spells):
            shares[owner] = shares.get(owner, timedelta()) + (end - at)
    return shares


def _spells(plan: Plan, turn: Turn) -> list[tuple[datetime, str]]:
    end = turn.stop or datetime.max.replace(tzinfo=turn.start.tzinfo)
    before = [spell for spell in plan.owners if spell[0] <= turn.start and spell[1]]
    within = [spell for spell in plan.owners if turn.start < spell[0] < end and spell[1]]
    held = before[-1][1] if before else within[0][1]
    return [(turn.start, held), *(spell for spell in within if spell[1])]
