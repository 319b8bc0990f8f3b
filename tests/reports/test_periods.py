"""Periods as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from reports.period import Period, read_period
from ventanilla.errors import BadInput

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (None, None, "2026-10-24", "2026-11-22"),
        ("2026-11-01", None, "2026-11-01", "2026-11-22"),
        ("2026-11-01", "2026-11-10", "2026-11-01", "2026-11-10"),
        (None, "2026-10-31", "2026-10-02", "2026-10-31"),
        ("today", None, "2026-11-22", "2026-11-22"),
        ("yesterday", None, "2026-11-21", "2026-11-21"),
        ("this-week", None, "2026-11-16", "2026-11-22"),
        ("last-week", None, "2026-11-09", "2026-11-15"),
        ("this-month", None, "2026-11-01", "2026-11-30"),
        ("Last-Month", None, "2026-10-01", "2026-10-31"),
        ("last-month", "today", "2026-10-01", "2026-11-22"),
        ("last-year", None, "2025-01-01", "2025-12-31"),
        ("2026-W47", None, "2026-11-16", "2026-11-22"),
        ("2026-W53", None, "2026-12-28", "2027-01-03"),
        ("2026-02", None, "2026-02-01", "2026-02-28"),
        ("2026-09", "2026-10", "2026-09-01", "2026-10-31"),
        ("2025", None, "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_read(start: str | None, end: str | None, first: str, last: str) -> None:
    found = read_period(start, end, today=TODAY)

    assert found == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("typed", ["", "soon", "2026-13", "2026-W54", "2026-02-30", "01/02/2026", "lastmonth"])
def test_what_is_no_period_is_refused_with_what_is_allowed(typed: str) -> None:
    with pytest.raises(BadInput, match=rf'--from: expected a date such as .*last-month.*; got "{typed}"'):
        read_period(typed, None, today=TODAY)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput, match="--from 2026-11-10 is after --to 2026-11-01"):
        read_period("2026-11-10", "2026-11-01", today=TODAY)


def test_the_period_before_is_as_long() -> None:
    assert Period(date(2026, 11, 1), date(2026, 11, 30)).before == Period(date(2026, 10, 2), date(2026, 10, 31))
