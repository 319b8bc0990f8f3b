"""Where a zone's clock jumps, to the second, from wherever one starts to look."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.clocks.slow_reference import utc
from ventanilla.clocks.zones import as_utc, clock_changes, first_instant, stretches

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("days", [0, 1, 2, 40])
@pytest.mark.parametrize("seconds", [-2, -1, 0, 1, 2, 1234])
def test_a_jump_is_found_to_the_second_from_any_start(days: int, seconds: int) -> None:
    jump = utc("2026-03-29 01:00")
    start = jump - timedelta(days=days, seconds=5 + seconds)

    assert clock_changes(ZoneInfo("Europe/Madrid"), start, start + timedelta(days=90)) == [(jump, HOUR, 2 * HOUR)]


def test_stretches_tile_what_was_asked_and_a_jump_at_its_end_is_not_in_it() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    start, jump = utc("2026-03-28 00:00"), utc("2026-03-29 01:00")

    assert list(stretches(madrid, start, jump)) == [(start, jump, HOUR)]
    assert list(stretches(madrid, jump, jump + HOUR)) == [(jump, jump + HOUR, 2 * HOUR)]
    assert list(stretches(madrid, start, start)) == []


def test_a_year_has_as_many_jumps_as_its_zone_makes() -> None:
    year = utc("2026-01-01 00:00"), utc("2027-01-01 00:00")
    assert len(clock_changes(ZoneInfo("Africa/Casablanca"), *year)) == 2
    assert len(clock_changes(ZoneInfo("Europe/Madrid"), *year)) == 2
    assert clock_changes(ZoneInfo("America/Bogota"), *year) == []


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/Madrid", "2026-11-23 09:00", "2026-11-23 08:00"),
        ("Europe/Madrid", "2026-03-29 02:30", "2026-03-29 01:00"),  # skipped: the jump
        ("Europe/Madrid", "2026-10-25 02:30", "2026-10-25 00:30"),  # twice: the first time
        ("America/Havana", "2026-03-08 00:00", "2026-03-08 05:00"),  # midnight is skipped
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00"),  # the whole day is
        ("Pacific/Kiritimati", "2026-01-01 00:00", "2025-12-31 10:00"),
        ("Pacific/Pago_Pago", "2026-01-01 00:00", "2026-01-01 11:00"),
    ],
)
def test_the_first_instant_of_a_wall_time(zone: str, wall: str, expected: str) -> None:
    assert first_instant(ZoneInfo(zone), datetime.fromisoformat(wall)) == utc(expected)


def test_a_zone_that_cannot_tell_its_offset_is_as_good_as_none() -> None:
    with pytest.raises(ValueError, match="expected a datetime with a time zone, got 2026-11-23T09:00:00"):
        as_utc(datetime(2026, 11, 23, 9))
