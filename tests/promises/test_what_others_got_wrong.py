"""Mistakes of other help desks, found in their trackers and change logs, each a test on the whole road: a mail comes in, the books
are caught up, the sweeper looks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.calendars import CalendarSettings
from router.moves.base import find_case
from router.moves.merge import merge
from router.moves.reply import Answer, write_reply
from router.moves.resolve import mark_spam, resolve
from router.promises.sweep import warn_and_break
from router.timekeeping.keeper import catch_up
from tests.promises.late import SUPERVISED, alerts, events_of, opened
from tests.router.house_for_tests import House
from tests.router.moving import acting, do, go_out
from ventanilla.clocks.year import describe_year
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, events, outbox
from ventanilla.words import EventKind, Metric, OutboxKind, Resolution

WARNED, BREACHED = EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED
FRIDAY_TEN_TO_SIX = datetime(2026, 11, 20, 16, 50, tzinfo=UTC)
MONDAY_HALF_PAST_ONE = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, settings=dict(SUPERVISED))


def at(house: House, moment: datetime) -> House:
    house.now = moment
    house.apply()
    return house


def look(house: House, moment: datetime | None = None) -> int:
    """What the sweeper does each second, at that moment: the books, then the promises."""
    house.now = moment or house.now
    catch_up(house.store, house.router.house, now=house.now)
    return warn_and_break(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))


def answer(house: House, case: Any) -> None:
    with acting(house, case.owner) as move:
        write_reply(move, find_case(move, case.key), Answer(text="Mañana."))
    go_out(house, house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)[-1].id)


def clock_of(house: House, metric: Metric) -> Any:
    (row,) = house.rows(clocks, lambda t: t.c.metric == metric)
    return row


def test_business_hours_are_not_ignored(sqlite_store: Store, tmp_path: Path) -> None:
    """An hour promised ten minutes before the weekend is due on Monday, and nobody is woken on Saturday."""
    house = House(sqlite_store, tmp_path, settings=dict(SUPERVISED), now=FRIDAY_TEN_TO_SIX)
    opened(house)
    due = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)

    for moment in (FRIDAY_TEN_TO_SIX + timedelta(hours=1), datetime(2026, 11, 21, 11, 0, tzinfo=UTC)):
        assert look(house, moment) == 0
    assert look(house, due - timedelta(seconds=1)) == 1
    assert look(house, due) == 1

    assert events_of(house) == [(WARNED, due - timedelta(minutes=15)), (BREACHED, due)]
    assert clock_of(house, Metric.FIRST_RESPONSE).due_at == due


def test_the_lunch_break_is_not_ignored(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path, settings=dict(SUPERVISED), now=MONDAY_HALF_PAST_ONE)
    opened(house)

    assert look(house, datetime(2026, 11, 23, 13, 59, tzinfo=UTC)) == 0  # an hour and a half on, it is still lunch
    assert look(house, datetime(2026, 11, 23, 14, 30, tzinfo=UTC)) == 1

    assert events_of(house) == [(BREACHED, datetime(2026, 11, 23, 14, 30, tzinfo=UTC))]


@pytest.mark.parametrize("books", ["up to date", "behind"])
def test_nothing_is_escalated_once_the_agent_has_answered(house: House, books: str) -> None:
    case = opened(house)
    assert look(house) == 0
    house.later(minutes=59)
    answer(house, case)
    house.later(hours=3)

    if books == "behind":
        assert warn_and_break(house.store, house.router.house, Journal(now=house.now, actor="sweeper")) == 0
    assert look(house) == 0
    assert alerts(house) == []
    assert clock_of(house, Metric.FIRST_RESPONSE).ended == "replied"


def test_a_second_target_does_not_override_the_first(sqlite_store: Store, tmp_path: Path) -> None:
    """Both run side by side, each with its due time; what happens to one leaves the other alone."""
    more = 'next_response = { within = "3h" }\nresolution = { within = "2h", target = 80 }'
    house = House(sqlite_store, tmp_path, settings={**SUPERVISED, "more": more})
    case = opened(house)
    began = case.waiting_since
    look(house)
    due = {row.metric: row.due_at for row in house.rows(clocks) if row.due_at is not None}
    assert due == {
        Metric.FIRST_RESPONSE: began + timedelta(hours=1),
        Metric.FIRST_RESOLUTION: began + timedelta(hours=2),
    }
    (row,) = house.rows(conversations)
    assert (row.due_at, row.next_due_at) == (began + timedelta(hours=1), began + timedelta(hours=1))

    look(house, began + timedelta(hours=1))
    look(house, began + timedelta(hours=2))

    broken = [(row.data["metric"], row.at) for row in house.rows(events, lambda t: t.c.kind == BREACHED)]
    assert broken == [
        (Metric.FIRST_RESPONSE, began + timedelta(hours=1)),
        (Metric.FIRST_RESOLUTION, began + timedelta(hours=2)),
    ]
    assert {row.metric: (row.within, row.target) for row in house.rows(clocks) if row.within is not None} == {
        Metric.FIRST_RESPONSE: (3_600_000_000, 90),
        Metric.FIRST_RESOLUTION: (7_200_000_000, 80),
    }


@pytest.mark.parametrize("books", ["up to date", "behind"])
def test_no_alerts_on_closed_cases(house: House, books: str) -> None:
    resolved, spam, merged, into = (opened(house, number) for number in range(4))
    look(house)
    house.later(minutes=5)
    do(house, resolve, resolved.key, resolution=Resolution.NO_REPLY_NEEDED, as_="marta")
    do(house, mark_spam, spam.key, as_="marta")
    do(house, merge, merged.key, into.key, customers_differ=True, as_="marta")
    house.later(days=2)

    if books == "behind":
        warn_and_break(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))
    look(house)

    assert {row.conversation_id for row in house.rows(events, lambda t: t.c.kind == BREACHED)} == {into.id}


def test_the_time_is_the_clocks_own_and_not_the_sweeps_tick(house: House) -> None:
    """The sweeper was down for two hours: the log says when it was late, and beside that when anybody noticed."""
    case = opened(house)
    due = case.waiting_since + timedelta(hours=1)

    look(house, due + timedelta(hours=2))

    (event,) = house.rows(events, lambda t: t.c.kind == BREACHED)
    assert (event.at, event.recorded_at) == (due, due + timedelta(hours=2))
    assert datetime.fromisoformat(event.data["due_at"]) == due
    answered = house.later(minutes=1)
    answer(house, case)
    house.later(hours=2)
    look(house)
    assert clock_of(house, Metric.FIRST_RESPONSE).stopped_at == answered


MADRID_2026 = {
    date(2026, 1, 1),
    date(2026, 1, 6),
    date(2026, 4, 2),
    date(2026, 4, 3),
    date(2026, 5, 1),
    date(2026, 5, 2),
    date(2026, 8, 15),
    date(2026, 10, 12),
    date(2026, 11, 2),
    date(2026, 12, 7),
    date(2026, 12, 8),
    date(2026, 12, 25),
}
"""The Comunidad de Madrid's twelve days of 2026, without the two that each town adds."""


