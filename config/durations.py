"""Knows how a duration is written in the TOML file (`30s`, `10m`, `5y`); knows no clock and no calendar."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, PlainValidator

from config.plain import plain_error, shown

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 366 * 86_400}
_WRITTEN = re.compile(r"\s*(\d+)\s*([smhdwy])\s*")
_LONGEST = timedelta(days=366 * 1000)

ALLOWED = 'a duration such as "30s", "10m", "4h" or "3d"'


def parse_duration(text: str) -> timedelta:
    """Read one number and one unit as elapsed time: a day is 24 h, a year 366 days (nothing kept "5y" goes early).

    Raises ValueError, with what is allowed, for anything else, and for more than a thousand years.
    """
    written = _WRITTEN.fullmatch(text) if text.isascii() else None
    if written is None or len(written[1]) > 12:
        raise ValueError(f"expected {ALLOWED}")
    seconds = int(written[1]) * _UNITS[written[2]]
    if seconds > _LONGEST.total_seconds():
        raise ValueError("expected at most 1000 years")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write a duration of whole seconds as the TOML file does, in the largest unit that keeps it exact."""
    seconds = int(duration.total_seconds())
    unit = next((u for u in "ywdhms" if seconds and seconds % _UNITS[u] == 0), "s")
    return f"{seconds // _UNITS[unit]}{unit}"


def _validate(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError as error:
        raise plain_error(f"{error}, got {shown(value)}") from None


def _positive(duration: timedelta) -> timedelta:
    if not duration:
        raise plain_error(f"expected {ALLOWED}, got zero")
    return duration


Duration = Annotated[timedelta, PlainValidator(_validate), PlainSerializer(format_duration, return_type=str)]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
