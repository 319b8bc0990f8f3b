"""When a sent report is due and which days it covers, across months, years and changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.reports import ReportSettings
from reports.schedule import following, latest

MADRID = ZoneInfo("Europe/Madrid")
CASES = [
    ("day", "08:00", "2026-11-22 07:00", "2026-11-21", "2026-11-21", "2026-11-21", "2026-11-22 07:00"),
    ("day", "08:00", "2026-11-22 06:59", "2026-11-20", "2026-11-20", "2026-11-20", "2026-11-21 07:00"),
    ("day", "00:00", "2026-11-21 23:00", "2026-11-21", "2026-11-21", "2026-11-21", "2026-11-21 23:00"),
    ("week", "08:00", "2026-11-22 23:59", "2026-W46", "2026-11-09", "2026-11-15", "2026-11-16 07:00"),
    ("week", "08:00", "2026-11-23 07:00", "2026-W47", "2026-11-16", "2026-11-22", "2026-11-23 07:00"),
    ("week", "08:00", "2027-01-04 12:00", "2026-W53", "2026-12-28", "2027-01-03", "2027-01-04 07:00"),
    ("month", "08:00", "2026-12-01 07:00", "2026-11", "2026-11-01", "2026-11-30", "2026-12-01 07:00"),
    ("month", "08:00", "2026-12-01 06:00", "2026-10", "2026-10-01", "2026-10-31", "2026-11-01 07:00"),
    ("month", "08:00", "2027-01-31 12:00", "2026-12", "2026-12-01", "2026-12-31", "2027-01-01 07:00"),
    ("month", "08:00", "2026-10-31 12:00", "2026-09", "2026-09-01", "2026-09-30", "2026-10-01 06:00"),
]


def settings(every: Any, at: str) -> ReportSettings:
    return ReportSettings(name="x", every=every, at=at, to=("ana",))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("every", "at", "now", "name", "start", "end", "due"), CASES)
def test_the_last_sending_that_is_due_covers_the_period_before_it(
    every: str, at: str, now: str, name: str, start: str, end: str, due: str
) -> None:
    found = latest(settings(every, at), MADRID, now=utc(now))

    assert (found.name, str(found.period.start), str(found.period.end), found.due_at) == (name, start, end, utc(due))


@pytest.mark.parametrize(("every", "at", "now"), [case[:3] for case in CASES])
def test_the_next_sending_begins_where_the_last_ended(every: str, at: str, now: str) -> None:
    last, coming = (each(settings(every, at), MADRID, now=utc(now)) for each in (latest, following))

    assert last.due_at <= utc(now) < coming.due_at
    assert (coming.period.start - last.period.end).days == 1
    assert latest(settings(every, at), MADRID, now=coming.due_at) == coming