def test_a_saints_day_is_no_holiday_unless_the_file_says_so() -> None:
    """`calendar` prints each day that counts: the region's, what the file adds, and nothing else (9 November, la Almudena, is the
    town's: whoever keeps it writes it)."""
    hours = {"mon-fri": ("09:00-18:00",)}
    holidays: dict[str, Any] = {"country": "ES", "region": "MD"}
    region = CalendarSettings(timezone="Europe/Madrid", hours=hours, holidays=holidays)  # type: ignore[arg-type]
    town = region.model_validate(
        {"timezone": "Europe/Madrid", "hours": hours, "holidays": {**holidays, "extra": ["2026-05-15", "2026-11-09"]}}
    )

    assert printed(region) == MADRID_2026
    assert printed(town) == MADRID_2026 | {date(2026, 5, 15), date(2026, 11, 9)}


def printed(settings: CalendarSettings) -> set[date]:
    """The holidays that `ventanilla calendar madrid --year 2026 --json` lists."""
    described = describe_year(settings.calendar(), "madrid", 2026, language="es")
    return {date.fromisoformat(str(each["date"])) for each in described["holidays"]}


def test_minutes_are_not_truncated_a_day_at_a_time(house: House) -> None:
    """Five mornings and evenings whose seconds are no whole minutes: business time is exact to the microsecond."""
    start = datetime(2026, 11, 23, 9, 0, 40, 123_457, tzinfo=UTC)
    stop = datetime(2026, 11, 27, 9, 0, 20, 1, tzinfo=UTC)
    at(house, start)
    case = opened(house)
    house.now = stop
    answer(house, case)

    look(house)

    row = clock_of(house, Metric.FIRST_RESPONSE)
    four_days_but = 4 * timedelta(hours=8) - timedelta(seconds=20, microseconds=123_456)
    assert row.business == four_days_but // timedelta(microseconds=1)
    assert row.elapsed == (stop - start) // timedelta(microseconds=1)


def test_more_time_warns_again_and_less_does_not(house: House) -> None:
    """A case that became another kind has other times; what was told counts for the times it had then."""
    case = opened(house)
    began = case.waiting_since
    look(house, began + timedelta(hours=1))
    assert len(events_of(house)) == 1
    for later, expected in ((timedelta(hours=3), 2), (timedelta(hours=2), 2)):
        values = {"due_at": began + later, "warn_at": began + later * 0.75}
        with house.store.write() as connection:
            connection.execute(sa.update(clocks).where(clocks.c.metric == "first_response").values(values))
        for minutes in itertools.count(0, 30):
            house.now = began + later + timedelta(minutes=minutes)
            warn_and_break(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))
            if minutes >= 60:
                break
        assert [kind for kind, _ in events_of(house)].count(BREACHED) == expected
