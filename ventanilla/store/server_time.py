"""Asks the store's server what time it is, so that every process of the house goes by one clock, whatever its machine's says."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
import structlog

from ventanilla.house_time import house_time, ticks
from ventanilla.store.engine import Store

log = structlog.get_logger(__name__)

# An answer that was longer on its way says too little about the time (seconds), where a better one is known.
SLOWEST = 1.0
# From so many seconds on a machine's clock counts as wrong.
WRONG = 5.0
_ASK = sa.text("SELECT clock_timestamp()")
_told_wrong = False


def follow_server(store: Store) -> None:
    """Go by the time of the store's server from now on; on SQLite, which has none, by this machine's. Raises Temporary.

    A machine whose clock is wrong is told of once; nothing else depends on it.
    """
    if store.is_sqlite:
        house_time().follow_nobody()
        return
    with store.read() as connection:
        asked = ticks()
        told = connection.execute(_ASK).scalar_one()
        answered = ticks()
    if (
        answered - asked <= SLOWEST or not house_time().is_told
    ):  # seconds off is better than a machine that is minutes off
        house_time().follow(told.astimezone(UTC), at=(asked + answered) / 2)
        _tell_if_wrong(told)


def _tell_if_wrong(told: datetime) -> None:
    global _told_wrong
    ahead = (datetime.now(UTC) - told).total_seconds()
    if abs(ahead) > WRONG and not _told_wrong:
        log.warning("clock_wrong", seconds_ahead=round(ahead), means="the store's server's time is gone by instead")
    _told_wrong = abs(ahead) > WRONG
