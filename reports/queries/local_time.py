"""The wall clock of the house in SQL, for what keeps no local day of its own: by the zone's own offsets, on both engines alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from reports.period import Period
from ventanilla.clocks.zones import first_instant, stretches

_DAY = timedelta(days=1)
FORMATS = {"day": ("%Y-%m-%d", "YYYY-MM-DD"), "hour": ("%H", "HH24")}


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants (UTC) at which the period's first day begins and the day after its last one."""
    after = period.end + _DAY
    return (
        first_instant(zone, datetime(period.start.year, period.start.month, period.start.day)),  # noqa: DTZ001  a wall clock's time
        first_instant(zone, datetime(after.year, after.month, after.day)),  # noqa: DTZ001
    )


def local(
    column: sa.ColumnElement[Any], what: str, period: Period, zone: ZoneInfo, *, sqlite: bool
) -> sa.ColumnElement[Any]:
    """`day` (2026-11-22) or `hour` (00 to 23) of an instant within the period, as text."""
    for_sqlite, for_postgresql = FORMATS[what]
    offset = _offset(column, period, zone)
    if sqlite:
        return sa.func.strftime(for_sqlite, sa.func.substr(column, 1, 19), offset.op("||")(" seconds"))
    shifted = sa.func.timezone("UTC", column) + sa.func.make_interval(0, 0, 0, 0, 0, 0, offset)
    return sa.func.to_char(shifted, for_postgresql)


def _offset(column: sa.ColumnElement[Any], period: Period, zone: ZoneInfo) -> Any:
    """Seconds to add to UTC, by when it is."""
    spells = list(stretches(zone, *bounds(period, zone)))
    seconds = [int(spell.offset.total_seconds()) for spell in spells]
    if len(spells) == 1:
        return sa.literal_column(str(seconds[0]))
    whens: list[Any] = [
        (column < spell.end, sa.literal_column(str(each))) for spell, each in zip(spells, seconds, strict=True)
    ]
    return sa.case(*whens[:-1], else_=sa.literal_column(str(seconds[-1])))
