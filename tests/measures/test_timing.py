"""How long a stretch took and by when it had to be over: closed hours, lunch, pauses, a clock change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.measures.log import at
from ventanilla.clocks.calendar import Calendar
from ventanilla.measures.stretch import Pause, Stretch
from ventanilla.measures.terms import CaseFacts, Committed, Deadline, Terms
from ventanilla.measures.timing import Timing, timed, timed_by_law
from ventanilla.words import Ended, Kind, Metric, Priority

HOUR = timedelta(hours=1)
SHOP = Calendar.build(zone="UTC", hours={"mon-fri": ["09:00-14:00", "16:00-20:00"]})
FACTS = CaseFacts(
    channel="soporte",
    team="atencion",
    kind=Kind.QUERY,
    priority=Priority.NORMAL,
    tags=(),
    received_at=at("23 09:00"),
)


def terms(within: timedelta, calendar: Calendar = SHOP) -> Terms:
    committed = {metric: Committed(within=within, target=90) for metric in Metric}
    return Terms(promise="p", config_version=1, calendar_name="c", calendar=calendar, committed=committed)


def run(start: str, stop: str | None = None, *pauses: tuple[str, str | None], within: timedelta = 2 * HOUR) -> Timing:
    stretch = Stretch(
        metric=Metric.FIRST_RESOLUTION,
        number=1,
        started_at=at(start),
        stopped_at=at(stop) if stop else None,
        ended=Ended.RESOLVED if stop else None,
        facts=FACTS,
        pauses=tuple(Pause(start=at(begins), end=at(ends) if ends else None) for begins, ends in pauses),
    )
    return timed(stretch, terms(within))


def test_the_lunch_break_and_the_night_are_not_business_time() -> None:
    lunch = run("23 13:00", "23 17:00")
    night = run("23 19:30", "24 09:30")

    assert (lunch.elapsed, lunch.business) == (4 * HOUR, 2 * HOUR)
    assert (night.elapsed, night.business) == (14 * HOUR, HOUR)


def test_due_and_warning_skip_what_is_closed() -> None:
    found = run("23 13:00")

    assert (found.due_at, found.warn_at) == (at("23 17:00"), at("23 16:30"))
    assert (found.elapsed, found.business) == (None, None)


def test_a_pause_takes_the_due_time_away_and_gives_back_what_was_left() -> None:
    paused = run("23 09:00", None, ("23 10:00", None))
    running = run("23 09:00", None, ("23 10:00", "24 09:30"))

    assert (paused.due_at, paused.warn_at, paused.paused_since) == (None, None, at("23 10:00"))
    assert (running.due_at, running.paused, running.paused_since) == (at("24 10:30"), 23.5 * HOUR, None)


def test_what_was_late_before_a_pause_is_late() -> None:
    assert run("23 09:00", None, ("23 12:00", None)).due_at == at("23 11:00")


def test_what_ended_while_it_was_paused_is_judged_by_what_was_left() -> None:
    found = run("23 09:00", "25 12:00", ("23 10:00", "25 12:00"))

    assert (found.elapsed, found.business, found.paused) == (51 * HOUR, HOUR, 50 * HOUR)
    assert found.due_at == at("25 13:00")


def test_minutes_are_never_cut_off_a_day_at_a_time() -> None:
    start, stop = at("23 09:00") + timedelta(seconds=30.25), at("25 13:59") + timedelta(seconds=59.5)
    stretch = Stretch(metric=Metric.FIRST_RESPONSE, number=1, started_at=start, stopped_at=stop, facts=FACTS)

    found = timed(stretch, terms(HOUR))

    assert found.business == 23 * HOUR - timedelta(seconds=30.75)


@pytest.mark.parametrize(
    ("start", "stop", "hours"),
    [("2026-03-28T23:00", "2026-03-29T22:00", 23), ("2026-10-24T22:00", "2026-10-25T23:00", 25)],
)
def test_a_day_with_a_clock_change_has_the_hours_that_it_has(start: str, stop: str, hours: int) -> None:
    madrid = Calendar.build(zone="Europe/Madrid", hours={"daily": ["00:00-24:00"]})
    begins, ends = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, stop))
    stretch = Stretch(metric=Metric.FIRST_RESPONSE, number=1, started_at=begins, stopped_at=ends, facts=FACTS)

    found = timed(stretch, terms(HOUR, madrid))

    assert (found.elapsed, found.business) == (hours * HOUR, hours * HOUR)


def test_a_survivor_is_due_no_later_than_what_it_took_over() -> None:
    stretch = Stretch(
        metric=Metric.FIRST_RESPONSE, number=1, started_at=at("23 09:00"), facts=FACTS, no_later_than=at("23 09:20")
    )

    found = timed(stretch, terms(HOUR))

    assert (found.due_at, found.warn_at) == (at("23 09:20"), at("23 09:20"))


def test_a_calendar_that_never_opens_makes_nothing_due() -> None:
    closed = Calendar.build(zone="UTC", hours={"mon-fri": []})
    stretch = Stretch(metric=Metric.FIRST_RESPONSE, number=1, started_at=at("23 09:00"), facts=FACTS)

    assert timed(stretch, terms(HOUR, closed)).due_at is None


def test_a_deadline_by_law_is_warned_of_when_that_share_of_its_days_has_gone_by() -> None:
    day = Deadline(name="es:claim", due_on=at("27 00:00").date(), due_at=at("27 09:00"))
    stretch = Stretch(metric=Metric.LEGAL, number=1, started_at=at("23 09:00"), facts=FACTS)

    found = timed_by_law(stretch, day, terms(HOUR))

    assert (found.due_at, found.warn_at) == (at("27 09:00"), at("26 09:00"))
