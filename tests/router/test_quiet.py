"""A channel gone quiet: what is usual is learnt, no night or feast is an alarm, a real silence is found and told once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from router.quiet import arrivals as quiet_arrivals
from router.quiet.arrivals import Arrivals
from router.quiet.usual import learn
from router.quiet.watch import QuietWatch, _alert, holidays_of
from router.quiet.words import quiet_words
from tests.router.house_for_tests import House
from tests.store.rows import add_inbox
from ventanilla.store.engine import Store
from ventanilla.store.tables import channels, events, inbox, outbox
from ventanilla.words import EventKind, OutboxKind

MADRID = ZoneInfo("Europe/Madrid")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
START = datetime(2025, 1, 6, tzinfo=UTC)
FEASTS = frozenset(
    date.fromisoformat(f"2025-{day}")
    for day in ("01-06", "04-17", "04-18", "05-01", "05-02", "05-15", "08-15", "11-10", "12-06", "12-08", "12-25")
)


def is_feast(day: date) -> bool:
    return day in FEASTS


def shape(local: datetime) -> float:
    """An office's day: two humps on working days, little on Saturday, next to nothing at night, on Sunday and on a feast."""
    if local.weekday() == 6 or is_feast(local.date()):
        return 0.15 if 9 <= local.hour < 22 else 0.02
    if local.weekday() == 5:
        return 0.8 if 10 <= local.hour < 14 else 0.1
    if 9 <= local.hour < 14:
        return 5.0
    return 3.0 if 16 <= local.hour < 19 else 0.4 if 7 <= local.hour < 23 else 0.05


def season(day: date) -> float:
    """August and Christmas bring half."""
    return 0.5 if day.month == 8 or (day.month, day.day) >= (12, 22) else 1.0


def arrivals(seed: int, *, weeks: int, per_week: float) -> Iterator[datetime]:
    """A year of them: Poisson, with days that are busier than others for no reason."""
    dice = random.Random(seed)
    size = per_week / 210
    for number in range(weeks * 7):
        busy = dice.gammavariate(16, 1 / 16)
        for hour in range(24):
            start = START + number * DAY + hour * HOUR
            local = start.astimezone(MADRID)
            rate = size * busy * shape(local) * season(local.date())
            at = dice.expovariate(rate)
            while at < 1:
                yield start + at * HOUR
                at += dice.expovariate(rate)


def alarms_of(came: Iterator[datetime]) -> list[datetime]:
    """The silences that would have been alarms: whatever is longer than an hour is judged by what was known when it began."""
    counts: Counter[datetime] = Counter()
    usual, last, learnt = None, START, START
    alarms = []
    for at in came:
        if at - last > HOUR:
            if at - learnt > 4 * DAY:
                usual, learnt = learn(counts, since=START, until=last, zone=MADRID, is_holiday=is_feast), at
            if usual is not None and usual.is_news(last, at):
                alarms.append(last)
        counts[at.replace(minute=0, second=0, microsecond=0)] += 1
        last = at
    return alarms


@pytest.mark.parametrize("per_week", [8, 60, 300])
def test_a_year_of_nights_weekends_feasts_and_an_august_is_no_alarm(per_week: float) -> None:
    seeds = 2
    alarms = [one for seed in range(seeds) for one in alarms_of(arrivals(seed, weeks=51, per_week=per_week))]

    assert len(alarms) <= seeds, alarms  # at most one a year, each


@pytest.mark.parametrize(("per_week", "within"), [(8, 16 * DAY), (60, 30 * HOUR), (300, 6 * HOUR), (2000, 3 * HOUR)])
def test_a_real_silence_is_found_within_a_sensible_time(per_week: float, within: timedelta) -> None:
    """It begins on a Tuesday at ten, after eight weeks."""
    last = datetime(2025, 3, 4, 9, tzinfo=UTC)
    counts = Counter(
        at.replace(minute=0, second=0, microsecond=0) for at in arrivals(7, weeks=9, per_week=per_week) if at < last
    )
    usual = learn(counts, since=START, until=last, zone=MADRID, is_holiday=is_feast)

    assert usual is not None
    assert usual.is_news(last, last + within)
    assert not usual.is_news(last, last + within / 20)


def every(step: timedelta, weeks: float, *, until: datetime) -> Counter[datetime]:
    number = int(weeks * WEEK / step)
    return Counter((until - n * step).replace(minute=0, second=0, microsecond=0) for n in range(1, number + 1))


def no_feast(_: date) -> bool:
    return False


def test_what_is_younger_than_two_weeks_or_brings_next_to_nothing_has_no_usual_rate() -> None:
    until = datetime(2026, 11, 2, 12, tzinfo=UTC)
    young = learn(
        every(HOUR, 1.9, until=until), since=until - 1.9 * WEEK, until=until, zone=MADRID, is_holiday=no_feast
    )
    rare = learn(every(3 * DAY, 8, until=until), since=until - 8 * WEEK, until=until, zone=MADRID, is_holiday=no_feast)

    assert young is None
    assert rare is not None
    assert not rare.is_news(until, until + 300 * DAY)


def test_the_usual_rate_is_the_walls_when_the_clock_changes() -> None:
    """Eight weeks of one item at nine in the morning of Madrid, across the night of 25 October 2026."""
    days = [datetime(2026, 9, 7, 9, tzinfo=MADRID) + n * DAY for n in range(63)]
    counts = Counter(day.astimezone(UTC) for day in days)
    usual = learn(counts, since=days[0], until=days[-1], zone=MADRID, is_holiday=no_feast)

    assert usual is not None
    nine = (days[-1] + DAY).astimezone(UTC)
    assert usual.expected(nine, nine + HOUR) == pytest.approx(1.0)
    assert usual.expected(nine - HOUR, nine) == 0.0


