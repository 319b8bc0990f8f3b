"""Durations: what is written comes back, anything else is refused with what is allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.durations import format_duration, parse_duration

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=366),
}


@given(st.integers(0, 1000), st.sampled_from(sorted(UNITS)))
def test_a_number_and_a_unit_are_their_product(number: int, unit: str) -> None:
    assert parse_duration(f"{number}{unit}") == number * UNITS[unit]


@given(st.integers(0, 366 * 1000 * 86_400))
def test_whole_seconds_survive_writing_and_reading(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@given(st.text(max_size=8))
def test_any_other_text_is_refused_and_nothing_else_is_raised(text: str) -> None:
    try:
        duration = parse_duration(text)
    except ValueError as error:
        assert "expected" in str(error)  # noqa: PT017 - both ways out are looked at
    else:
        assert text.strip()[-1] in UNITS
        assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("10m", 600),
        ("4h", 14_400),
        ("3d", 259_200),
        ("2w", 1_209_600),
        ("5y", 158_112_000),
        ("0s", 0),
        (" 5 m ", 300),
    ],
)
def test_durations_of_the_contract(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "m", "-5m", "1.5h", "1h30m", "5M", "٥m", "5 minutes", "1e3s", "9999999999999s", "1001y"]
)
def test_what_only_resembles_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (60, "1m"), (5400, "90m"), (86_400, "1d"), (1_209_600, "2w")])
def test_a_duration_is_written_in_its_largest_exact_unit(seconds: int, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text
