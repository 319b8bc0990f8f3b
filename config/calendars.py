"""Knows the settings of a calendar as they are written; the engine in ventanilla.clocks gives them their meaning."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from config.base import Settings
from config.values import Day, Text, Zone

Hours = dict[str, tuple[str, ...]]


class Season(Settings):
    """Other hours between two days of each year, both included ("06-15" to "09-15"); may span the new year."""

    from_: Text = Field(alias="from")
    to: Text
    hours: Hours


class Holidays(Settings):
    """Public holidays of a country and region, and days of one's own."""

    country: Text | None = None
    region: Text | None = None
    extra: tuple[Day, ...] = ()


class CalendarSettings(Settings):
    """[calendars.NAME]. `timezone` falls back to the service's."""

    timezone: Zone | None = None
    hours: Hours
    seasons: tuple[Season, ...] = ()
    holidays: Holidays = Holidays()
    special: dict[date, tuple[str, ...]] = Field(default_factory=dict)
