"""Looks at each channel against its own usual rate, and tells somebody once when one has gone quiet. Safe to run twice at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.writing import write_alert
from router.quiet.arrivals import Arrivals
from router.quiet.usual import Usual, learn
from router.quiet.words import quiet_words
from ventanilla.clocks.due import spoken, waited
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import channels
from ventanilla.words import EventKind

ACTOR = "sweeper"
_WATCHED = sa.select(channels.c.name, channels.c.since, channels.c.quiet_since).where(channels.c.enabled)
_WATCHED_WELL = _WATCHED.where(channels.c.problem.is_(None), channels.c.paused_at.is_(None))
_MARK = (
    sa.update(channels)
    .where(channels.c.name == sa.bindparam("channel"), channels.c.quiet_since.is_(None), channels.c.problem.is_(None))
    .values(quiet_since=sa.bindparam("silent_since"))
)
_UNMARK = (
    sa.update(channels)
    .where(channels.c.name == sa.bindparam("channel"), channels.c.quiet_since == sa.bindparam("silent_since"))
    .values(quiet_since=None)
)


class QuietWatch:
    """One process's watch over all channels; what it has read of the ledger stays in memory from look to look."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._arrivals = Arrivals(store)

    def look(self, house: House, *, now: datetime) -> list[str]:
        """End the silences that are over, tell of those that began; return the channels that have just gone quiet. A channel
        with a known problem is told of otherwise. Raises Temporary."""
        if not self._arrivals.refresh(now):
            return []
        with self._store.read() as connection:
            rows = list(connection.execute(_WATCHED))
            well = {row.name for row in connection.execute(_WATCHED_WELL)}
        found = []
        for row in rows:
            last = self._arrivals.newest.get(row.name)
            if last is None or row.name not in house.config.channels:
                continue
            if row.quiet_since is not None and last > row.quiet_since:
                self._end(row, last, now)
            elif row.quiet_since is None and row.name in well:
                usual = self._usual(house, row, last)
                if usual is not None and usual.is_news(last, now) and self._tell(house, row.name, usual, last, now):
                    found.append(row.name)
        return found

    def _usual(self, house: House, row: Any, last: datetime) -> Usual | None:
        lives_since = min(row.since, self._arrivals.first[row.name])
        arrivals: Mapping[datetime, int] = self._arrivals.by_hour[row.name]
        return learn(arrivals, since=lives_since, until=last, zone=house.zone(), is_holiday=holidays_of(house))

    def _tell(self, house: House, channel: str, usual: Usual, last: datetime, now: datetime) -> bool:
        journal = Journal(now=now, actor=ACTOR)
        expected = usual.expected(last, now)
        with self._store.write() as connection:
            if connection.execute(_MARK, {"channel": channel, "silent_since": last}).rowcount != 1:
                return False
            data = {"since": last.isoformat(), "expected": round(expected, 1), "per_week": round(usual.per_week, 1)}
            journal.add(EventKind.CHANNEL_QUIET, channel=channel, data=data)
            _alert(connection, house, channel, expected, last, now)
            journal.flush(connection)
        return True

    def _end(self, row: Any, last: datetime, now: datetime) -> None:
        journal = Journal(now=now, actor=ACTOR)
        with self._store.write() as connection:
            if connection.execute(_UNMARK, {"channel": row.name, "silent_since": row.quiet_since}).rowcount == 1:
                data = {"since": row.quiet_since.isoformat(), "over": True}
                journal.add(EventKind.CHANNEL_QUIET, at=last, channel=row.name, data=data)
                journal.flush(connection)


def holidays_of(house: House) -> Callable[[date], bool]:
    """Whether nobody of the house works on a day on which, by its weekday, somebody would."""
    calendars = [house.calendar(name) for name in house.config.calendars]
    known: dict[date, bool] = {}

    def is_holiday(day: date) -> bool:
        if day not in known:
            usually = any(calendar.usual_windows(day) for calendar in calendars)
            known[day] = usually and not any(calendar.windows(day) for calendar in calendars)
        return known[day]

    return is_holiday


def _alert(
    connection: sa.Connection, house: House, channel: str, expected: float, last: datetime, now: datetime
) -> None:
    language = house.config.service.language
    settings = house.config.channels[channel]
    today, people = house.today(now), house.config.agents
    readers, duty = (
        [name for name in names if name in people and people[name].is_here(today)]
        for names in (house.config.staff.digest_to, house.config.teams[settings.team].duty)
    )
    values = {
        "channel": channel,
        "since": spoken(last, house.zone(), language, now=now),
        "waited": waited((now - last).total_seconds(), language),
        "expected": str(round(expected)),
    }
    subject, body = quiet_words(language, **values)
    write_alert(
        connection,
        house,
        to=readers or duty[:1],
        occasion=f"quiet:{channel}:{last.isoformat()}",
        subject=subject,
        body=body,
        now=now,
    )
