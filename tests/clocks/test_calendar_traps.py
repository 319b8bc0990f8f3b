"""Each trap of business time as a table: the lunch break, DST both ways, seasons, special days, midnight, 29 February."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.clocks.slow_reference import utc, wall
from ventanilla.clocks.calendar import ALWAYS, Calendar, NeverOpens

MADRID = "Europe/Madrid"
OFFICE = {"mon-thu": ["09:00-14:00", "15:00-18:00"], "fri": ["09:00-15:00"]}


def office(**more: Any) -> Calendar:
    return Calendar.build(zone=MADRID, hours=OFFICE, **more)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00:00", True),
        ("2026-11-23 13:59:59", True),
        ("2026-11-23 14:00:00", False),  # lunch
        ("2026-11-23 14:59:59", False),
        ("2026-11-23 15:00:00", True),
        ("2026-11-23 18:00:00", False),
        ("2026-11-27 14:59:59", True),  # Friday goes on through lunch
        ("2026-11-27 15:00:00", False),
        ("2026-11-28 10:00:00", False),  # Saturday
    ],
)
def test_it_is_open_from_the_opening_second_up_to_the_closing_one(at: str, expected: bool) -> None:
    assert office().is_open(wall(at, MADRID)) is expected


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        ("2026-11-23 13:30", hours(1), "2026-11-23 15:30"),  # over lunch
        ("2026-11-23 17:00", hours(1), "2026-11-23 18:00"),  # at closing, not at the next opening
        ("2026-11-23 17:00:01", hours(1), "2026-11-24 09:00:01"),
        ("2026-11-27 14:30", hours(1), "2026-11-30 09:30"),  # over the weekend
        ("2026-11-28 12:00", hours(1), "2026-11-30 10:00"),  # from a closed moment
        ("2026-11-28 12:00", hours(0), "2026-11-28 12:00"),
        ("2026-11-23 09:00", hours(38), "2026-11-27 15:00"),  # the whole week
    ],
)
def test_a_due_time_counts_open_hours_alone(start: str, within: timedelta, due: str) -> None:
    assert office().add(wall(start, MADRID), within) == wall(due, MADRID)


@pytest.mark.parametrize(
    ("zone", "span", "day", "expected"),
    [
        (MADRID, "00:00-24:00", "2026-03-29", hours(23)),
        (MADRID, "00:00-24:00", "2026-10-25", hours(25)),
        (MADRID, "01:00-03:30", "2026-03-29", hours(1.5)),
        (MADRID, "01:00-03:30", "2026-10-25", hours(3.5)),
        (MADRID, "01:00-02:30", "2026-03-29", hours(1)),  # ends inside what is skipped: at the jump
        (MADRID, "02:30-05:00", "2026-03-29", hours(2)),  # starts inside it: at the jump
        (MADRID, "02:15-02:45", "2026-03-29", hours(0)),  # lies inside it: does not happen
        (MADRID, "01:00-02:30", "2026-10-25", hours(2)),  # 01:00 to 02:30, and 02:00 to 02:30 once more
        (MADRID, "02:15-02:45", "2026-10-25", hours(1)),  # happens twice
        ("America/New_York", "01:00-04:00", "2026-03-08", hours(2)),
        ("America/New_York", "01:00-04:00", "2026-11-01", hours(4)),
        ("Australia/Lord_Howe", "00:00-24:00", "2026-10-04", hours(23.5)),  # half an hour forward
        ("Australia/Lord_Howe", "00:00-24:00", "2026-04-05", hours(24.5)),
        ("Australia/Lord_Howe", "01:00-01:45", "2026-04-05", hours(1)),
        ("America/Havana", "00:00-02:00", "2026-03-08", hours(1)),  # midnight itself is skipped
        ("America/Santiago", "20:00-24:00", "2026-04-04", hours(5)),  # the last hour of the day comes twice
        (MADRID, "22:00-06:00", "2026-03-28", hours(7)),  # a night shift
        (MADRID, "22:00-06:00", "2026-10-24", hours(9)),
    ],
)
def test_on_the_nights_the_clock_jumps_what_counts_is_the_time_that_passes(
    zone: str, span: str, day: str, expected: timedelta
) -> None:
    calendar = Calendar.build(zone=zone, hours={}, special={day: [span]})
    noon = wall(f"{day} 12:00", zone)

    assert calendar.open_between(noon - timedelta(days=2), noon + timedelta(days=2)) == expected


def test_four_hours_from_before_the_spring_jump_are_four_hours_that_passed() -> None:
    night = Calendar.build(zone=MADRID, hours={"daily": ["00:00-06:00"]})

    due = night.add(wall("2026-03-29 01:00", MADRID), hours(4))

    assert due == wall("2026-03-29 06:00", MADRID)
    assert due - wall("2026-03-29 01:00", MADRID) == hours(4)


def test_in_the_repeated_hour_a_window_is_left_and_entered_again() -> None:
    calendar = Calendar.build(zone=MADRID, hours={"sun": ["01:00-02:30"]})

    found = list(calendar.intervals(utc("2026-10-24 12:00"), utc("2026-10-25 12:00")))

    assert found == [
        (utc("2026-10-24 23:00"), utc("2026-10-25 00:30")),
        (utc("2026-10-25 01:00"), utc("2026-10-25 01:30")),
    ]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-06-14 08:30", False),
        ("2026-06-15 08:30", True),
        ("2026-06-15 16:00", False),
        ("2026-09-15 08:30", True),
        ("2026-09-16 08:30", False),
        ("2026-09-16 16:00", True),
    ],
)
def test_a_season_replaces_the_hours_on_its_first_and_last_day_and_between(at: str, expected: bool) -> None:
    calendar = office(seasons=[{"from": "06-15", "to": "09-15", "hours": {"mon-fri": ["08:00-15:00"]}}])
    assert calendar.is_open(wall(at, MADRID)) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-12-14", 9), ("2026-12-15", 2), ("2027-01-01", 2), ("2027-01-11", 2), ("2027-01-12", 9)],
)
def test_a_season_may_wrap_the_end_of_the_year(day: str, expected: int) -> None:
    calendar = Calendar.build(
        zone=MADRID,
        hours={"daily": ["09:00-18:00"]},
        seasons=[{"from": "12-15", "to": "01-11", "hours": {"daily": ["10:00-12:00"]}}],
    )
    noon = wall(f"{day} 12:00", MADRID)
    assert calendar.open_between(noon - hours(12), noon + hours(12)) == hours(expected)


def test_a_weekday_that_a_season_does_not_name_is_closed_in_it() -> None:
    calendar = Calendar.build(
        zone=MADRID,
        hours={"mon-sat": ["09:00-18:00"]},
        seasons=[{"from": "08-01", "to": "08-31", "hours": {"mon-fri": ["09:00-14:00"]}}],
    )
    assert calendar.is_open(wall("2026-07-25 10:00", MADRID))
    assert not calendar.is_open(wall("2026-08-01 10:00", MADRID))


def test_a_special_day_stands_before_a_holiday_and_before_a_season() -> None:
    calendar = office(
        seasons=[{"from": "12-20", "to": "01-05", "hours": {"mon-fri": ["10:00-12:00"]}}],
        holidays={"extra": ["2026-12-24"]},
        special={"2026-12-24": ["09:00-13:00"], "2026-12-23": []},
    )
    assert calendar.is_open(wall("2026-12-24 09:30", MADRID))
    assert not calendar.is_open(wall("2026-12-23 10:30", MADRID))
    assert calendar.is_open(wall("2026-12-22 10:30", MADRID))
    assert calendar.holiday_name(date(2026, 12, 24), "es") == "Festivo propio"


def test_a_window_past_midnight_runs_on_into_a_holiday_whose_own_does_not_start() -> None:
    calendar = Calendar.build(zone=MADRID, hours={"daily": ["22:00-06:00"]}, holidays={"country": "ES", "region": "MD"})

    found = list(calendar.intervals(wall("2026-12-24 12:00", MADRID), wall("2026-12-26 23:00", MADRID)))

    assert found == [
        (wall("2026-12-24 22:00", MADRID), wall("2026-12-25 06:00", MADRID)),
        (wall("2026-12-26 22:00", MADRID), wall("2026-12-26 23:00", MADRID)),
    ]


def test_a_special_closed_day_does_not_cut_the_night_that_began_before_it() -> None:
    calendar = Calendar.build(zone=MADRID, hours={"fri": ["22:00-06:00"]}, special={"2026-11-28": []})
    assert calendar.is_open(wall("2026-11-28 05:59:59", MADRID))
    assert not calendar.is_open(wall("2026-11-28 06:00", MADRID))


def test_windows_that_meet_at_midnight_are_one_interval() -> None:
    calendar = Calendar.build(zone=MADRID, hours={"mon": ["18:00-24:00"], "tue": ["00:00-02:00"]})

    found = list(calendar.intervals(utc("2026-11-22 12:00"), utc("2026-11-26 12:00")))

    assert found == [(wall("2026-11-23 18:00", MADRID), wall("2026-11-24 02:00", MADRID))]


def test_the_29th_of_february_can_be_special_and_can_bound_a_season() -> None:
    leap_day = Calendar.build(zone=MADRID, hours={}, special={"2028-02-29": ["10:00-12:00"]})
    until_then = Calendar.build(
        zone=MADRID,
        hours={},
        seasons=[{"from": "02-29", "to": "02-29", "hours": {"daily": ["10:00-12:00"]}}],
    )
    opening = wall("2028-02-29 10:00", MADRID)

    assert leap_day.next_opening(utc("2026-01-01 00:00")) == opening
    assert until_then.next_opening(utc("2026-01-01 00:00")) == opening
    assert until_then.next_opening(utc("2096-03-01 00:00")) == wall("2104-02-29 10:00", MADRID)
    assert leap_day.next_opening(utc("2028-03-01 00:00")) is None


def test_the_day_that_samoa_skipped_has_no_hours() -> None:
    calendar = Calendar.build(zone="Pacific/Apia", hours={"daily": ["09:00-17:00"]})
    assert calendar.open_between(utc("2011-12-29 00:00"), utc("2012-01-01 00:00")) == hours(3 * 8 - 8 + 8)


def test_a_calendar_that_never_opens_says_so_and_does_not_loop() -> None:
    never = Calendar.build(zone=MADRID, hours={})
    at = utc("2026-11-23 10:00")

    assert never.next_opening(at) is None
    assert never.next_change(at) is None
    assert never.open_seconds(at, at + timedelta(days=400)) == 0
    assert never.add(at, timedelta()) == at
    with pytest.raises(NeverOpens, match="does not open in the 8 years after 2026-11-23"):
        never.add(at, hours(1))


def test_a_calendar_that_stops_opening_says_so_once_its_hours_are_used_up() -> None:
    once = Calendar.build(zone=MADRID, hours={}, special={"2026-12-24": ["09:00-13:00"]})
    at = utc("2026-11-23 10:00")

    assert once.add(at, hours(4)) == wall("2026-12-24 13:00", MADRID)
    with pytest.raises(NeverOpens):
        once.add(at, hours(4) + timedelta(microseconds=1))


def test_day_and_night_is_plain_time() -> None:
    at = utc("2026-03-28 22:00")

    assert ALWAYS.is_open(at)
    assert ALWAYS.add(at, timedelta(days=1000)) == at + timedelta(days=1000)
    assert ALWAYS.open_between(at, at + timedelta(days=9)) == timedelta(days=9)
    assert ALWAYS.next_change(at) is None
    assert list(Calendar.always(MADRID).intervals(at, at + hours(30))) == [(at, at + hours(30))]
    assert Calendar.always(MADRID).local_date(utc("2026-11-22 23:30")) == date(2026, 11, 23)


def test_always_open_but_for_one_day_changes_at_that_day() -> None:
    calendar = Calendar.build(zone=MADRID, hours={"daily": ["00:00-24:00"]}, special={"2027-01-01": []})
    at = utc("2026-11-23 10:00")

    assert calendar.next_change(at) == wall("2027-01-01 00:00", MADRID)
    assert calendar.next_opening(wall("2027-01-01 00:00", MADRID)) == wall("2027-01-02 00:00", MADRID)
    assert calendar.next_change(wall("2027-01-02 00:00", MADRID)) is None


def test_nothing_is_truncated_a_day_at_a_time() -> None:
    calendar = Calendar.build(zone=MADRID, hours={"daily": ["09:00:20-09:01:10"]})
    start = utc("2026-11-01 00:00")
    assert calendar.open_seconds(start, start + timedelta(days=20)) == 20 * 50
    assert calendar.open_between(
        wall("2026-11-01 09:00:30", MADRID), wall("2026-11-01 09:00:30.250", MADRID)
    ) == timedelta(milliseconds=250)


def test_an_end_before_the_start_is_no_time_at_all() -> None:
    assert office().open_between(utc("2026-11-24 10:00"), utc("2026-11-23 10:00")) == timedelta()
    assert list(office().intervals(utc("2026-11-24 10:00"), utc("2026-11-23 10:00"))) == []
    assert list(office().intervals(utc("2026-11-23 10:00"), utc("2026-11-23 10:00"))) == []


def test_moments_in_any_zone_are_taken_and_come_out_in_utc() -> None:
    tokyo = datetime(2026, 11, 23, 19, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert office().is_open(tokyo)
    assert office().add(tokyo, hours(1)).tzinfo is UTC
    assert office().add(tokyo, hours(1)) == utc("2026-11-23 11:30")


def test_a_naive_moment_is_refused_everywhere() -> None:
    naive, aware = datetime(2026, 11, 23, 10), utc("2026-11-23 10:00")
    calls: list[Callable[[], object]] = [
        lambda: office().is_open(naive),
        lambda: office().open_between(naive, aware),
        lambda: office().open_between(aware, naive),
        lambda: list(office().intervals(naive, aware)),
        lambda: office().add(naive, hours(1)),
        lambda: office().next_opening(naive),
        lambda: office().next_change(naive),
        lambda: office().local_date(naive),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="with a time zone"):
            call()


def test_a_negative_time_has_no_due_moment() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        office().add(utc("2026-11-23 10:00"), timedelta(seconds=-1))


def test_equal_calendars_are_equal_hash_alike_and_survive_pickling() -> None:
    used = office(special={"2026-12-24": []})
    used.is_open(utc("2026-11-23 10:00"))

    copy = pickle.loads(pickle.dumps(used))

    assert copy == used == office(special={"2026-12-24": []}) != office()
    assert hash(copy) == hash(used)
    assert copy.is_open(utc("2026-11-23 10:00"))


def test_a_question_asked_twice_is_answered_from_memory_in_microseconds() -> None:
    calendar = office()
    at = utc("2026-11-23 10:00")
    calendar.is_open(at)

    fastest = min(_seconds_for(lambda: calendar.is_open(at)) for _ in range(5))

    assert fastest < 50e-6


def _seconds_for(call: Any) -> float:
    import timeit

    return timeit.timeit(call, number=200) / 200
