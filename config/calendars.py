"""Knows the settings of a calendar as they are written; the engine in ventanilla.clocks gives them their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from config.base import Settings
from config.values import Day, Text, Zone
from ventanilla.clocks.calendar import Calendar

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
    """[calendars.NAME]. The loader fills `timezone` in from the service; without a loader it is UTC."""

    timezone: Zone = "UTC"
    hours: Hours = Field(description='such as hours = { mon-fri = ["09:00-18:00"] }')
    seasons: tuple[Season, ...] = ()
    holidays: Holidays | None = None
    special: dict[Day, tuple[str, ...]] = Field(default_factory=dict)

    def calendar(self, *, verify_holidays: bool = False) -> Calendar:
        """The calendar that these settings mean. Raises ventanilla.clocks.calendar.InvalidCalendar with all that is wrong.

        `verify_holidays` loads the holidays library to look up country and region; the loader has done that once.
        """
        special: dict[str | date, Sequence[str]] = {day.isoformat(): spans for day, spans in self.special.items()}
        return Calendar.build(
            zone=self.timezone,
            hours=self.hours,
            seasons=[season.model_dump(by_alias=True) for season in self.seasons],
            holidays=self.holidays.model_dump(exclude_none=True) if self.holidays else None,
            special=special,
            verify_holidays=verify_holidays,
        )
