"""Moments as people type them: in the house's zone, over its clock changes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ventanilla.clocks.typed import read_end, read_start
from ventanilla.errors import BadInput

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "begins", "ends"),
    [
        ("now", "2026-11-21T12:30", "2026-11-21T12:30"),
        ("NOW ", "2026-11-21T12:30", "2026-11-21T12:30"),
        ("2026-12-01", "2026-11-30T23:00", "2026-12-01T23:00"),
        ("2026-07-01", "2026-06-30T22:00", "2026-07-01T22:00"),
        ("2026-12-01 09:00", "2026-12-01T08:00", "2026-12-01T08:00"),
        ("2026-12-01T09:00:30", "2026-12-01T08:00:30", "2026-12-01T08:00:30"),
        ("2026-12-01T09:00+00:00", "2026-12-01T09:00", "2026-12-01T09:00"),
        ("2026-12-01T09:00Z", "2026-12-01T09:00", "2026-12-01T09:00"),
        # the day on which the clock jumps ahead is 23 hours long, and half past two is not there
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-03-29 02:30", "2026-03-29T01:00", "2026-03-29T01:00"),
        # the day on which it falls back is 25 hours long, and half past two is there twice: the first
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("2026-10-25 02:30", "2026-10-25T00:30", "2026-10-25T00:30"),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_house(typed: str, begins: str, ends: str) -> None:
    assert read_start(typed, MADRID, now=NOW) == datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert read_end(typed, MADRID, now=NOW) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-01", "2026-12-01 25:00", "09:00", "1/12/2026"])
def test_anything_else_is_refused_with_what_is_allowed(typed: str) -> None:
    with pytest.raises(BadInput, match='--from: expected "now", a date such as 2026-12-01'):
        read_start(typed, MADRID, now=NOW)
    with pytest.raises(BadInput, match="--to: expected"):
        read_end(typed, MADRID, now=NOW)
