"""Saying that somebody is away or back: the same absences as the commands `away` and `back`, with presence worked out at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from starlette.responses import Response

from desk.addresses import is_ours
from desk.pages.page import Visit
from desk.pages.presence.showing import LENGTHS, show, whose
from router.assigning.presence import keep_presence
from ventanilla.clocks.typed import read_end, read_start
from ventanilla.errors import BadInput
from ventanilla.store.agents import absences_of, add_absence, end_absence, end_absences
from ventanilla.store.events import Journal

_LENGTHS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "2h": timedelta(hours=2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Absence:
    starts_at: datetime
    ends_at: datetime | None
    cover: str | None


class _Odd(Exception):
    """What was typed cannot be; `key` is what to say of it."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def change(visit: Visit) -> Response:
    """Away now (`do=away`), away from a day on (`plan`), back (`back`), or one absence taken back (`end`)."""
    agent, what = whose(visit), visit.given("do")
    try:
        absence = _read(visit, agent, what) if what in ("away", "plan") else None
    except _Odd as odd:
        return show(visit, problem=visit.say(odd.key), status=422)
    with visit.moving() as move:
        told = _write(visit, move.connection, agent, what, absence)
    keep_presence(visit.desk.store, visit.desk.house, Journal(now=visit.now, actor=visit.person.agent))
    return _back(visit, agent, visit.say(f"presence.told_{told}"))


def _write(visit: Visit, connection: sa.Connection, agent: str, what: str, absence: _Absence | None) -> str:
    if absence is not None:
        known = absences_of(connection, [agent], now=visit.now)
        if any(row.starts_at <= absence.starts_at and row.ends_at == absence.ends_at for row in known):  # said twice
            return "already"
        add_absence(
            connection,
            agent,
            starts_at=absence.starts_at,
            ends_at=absence.ends_at,
            cover=absence.cover,
            now=visit.now,
        )
        return what
    if what == "end":
        number = visit.given("absence")
        done = number.isdecimal() and end_absence(connection, agent, int(number), now=visit.now)
        return "ended" if done else "not_away"
    return "back" if end_absences(connection, agent, now=visit.now) else "not_away"


def _read(visit: Visit, agent: str, what: str) -> _Absence:
    """What the form says. Raises _Odd."""
    cover = visit.given("cover") or None
    if cover == agent or (cover is not None and cover not in visit.desk.config.agents):
        raise _Odd("presence.odd_cover")
    if what == "away":
        return _Absence(starts_at=visit.now, ends_at=_ends(visit, visit.given("length")), cover=cover)
    zone = visit.desk.house.zone()
    try:
        starts = read_start(_typed(visit, "from") or "now", zone, now=visit.now)
        ends = read_end(_typed(visit, "to"), zone, now=visit.now) if visit.given("to") else None
    except BadInput:
        raise _Odd("presence.odd_time") from None
    starts = max(starts, visit.now)
    if ends is not None and ends <= starts:
        raise _Odd("presence.odd_order")
    return _Absence(starts_at=starts, ends_at=ends, cover=cover)


def _typed(visit: Visit, name: str) -> str:
    """A day with its time where one was given."""
    return f"{visit.given(name)} {visit.given(f'{name}_time')}".strip()


def _ends(visit: Visit, length: str) -> datetime | None:
    """When an absence that begins now is over; None: not by itself."""
    if length not in LENGTHS:
        raise _Odd("presence.odd_time")
    if length == "day":
        zone = visit.desk.house.zone()
        return read_end(visit.now.astimezone(zone).date().isoformat(), zone, now=visit.now)
    return visit.now + _LENGTHS[length] if length in _LENGTHS else None


def _back(visit: Visit, agent: str, told: str) -> Response:
    """To where the switch was used, else to the page of presence."""
    then = visit.given("then")
    if then and is_ours(then):
        return visit.go(then, told=told)
    return visit.go("/presence", told=told, agent="" if agent == visit.person.agent else agent)
