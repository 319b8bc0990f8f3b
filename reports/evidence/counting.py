"""A legal term counted day by day, as somebody with a calendar on the table would. Pure; knows no case and no store.

The day of receipt is not counted: the first one is the day after (Reglamento 1182/71, art. 3.1; Ley 39/2015, art. 30; Código Civil,
art. 5; Ley 1437 de 2011 counts alike).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from router.promises.law import months_after
from ventanilla.clocks.calendar import Calendar

_DAY = timedelta(days=1)
_MOST = 3700
"""Days that are written down at most: no term of any pack comes near."""


class Unit(StrEnum):
    """What a term is counted in, as the packs spell it. `unknown`: nothing says it any more, and the days are only listed."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why a day counts, or does not."""

    RECEIPT = "receipt"
    COUNTS = "counts"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """One date: its `number` in the term (None: it is not counted) and why. `holiday` is what the day is called, if it is one."""

    day: date
    number: int | None
    why: Why
    holiday: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """A term from the day of receipt to its last day. `last_day` is the recorded one, `counted_last` what counting with
    this calendar comes to (None: nothing says how long the term is)."""

    unit: Unit
    length: int | None
    days: tuple[CountedDay, ...]
    last_day: date
    counted_last: date | None

    @property
    def agrees(self) -> bool:
        """Whether counting comes to the day that was recorded."""
        return self.counted_last is None or self.counted_last == self.last_day


def count_days(
    calendar: Calendar,
    *,
    received_on: date,
    last_day: date,
    unit: Unit,
    length: int | None,
    language: str,
) -> Counting:
    """Every date from the day of receipt to the recorded last day, with whether it counts and why. Holidays are named in
    `language`. A term that would have ended on a day off and was recorded to end with the next working day is carried on to it.
    Raises ValueError where the last day is before the first."""
    if last_day < received_on or (last_day - received_on).days > _MOST:
        raise ValueError(f"a term from {received_on} to {last_day} cannot be counted day by day")
    ends = _nominal_end(calendar, received_on, unit, length)
    days, number, day = [_of_receipt(calendar, received_on, language)], 0, received_on + _DAY
    while day <= last_day:
        why = _why(calendar, day, unit, ends)
        number += why is Why.COUNTS
        name = calendar.holiday_name(day, language)
        days.append(CountedDay(day=day, number=number if why is Why.COUNTS else None, why=why, holiday=name))
        day += _DAY
    carried = ends is not None and days[-1].why is Why.CARRIED and _next_working_day(calendar, ends) == last_day
    counted = last_day if carried else ends
    return Counting(unit=unit, length=length, days=tuple(days), last_day=last_day, counted_last=counted)


def _of_receipt(calendar: Calendar, day: date, language: str) -> CountedDay:
    return CountedDay(day=day, number=None, why=Why.RECEIPT, holiday=calendar.holiday_name(day, language))


def _why(calendar: Calendar, day: date, unit: Unit, ends: date | None) -> Why:
    if unit is Unit.WORKING_DAYS and not calendar.working_day(day):
        return Why.HOLIDAY if calendar.holiday_name(day) else Why.WEEKEND
    if unit is not Unit.WORKING_DAYS and ends is not None and day > ends:
        return Why.CARRIED
    return Why.COUNTS


def _nominal_end(calendar: Calendar, received_on: date, unit: Unit, length: int | None) -> date | None:
    if length is None or unit is Unit.UNKNOWN:
        return None
    if unit is Unit.WORKING_DAYS:
        return calendar.add_working_days(received_on, length)
    return received_on + length * _DAY if unit is Unit.CALENDAR_DAYS else months_after(received_on, length)


def _next_working_day(calendar: Calendar, day: date) -> date:
    while not calendar.working_day(day):
        day += _DAY
    return day
