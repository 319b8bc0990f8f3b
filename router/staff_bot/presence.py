"""`/available` and `/pause`: somebody says from their phone that they are there, or away until their next shift.

By the same absences as `away` and `back`; presence itself is worked out where it always is, in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.durations import parse_duration
from router.assigning.presence import Away, presence_at
from router.staff_bot.asked import Asked
from ventanilla.clocks.calendar import Calendar
from ventanilla.store.agents import absences_of, add_absence, end_absences

LONGEST = timedelta(days=31)
_STEPS = 200


def come_back(asked: Asked) -> str:
    """What keeps them away now ends; the answer says until when they get cases, or from when on."""
    end_absences(asked.connection, asked.agent.name, now=asked.now)
    calendar, absences = _calendar(asked), _absences(asked)
    presence = presence_at(asked.now, calendar, absences)
    if presence.on_duty:
        until = presence.changes_at
        return asked.say("available_until", when=asked.when(until)) if until else asked.say("available")
    begins = _next_on_duty(asked.now, calendar, absences)
    return asked.say("available_off", when=asked.when(begins)) if begins else asked.say("available_never")


def pause(asked: Asked) -> str:
    """Away from now on: until their next shift, or for as long as they say. Said twice, it does not last longer."""
    length = _length(asked.argument)
    if asked.argument and length is None:
        return asked.say("pause_odd", length=asked.argument[:40], pause=asked.word("pause"))
    back = asked.word("available")
    until = asked.now + length if length else _next_shift(asked.now, _calendar(asked))
    under_way = [absence for absence in _absences(asked) if absence.covers(asked.now)]
    if any(absence.until is None for absence in under_way):
        return asked.say("away_already", available=back)
    latest = max((absence.until for absence in under_way if absence.until), default=None)
    if latest is not None and until is not None and latest >= until:
        return asked.say("paused_already", when=asked.when(latest), available=back)
    add_absence(asked.connection, asked.agent.name, starts_at=asked.now, ends_at=until, cover=None, now=asked.now)
    return "\n\n".join(_answer(asked, until, back, given=length is not None))


def _answer(asked: Asked, until: datetime | None, back: str, *, given: bool) -> list[str]:
    if until is None:
        said = asked.say("paused_open", available=back)
    else:
        said = asked.say("paused_for" if given else "paused_until", when=asked.when(until), available=back)
    load = int(asked.agent.load)
    return [said, asked.say("waits_on_you", count=str(load))] if load else [said]


def _next_shift(now: datetime, calendar: Calendar) -> datetime | None:
    """When the shift after this one begins; None for whoever is on duty always."""
    closes = calendar.next_change(now) if calendar.is_open(now) else now
    return calendar.next_opening(closes) if closes is not None else None


def _next_on_duty(now: datetime, calendar: Calendar, absences: Sequence[Away]) -> datetime | None:
    moment: datetime | None = now
    for _ in range(_STEPS):
        presence = presence_at(moment, calendar, absences) if moment else None
        if presence is None or presence.on_duty:
            return moment
        moment = presence.changes_at
    return None


def _length(typed: str) -> timedelta | None:
    """`30m`, `2h`, or a bare number of minutes; None for what is none, is nothing or is over a month."""
    try:
        length = parse_duration(f"{typed}m" if typed.isdecimal() else typed.replace(" ", ""))
    except (ValueError, OverflowError):
        return None
    return length if timedelta(0) < length <= LONGEST else None


def _calendar(asked: Asked) -> Calendar:
    settings = asked.house.config.agents.get(asked.agent.name)
    return asked.house.calendar(settings.calendar if settings else None)


def _absences(asked: Asked) -> list[Away]:
    rows = absences_of(asked.connection, [asked.agent.name], now=asked.now)
    return [Away(since=row.starts_at, until=row.ends_at) for row in rows]
