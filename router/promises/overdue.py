"""Which running clocks are past a warning or past their due time, and whether that still holds of their case. Reads only.

What was told of a clock counts for the times that it had then or that are earlier: one that got more time warns again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.promises.telling import Late
from ventanilla.clocks.calendar import Calendar
from ventanilla.store.tables import clocks, conversations, outbox
from ventanilla.words import CaseState, DeliveryState, EventKind, Metric, OutboxKind

ON_ITS_WAY = timedelta(minutes=10)
"""How long after its moment nothing is said while an answer that was written before it has not gone out yet."""
_RESOLUTIONS = (Metric.FIRST_RESOLUTION, Metric.FULL_RESOLUTION)
_LAW_AHEAD = timedelta(days=12)  # how early the last open day before a deadline can begin
_DAYS_BACK = 10
_AS_SEEN = ("started_at", "due_at", "warned_at", "breached_at")
_WAITS = sa.case(
    (clocks.c.metric.in_(_RESOLUTIONS), conversations.c.state != CaseState.WAITING_CUSTOMER),
    (clocks.c.metric == Metric.LEGAL, conversations.c.waiting_since <= clocks.c.due_at),
    else_=conversations.c.waiting_since <= clocks.c.started_at,
)
"""What `_waits` asks of one case, so that no case which is not late is locked again and again."""
_RUNS = (
    sa.select(clocks)
    .join(conversations, conversations.c.id == clocks.c.conversation_id)
    .where(clocks.c.stopped_at.is_(None), clocks.c.paused_since.is_(None), clocks.c.due_at.is_not(None))
    .where(sa.or_(clocks.c.breached_at.is_(None), clocks.c.breached_at < clocks.c.due_at))
    .where(conversations.c.owned == 1, _WAITS)
    .order_by(clocks.c.due_at, clocks.c.conversation_id, clocks.c.metric, clocks.c.number)
)
_BROKEN = _RUNS.where(clocks.c.due_at <= sa.bindparam("now")).limit(sa.bindparam("most"))
_WARNED = (
    _RUNS.where(clocks.c.warn_at <= sa.bindparam("now"))
    .where(sa.or_(clocks.c.warned_at.is_(None), clocks.c.warned_at < clocks.c.warn_at))
    .where(clocks.c.due_at > sa.bindparam("now"))
    .limit(sa.bindparam("most"))
)
_BY_LAW = (
    _RUNS.where(clocks.c.metric == Metric.LEGAL, clocks.c.due_at > sa.bindparam("now"))
    .where(clocks.c.due_at <= sa.bindparam("until"))
    .limit(sa.bindparam("most"))
)
_AGAIN = (
    sa.select(clocks)
    .where(clocks.c.conversation_id == sa.bindparam("case_id"), clocks.c.metric == sa.bindparam("metric"))
    .where(clocks.c.number == sa.bindparam("number"))
)
_FAMILY = sa.select(conversations.c.id).where(
    sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
)
_ON_ITS_WAY = sa.select(outbox.c.id).where(
    outbox.c.conversation_id.in_(_FAMILY),
    outbox.c.kind == OutboxKind.REPLY,
    outbox.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)),
    outbox.c.created_at <= sa.bindparam("by"),
)


def late_clocks(connection: sa.Connection, house: House, *, now: datetime, limit: int) -> list[Late]:
    """What is to be recorded by now, the longest due first: breaches, then warnings of what is not due yet. A clock that is first
    seen past its due time is only broken: the warning would come too late."""
    broken = connection.execute(_BROKEN, {"now": now, "most": limit}).all()
    found = [Late(clock=row, kind=EventKind.PROMISE_BREACHED, at=row.due_at) for row in broken]
    warned = connection.execute(_WARNED, {"now": now, "most": limit}).all()
    by_law = connection.execute(_BY_LAW, {"now": now, "until": now + _LAW_AHEAD, "most": limit}).all()
    rows = {(row.conversation_id, row.metric, row.number): row for row in [*warned, *by_law]}
    for row in rows.values():
        at = warning_due(house, row, now=now)
        if at is not None:
            found.append(Late(clock=row, kind=EventKind.PROMISE_WARNED, at=at))
    return found[:limit]


def warning_due(house: House, clock: Any, *, now: datetime) -> datetime | None:
    """The latest moment by now at which this clock should have warned and has not; None where there is none.

    Each warns at its own moment; what the law wants also as the last open day before it begins.
    """
    moments = [clock.warn_at] if clock.warn_at is not None else []
    if clock.metric == Metric.LEGAL:
        moments += [last_day_before(house, clock)]
    passed = [
        at for at in moments if at is not None and at <= now and (clock.warned_at is None or clock.warned_at < at)
    ]
    return max(passed, default=None)


def last_day_before(house: House, clock: Any) -> datetime | None:
    """When the house opens on the last open day before the day of a legal deadline; without a calendar, the day before begins."""
    known = clock.calendar in house.config.calendars
    calendar = house.calendar(clock.calendar) if known else Calendar.always(house.config.service.timezone)
    due_on = calendar.local_date(clock.due_at - timedelta(microseconds=1))
    for back in range(1, _DAYS_BACK):
        opens = _opens_on(calendar, due_on - timedelta(days=back))
        if opens is not None:
            return opens if opens > clock.started_at else None
    return None


def still_holds(connection: sa.Connection, case: Any, late: Late, *, now: datetime) -> Any | None:
    """The clock's row as it is now if what is to be recorded of it still is, else None. The case is locked, and so are the books.

    The case's own row is the latest word: the clock may not have been told yet that somebody answered or ended the case.
    """
    clock = late.clock
    row = connection.execute(
        _AGAIN, {"case_id": clock.conversation_id, "metric": clock.metric, "number": clock.number}
    ).one_or_none()
    if row is None or row.stopped_at is not None or row.paused_since is not None:
        return None
    if any(getattr(row, name) != getattr(clock, name) for name in _AS_SEEN):
        return None
    if not _waits(case, row) or (not late.is_broken and row.due_at <= now):
        return None
    return None if _answer_on_its_way(connection, case, late, now) else row


def _waits(case: Any, clock: Any) -> bool:
    """Whether the case is still in what the clock times: somebody answers for it, and the wait that it speaks of goes on."""
    if case.owned != 1:
        return False
    if clock.metric in _RESOLUTIONS:
        return bool(case.state != CaseState.WAITING_CUSTOMER)
    if case.waiting_since is None:
        return False
    if clock.metric == Metric.LEGAL:  # what was answered in time and asked again since has not missed the day
        return bool(case.waiting_since <= clock.due_at)
    return bool(case.waiting_since <= clock.started_at)


def _answer_on_its_way(connection: sa.Connection, case: Any, late: Late, now: datetime) -> bool:
    if now >= late.at + ON_ITS_WAY:
        return False
    by = late.at if late.is_broken else now
    return connection.execute(_ON_ITS_WAY, {"case_id": case.id, "by": by}).first() is not None


def _opens_on(calendar: Calendar, day: date) -> datetime | None:
    begins = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
    following = day + timedelta(days=1)
    ends = datetime(following.year, following.month, following.day, tzinfo=calendar.zone)
    return next((interval.opens for interval in calendar.intervals(begins, ends)), None)
