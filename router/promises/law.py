"""By when the law wants an answer, of one case under one pack. Pure; what is done about it, and when a clock stops, is elsewhere.

Days are those of the calendar's zone. The day of receipt is not counted; a last day counts whole, and `due_at` is the instant in
which it ends. Working days are the public ones (no weekly rest, no holiday, none of the house's own), whatever hours the house
keeps. Calendar days, and their last one, do not move. Months go by Regulation 1182/71, art. 3: to the same date, or the month's
last day where there is none, and on to the next working day where that is none. Hours are plain hours, day and night.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from config.packs import Pack, read_pack
from config.packs.pack import LawDeadline, fold_tag
from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.zones import as_utc
from ventanilla.measures.terms import Deadline
from ventanilla.words import Kind

_DAY = timedelta(days=1)


def deadlines(
    pack: Pack | str, *, kind: Kind | str, tags: Iterable[str], received_at: datetime, calendar: Calendar
) -> tuple[Deadline, ...]:
    """What the pack sets for a case of this kind with these tags that was received then (aware); nearest first, nothing where it
    says nothing. `name` is the pack and the kind, or what the pack calls it: "es-consumidores:claim", "es-ley-10-2025:billing"."""
    law = read_pack(pack) if isinstance(pack, str) else pack
    found = [_deadline(law, one, kind, as_utc(received_at), calendar) for one in in_force(law, kind=kind, tags=tags)]
    return tuple(sorted(found, key=lambda one: (one.due_at, one.name)))


def in_force(law: Pack, *, kind: Kind | str, tags: Iterable[str]) -> tuple[LawDeadline, ...]:
    """The deadlines of the pack that such a case has. A special one takes the place of the others that hold for the same kinds."""
    folded = {fold_tag(tag) for tag in tags}
    found = [one for one in law.deadlines if one.holds(Kind(kind), folded)]
    special = next((one for one in found if one.instead_of_others), None)
    return tuple(one for one in found if special is None or one is special or not one.kinds)


def until_first_answer(name: str) -> bool:
    """Whether the deadline of this name is kept by the first answer already, rather than by the one that ended the case. False for
    a name that is no deadline's."""
    pack_name, _, which = name.partition(":")
    try:
        law = read_pack(pack_name)
    except KeyError:
        return False
    return any(one.until == "first_answer" and one.name == which for one in law.deadlines)


def named(name: str) -> tuple[Pack, LawDeadline] | None:
    """The pack and the deadline that a name stands for; None for a name that is none's (a pack that is gone)."""
    pack_name, _, which = name.partition(":")
    try:
        law = read_pack(pack_name)
    except KeyError:
        return None
    return next(
        ((law, one) for one in law.deadlines if which == one.name or (one.name is None and which in one.kinds)), None
    )


def last_day(one: LawDeadline, received_on: date, calendar: Calendar) -> date:
    """The last day of a deadline in days or months, for what was received on that day. ValueError for one in hours."""
    if one.calendar_days is not None:
        return received_on + one.calendar_days * _DAY
    if one.working_days is not None:
        return calendar.add_working_days(received_on, one.working_days)
    if one.months is not None:
        day = months_after(received_on, one.months)
        return day if calendar.working_day(day) else calendar.add_working_days(day, 1)
    raise ValueError("a deadline in hours has no last day")


def months_after(day: date, months: int) -> date:
    """The same date so many months later; the last of that month where it has no such date (31 January: 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of(day: date, calendar: Calendar) -> datetime:
    """The instant (UTC) in which a day ends there."""
    return datetime.combine(day + _DAY, time(), tzinfo=calendar.zone).astimezone(UTC)


def _deadline(law: Pack, one: LawDeadline, kind: Kind | str, received_at: datetime, calendar: Calendar) -> Deadline:
    name = f"{law.name}:{one.name or kind}"
    if one.hours is not None:
        due = received_at + timedelta(hours=one.hours)
        return Deadline(name=name, due_on=calendar.local_date(due), due_at=due)
    day = last_day(one, calendar.local_date(received_at), calendar)
    return Deadline(name=name, due_on=day, due_at=end_of(day, calendar))