@pytest.mark.parametrize("language", ["es", "en", "ca", "gl", "eu", "pt"])
def test_the_words_are_there_in_each_language(language: str) -> None:
    subject, body = quiet_words(language, channel="soporte", since="ayer", waited="3 h", expected="12")

    assert "soporte" in subject
    assert all(word in body for word in ("soporte", "ayer", "3 h", "12"))


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    """Ten weeks of a mail each half hour from 8 to 20 UTC, every day, until eleven on a Tuesday."""
    house = House(store, tmp_path)
    last = datetime(2026, 11, 24, 11, tzinfo=UTC)
    times = [last - n * HOUR / 2 for n in range(10 * 7 * 48)]
    rows = [_row(number, at) for number, at in enumerate(reversed(times)) if 8 <= at.hour < 20]
    with store.write() as connection:
        connection.execute(sa.insert(inbox), rows)
        connection.execute(sa.update(channels).values(since=times[-1]))
    house.now = last
    return house


def _row(number: int, at: datetime) -> dict[str, Any]:
    stamps = {"received_at": at, "pulled_at": at, "routed_at": at}
    return {"channel": "soporte", "source": "s", "item_key": str(number), "state": "routed", **stamps}


def quiet(house: House) -> datetime | None:
    (row,) = house.rows(channels)
    since: datetime | None = row.quiet_since
    return since


def looking(house: House) -> Callable[[], list[str]]:
    watch = QuietWatch(house.store)
    return lambda: watch.look(house.router.house, now=house.now)


def test_a_silence_is_told_once_and_the_next_item_ends_it(house: House) -> None:
    look, other = looking(house), looking(house)
    since = house.now
    assert look() == []
    house.later(hours=1)
    assert look() == []

    # when it lasts
    house.later(hours=6)
    assert (look(), other(), look()) == (["soporte"], [], [])
    assert quiet(house) == since
    (letter,) = [row for row in house.rows(outbox) if row.kind == OutboxKind.ALERT]
    assert (letter.agent, letter.state) == ("marta", "pending")
    assert "soporte" in letter.payload["subject"]

    # and something comes: from our own people, a newsletter, and then a customer
    with house.store.write() as connection:
        add_inbox(connection, 90_001, received_at=house.now, pulled_at=house.now, note="outbound")
        add_inbox(connection, 90_002, received_at=house.now, pulled_at=house.now, state="screened", routed_at=house.now)
    assert look() == []
    assert quiet(house) == since
    with house.store.write() as connection:
        add_inbox(connection, 90_003, received_at=house.now, pulled_at=house.now)
    assert look() == []
    assert quiet(house) is None
    kinds = [row.data.get("over", False) for row in house.rows(events) if row.kind == EventKind.CHANNEL_QUIET]
    assert kinds == [False, True]

    # the next silence is another one
    house.later(hours=30)
    assert look() == ["soporte"]


def test_whoever_has_left_is_not_told_of_a_silence(sqlite_store: Store, tmp_path: Path) -> None:
    house = House(sqlite_store, tmp_path)
    house.apply(marta='left = "2026-11-24"')
    house.later(days=2)

    with house.store.write() as connection:
        _alert(connection, house.router.house, "soporte", 9.0, house.now - HOUR, house.now)

    assert house.rows(outbox) == []


def test_a_channel_that_is_known_to_be_broken_is_told_of_otherwise(house: House) -> None:
    with house.store.write() as connection:
        connection.execute(sa.update(channels).values(problem="the login was refused"))
    house.later(hours=20)

    assert looking(house)() == []
    assert quiet(house) is None


def test_what_was_read_once_is_not_read_again(house: House) -> None:
    arrivals = Arrivals(house.store)
    arrivals.refresh(house.now)
    seen: list[str] = []
    sa.event.listen(house.store.engine, "before_cursor_execute", lambda *words: seen.append(str(words[2])))

    arrivals.refresh(house.later(minutes=2))

    assert len([one for one in seen if "FROM inbox" in one]) == 1
    counted = sum(arrivals.by_hour["soporte"].values())
    assert counted == 10 * 7 * 24
    assert arrivals.refresh(house.later(days=7))
    kept = sum(arrivals.by_hour["soporte"].values())
    assert counted - 7 * 24 - 2 <= kept <= counted - 7 * 24  # what is over ten weeks old is let go


def test_many_weeks_are_read_in_several_looks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_arrivals, "STEP", 100)
    arrivals = Arrivals(house.store)
    looks = 1
    while not arrivals.refresh(house.now):
        looks += 1

    assert looks == 10 * 7 * 24 // 400 + 1
    assert sum(arrivals.by_hour["soporte"].values()) == 10 * 7 * 24


def test_a_day_on_which_no_calendar_of_the_house_opens_is_a_feast(house: House) -> None:
    house.apply(more='[calendars.feria]\nhours = { mon-fri = ["09:00-14:00"] }\nholidays = { country = "ES" }')
    one_is_open = holidays_of(house.router.house)
    house.apply(more="")
    assert not one_is_open(date(2026, 12, 25))  # the other calendars know no holidays
    both = 'special = { "2026-12-25" = [] }'
    house.apply(more=f'[calendars.x]\nhours = {{ mon-fri = ["09:00-14:00"] }}\n{both}')
    assert not holidays_of(house.router.house)(date(2026, 12, 25))
