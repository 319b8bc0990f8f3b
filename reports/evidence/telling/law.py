"""The legal deadlines of a case: what the law says, under which calendar, and each day with why it counts or does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.packs.pack import NOT_ADVICE, LawDeadline, Pack
from reports.evidence.calendars import calendar_of
from reports.evidence.counting import CountedDay, Counting, Unit, Why, count_days
from reports.evidence.gathering import Dossier
from reports.evidence.packed import Making
from reports.evidence.page import Block, Facts, Heading, Line, Table
from reports.evidence.speaking import Speaker
from reports.evidence.telling.brief import deadline_in_brief, legal_clocks, spoken_due
from router.promises.law import named
from ventanilla.clocks.calendar import Calendar
from ventanilla.measures.fold import stretches
from ventanilla.words import EventKind, Metric

_INSTANT = timedelta(microseconds=1)


def tell_law(dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    """Each deadline with its count; or that there is none."""
    yield Heading(text=speaker.say("law"), anchor="law")
    clocks = legal_clocks(dossier)
    if not clocks:
        yield Line(text=speaker.say("law.none"))
    for clock in clocks:
        yield from _one(clock, dossier, making, speaker)
    yield from _history(dossier, speaker)
    if clocks:
        yield Line(text=NOT_ADVICE if speaker.language == "en" else speaker.say("law.no_advice"), quiet=True)


def _one(clock: sa.Row[Any], dossier: Dossier, making: Making, speaker: Speaker) -> Iterator[Block]:
    found = named(clock.name)
    calendar = calendar_of(clock, dossier, making.house)
    yield Heading(text=_title(clock, found, speaker), level=2, anchor=f"law-{clock.number}")
    yield Facts(rows=list(_facts(clock, found, calendar, dossier, speaker)))
    yield Line(text=deadline_in_brief(clock, making, speaker), strong=True)
    unit, length = _length(found[1]) if found else (Unit.UNKNOWN, None)
    if clock.due_at is None or unit is None:
        return
    first, last = calendar.local_date(counts_from(clock, dossier)), calendar.local_date(clock.due_at - _INSTANT)
    counting = count_days(
        calendar, received_on=first, last_day=last, unit=unit, length=length, language=speaker.language
    )
    stopped = calendar.local_date(clock.stopped_at) if clock.stopped_at else None
    yield _table(counting, stopped, speaker)
    if not counting.agrees and counting.counted_last is not None:
        other, recorded = speaker.day(counting.counted_last), speaker.day(counting.last_day)
        yield Line(text=speaker.say("law.disagrees", counted=other, recorded=recorded), strong=True)
    if stopped is not None and stopped > last:
        yield Line(text=speaker.say("law.after", when=speaker.spelled(clock.stopped_at), days=(stopped - last).days))


def counts_from(clock: sa.Row[Any], dossier: Dossier) -> datetime:
    """Since when a term counts: the receipt, or when the customer sent what they had been asked for to complete it."""
    mine = [event for event in dossier.events if event.conversation_id == clock.conversation_id]
    found = next((one.facts for one in stretches(mine) if one.metric is Metric.LEGAL), None)
    start: datetime = clock.started_at
    return start if found is None else found.received_at


def _title(clock: sa.Row[Any], found: tuple[Pack, LawDeadline] | None, speaker: Speaker) -> str:
    if found is None:
        return str(clock.name)
    pack, deadline = found
    return f"{pack.title.in_language(speaker.language)}: {deadline.title.in_language(speaker.language)}"


def _facts(
    clock: sa.Row[Any],
    found: tuple[Pack, LawDeadline] | None,
    calendar: Calendar,
    dossier: Dossier,
    speaker: Speaker,
) -> Iterator[tuple[str, str]]:
    if found is not None:
        pack, deadline = found
        what, count = deadline.length()
        yield speaker.say("law.term"), speaker.say(f"law.{what}", count=count)
        yield speaker.say("law.source"), f"{deadline.source} · {pack.source}"
        yield (
            speaker.say("law.reviewed"),
            speaker.say("law.reviewed_on", pack=pack.name, day=speaker.day(pack.reviewed)),
        )
    yield speaker.say("law.received"), speaker.spelled(clock.started_at)
    if (complete := counts_from(clock, dossier)) != clock.started_at:
        yield speaker.say("law.complete"), speaker.spelled(complete)
    if clock.due_at is not None:
        yield speaker.say("law.due"), f"{spoken_due(clock, speaker)}\n({speaker.utc(clock.due_at)})"
    if clock.stopped_at is not None:
        ended = speaker.word("ended", clock.ended)
        yield speaker.say("law.stopped"), f"{speaker.spelled(clock.stopped_at)}: {ended}"
    yield speaker.say("law.calendar"), _calendar(clock, calendar, speaker)


def _calendar(clock: sa.Row[Any], calendar: Calendar, speaker: Speaker) -> str:
    name = clock.calendar or speaker.say("none")
    holidays = calendar.holidays
    where = "/".join(one for one in (holidays.country, holidays.region) if one) if holidays is not None else ""
    days = speaker.say("law.holidays", where=where) if where else speaker.say("law.no_holidays")
    own = speaker.say("law.own_days", count=len(holidays.extra)) if holidays is not None and holidays.extra else ""
    return "; ".join(
        part
        for part in (
            f"{name} ({calendar.zone.key})",
            days,
            own,
            speaker.say("law.version", version=clock.config_version),
        )
        if part
    )


def _length(deadline: LawDeadline) -> tuple[Unit | None, int | None]:
    """What it is counted in; no unit for one in hours, which has no days to count."""
    what, count = deadline.length()
    return (None, count) if what == "hours" else (Unit(what), count)


def _table(counting: Counting, stopped: date | None, speaker: Speaker) -> Table:
    rows = [_row(day, counting, stopped, speaker) for day in counting.days]
    skipped = frozenset(number for number, day in enumerate(counting.days) if day.number is None)
    marked = {number for number, day in enumerate(counting.days) if day.day in (counting.last_day, stopped)}
    titles = [speaker.say(f"law.column.{name}") for name in ("date", "weekday", "number", "why")]
    return Table(
        titles=titles, rows=rows, widths=(2, 2, 1.4, 6), loud=frozenset(marked), faint=frozenset(skipped - marked)
    )


def _row(day: CountedDay, counting: Counting, stopped: date | None, speaker: Speaker) -> tuple[str, ...]:
    why = speaker.say(f"why.{day.why}", holiday=day.holiday or "")
    if day.holiday and day.why is not Why.HOLIDAY:
        why = f"{why} ({day.holiday})"
    marks = [speaker.say("law.last_day")] if day.day == counting.last_day else []
    marks += [speaker.say("law.stopped_here")] if day.day == stopped else []
    number = str(day.number) if day.number is not None else "–"
    return day.day.isoformat(), speaker.weekday(day.day), number, "; ".join([why, *marks])


def _history(dossier: Dossier, speaker: Speaker) -> Iterator[Block]:
    """Each time that a legal due time was set, where that happened more than once."""
    told = [event for event in dossier.of_kind(EventKind.DUE_SET) if event.data.get("metric") == Metric.LEGAL]
    if len(told) < 2:
        return
    yield Line(text=speaker.say("law.history"), quiet=True)
    rows = [
        (
            speaker.both(event.recorded_at),
            str(event.data.get("name") or event.data.get("deadline") or ""),
            _moment(event.data.get("due_at"), speaker),
            str(event.data.get("config_version", "")),
        )
        for event in told
    ]
    titles = [speaker.say(f"law.history.{name}") for name in ("when", "name", "due", "version")]
    yield Table(titles=titles, rows=rows, widths=(3, 3, 3, 1.5))


def _moment(written: object, speaker: Speaker) -> str:
    try:
        return speaker.both(datetime.fromisoformat(str(written)))
    except ValueError:
        return speaker.say("none")
