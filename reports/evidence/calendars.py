"""Under which calendar a clock of a case was counted: that of the version of the settings that the clock names. Reads no store."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from config.calendars import CalendarSettings
from reports.evidence.gathering import Dossier
from router.house import House
from ventanilla.clocks.calendar import Calendar


def calendar_of(clock: sa.Row[Any], dossier: Dossier, house: House) -> Calendar:
    """The calendar as the settings had it under the clock's version; the house's of that name where that version is gone, and days
    in the house's zone where there is none."""
    if clock.calendar is None:
        return Calendar.always(house.config.service.timezone)
    version = next((row for row in dossier.versions if row.id == clock.config_version), None)
    written = (version.content.get("calendars") or {}).get(clock.calendar) if version is not None else None
    if written is not None:
        return CalendarSettings.model_validate(written).calendar()
    if clock.calendar in house.config.calendars:
        return house.calendar(clock.calendar)
    return Calendar.always(house.config.service.timezone)
