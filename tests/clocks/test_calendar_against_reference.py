"""The calendar against the slow reference, to the second, where the two are likeliest to differ: around clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.clocks import slow_reference as slow
from tests.clocks.slow_reference import WEEKDAYS, Shape
from ventanilla.clocks.calendar import Calendar, NeverOpens

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)

# Nights on which each zone's clock jumps (or, for the last ones, nothing happens, or a whole day is skipped).
NIGHTS = {
    "Europe/Madrid": ["2026-03-29", "2026-10-25", "2028-02-29", "2026-12-31"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-10-04", "2026-04-05"],
    "America/Havana": ["2026-03-08", "2026-11-01"],
    "America/Santiago": ["2026-04-05", "2026-09-06"],
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],
    "Pacific/Apia": ["2011-12-30"],
    "Asia/Kathmandu": ["2026-01-01"],
}

times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 45, 59]))
spans = st.one_of(
    st.sampled_from(["00:00-24:00", "09:00-14:00", "15:00-18:00", "22:00-06:00", "01:00-02:30", "02:30-03:30"]),
    st.tuples(times, times).filter(lambda ends: ends[0] != ends[1]).map("-".join),
)
day_hours = st.lists(spans, max_size=3)
weeks = st.dictionaries(st.sampled_from(WEEKDAYS), day_hours, max_size=7)


@st.composite
def shapes(draw: Any) -> tuple[Shape, datetime]:
    """A calendar, and an instant within a day and a half of a night that matters in its zone."""
    zone = draw(st.sampled_from(sorted(NIGHTS)))
    night = date.fromisoformat(draw(st.sampled_from(NIGHTS[zone])))
    near = st.integers(-2, 3).map(lambda days: (night + timedelta(days=days)).isoformat())
    season = st.fixed_dictionaries({"from": near.map(_month_day), "to": near.map(_month_day), "hours": weeks})
    shape = Shape(
        zone=zone,
        hours=draw(weeks),
        seasons=draw(st.lists(season, max_size=1)),
        closed=draw(st.lists(near, max_size=2)),
        special=draw(st.dictionaries(near, day_hours, max_size=2)),
    )
    offset = draw(st.integers(-36 * 3600, 36 * 3600))
    return shape, datetime(night.year, night.month, night.day, tzinfo=UTC) + timedelta(seconds=offset)


def _month_day(day: str) -> str:
    return day[5:]


lengths = st.integers(0, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds))
some = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(some, max_examples=50)


@some
@given(shapes(), st.lists(st.integers(0, 72 * 3600), min_size=1, max_size=50))
def test_is_open_says_what_the_wall_clock_says(case: tuple[Shape, datetime], offsets: list[int]) -> None:
    shape, start = case
    calendar = Calendar.build(**shape.arguments())
    for offset in offsets:
        at = start + timedelta(seconds=offset)
        assert calendar.is_open(at) == slow.is_open(shape, at), at


@few
@given(shapes(), lengths)
def test_open_time_is_the_sum_of_the_open_minutes(case: tuple[Shape, datetime], length: timedelta) -> None:
    shape, start = case
    calendar = Calendar.build(**shape.arguments())

    expected = slow.open_between(shape, start, start + length)

    assert calendar.open_between(start, start + length) == expected
    assert calendar.open_seconds(start, start + length) == expected.total_seconds()


@few
@given(shapes(), lengths)
def test_intervals_are_the_open_time_in_order_and_apart(case: tuple[Shape, datetime], length: timedelta) -> None:
    shape, start = case
    found = list(Calendar.build(**shape.arguments()).intervals(start, start + length))

    edges = [edge for interval in found for edge in interval]
    assert edges == sorted(set(edges))
    assert all(start <= edge <= start + length for edge in edges)
    assert sum((closes - opens for opens, closes in found), timedelta()) == slow.open_between(
        shape, start, start + length
    )
    for opens, closes in found:
        assert slow.is_open(shape, opens)
        assert slow.is_open(shape, closes - TICK)


@few
@given(shapes(), st.integers(1, 20 * 3600).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_due_time_is_the_first_moment_by_which_that_much_was_open(
    case: tuple[Shape, datetime], within: timedelta
) -> None:
    shape, start = case
    due = _due(Calendar.build(**shape.arguments()), start, within)
    assume(due is not None and due - start < timedelta(days=5))
    assert due is not None

    assert slow.open_between(shape, start, due) == within
    assert slow.is_open(shape, due - TICK)


@some
@given(shapes(), lengths)
def test_adding_the_open_time_up_to_a_moment_comes_to_that_moment_or_the_last_open_one_before(
    case: tuple[Shape, datetime], length: timedelta
) -> None:
    shape, start = case
    calendar = Calendar.build(**shape.arguments())
    end = start + length

    back = calendar.add(start, calendar.open_between(start, end))

    assert back <= end
    if length and slow.is_open(shape, end - TICK):
        assert back == end
    else:
        assert slow.next_change(shape, back, end) is None
        assert back == start or not slow.is_open(shape, back)


@some
@given(shapes(), lengths, lengths, lengths)
def test_due_times_never_go_back_as_the_start_or_the_time_grows(
    case: tuple[Shape, datetime], within: timedelta, later: timedelta, more: timedelta
) -> None:
    shape, start = case
    calendar = Calendar.build(**shape.arguments())
    early, late, long = (
        _due(calendar, start, within),
        _due(calendar, start + later, within),
        _due(calendar, start, within + more),
    )
    if late is not None:
        assert early is not None
        assert early <= late
    if long is not None:
        assert early is not None
        assert early <= long


@few
@given(shapes())
def test_the_next_change_is_the_first_minute_that_differs(case: tuple[Shape, datetime]) -> None:
    shape, start = case
    calendar = Calendar.build(**shape.arguments())
    until = start + timedelta(days=2)

    expected = slow.next_change(shape, start, until)

    found = calendar.next_change(start)
    if expected is not None:
        assert found == expected
    else:
        assert found is None or found >= until
    opening = calendar.next_opening(start)
    assert opening == (start if slow.is_open(shape, start) else found)


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Europe/Madrid", "2026-03-29 01:00"),
        ("Europe/Madrid", "2026-10-25 01:00"),
        ("America/New_York", "2026-11-01 06:00"),
        ("Australia/Lord_Howe", "2026-04-04 15:00"),
        ("Australia/Lord_Howe", "2026-10-03 15:30"),
    ],
)
def test_second_by_second_through_the_night_it_agrees(zone: str, around: str) -> None:
    spans = ["00:10:07-01:59:59", "02:00:01-02:00:02", "02:15:30-02:45:31", "23:59:58-00:00:03"]
    shape = Shape(zone=zone, hours=dict.fromkeys(WEEKDAYS, spans))
    calendar = Calendar.build(**shape.arguments())
    start, end = slow.utc(around) - timedelta(hours=2), slow.utc(around) + timedelta(hours=2)

    seconds = [(at, calendar.is_open(at)) for at, _ in slow.ticks(start, end, SECOND)]

    assert [at for at, found in seconds if found != slow.is_open(shape, at)] == []
    assert calendar.open_between(start, end) == slow.open_between(shape, start, end, SECOND)
    changes, at = [], start
    while (change := calendar.next_change(at)) is not None and change < end:
        changes.append(change)
        at = change
    assert changes == [at for (_, before), (at, after) in pairwise(seconds) if before != after]


def _due(calendar: Calendar, start: datetime, within: timedelta) -> datetime | None:
    try:
        return calendar.add(start, within)
    except NeverOpens:
        return None
