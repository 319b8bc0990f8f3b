"""What somebody should know as their day begins: due today, broken, unseen; for the duty person what nobody covers. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from router.assigning.restricted import is_restricted
from router.house import House
from router.notices.duty_today import Day, day_of, is_missing, teams_watched
from router.promises.unclassified import unclassified
from router.texts import phrase
from ventanilla.clocks.zones import as_utc
from ventanilla.store.tables import assignments, clocks, conversations, events, outbox
from ventanilla.words import DeliveryState, EventKind, Metric, OutboxKind

SHOWN = 20
_MOST_NAMED = 500
_AT_ONCE = timedelta(minutes=30)
"""How long it is worth reading through what customers wrote: a digest that comes later leaves that out."""
_PROMISED = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.FIRST_RESOLUTION, Metric.LEGAL)
_TOUCHES = (
    EventKind.NOTED,
    EventKind.ACCEPTED,
    EventKind.CALLED,
    EventKind.REPLY_WRITTEN,
    EventKind.REPLY_HELD,
    EventKind.CASE_CHANGED,
    EventKind.COLLABORATOR_ADDED,
)
"""What an owner does who has looked at a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case in a digest. `about` stands behind its key."""

    key: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading (its phrase in `router.texts`) and its cases, the most pressing first."""

    code: str
    lines: tuple[Line, ...]


def sections_for(
    connection: sa.Connection, house: House, agent: str, *, now: datetime, as_of: datetime, apart: Collection[str] = ()
) -> list[Section]:
    """What there is to say to them, without what there is nothing of. Only what was so at `as_of` counts, so that a later look
    finds no more than the first; `apart` are keys that they are told of anyway."""
    day = day_of(house, agent, now)
    unseen = _unseen(connection, agent, as_of)
    promised = _promised(connection, house, agent, day, now=now, as_of=as_of, unseen=unseen)
    told = {line.key for section in promised for line in section.lines} | set(apart)
    rest = tuple(_line(house, row) for row in unseen.values() if row.key not in told)
    found = [*promised, Section(code="morning_unseen", lines=rest)]
    teams = teams_watched(connection, house, agent, now=now)
    if teams:
        found += _for_duty(connection, house, agent, teams, now=now, as_of=as_of)
    return [section for section in found if section.lines]


def written(house: House, section: Section) -> str:
    """A section as text."""
    language = house.config.service.language
    shown = [f"- {line.key}  {line.about}".rstrip() for line in section.lines[:SHOWN]]
    if len(section.lines) > SHOWN:
        shown.append(phrase(language, "morning_more", count=str(len(section.lines) - SHOWN)))
    return "\n".join([f"{phrase(language, section.code)}:", *shown])


def _promised(
    connection: sa.Connection,
    house: House,
    agent: str,
    day: Day,
    *,
    now: datetime,
    as_of: datetime,
    unseen: dict[str, Any],
) -> list[Section]:
    """Broken and still open, then due before the day is over; each case once, at its nearest time."""
    query = (
        sa.select(conversations.c.key, conversations.c.subject, clocks.c.metric, clocks.c.due_at)
        .join(conversations, conversations.c.id == clocks.c.conversation_id)
        .join(assignments, _ITS_ASSIGNMENT)
        .where(conversations.c.owner == agent, conversations.c.owned == 1, assignments.c.assigned_at <= as_of)
        .where(clocks.c.stopped_at.is_(None), clocks.c.metric.in_(_PROMISED), clocks.c.started_at <= as_of)
        .where(clocks.c.due_at.is_not(None), clocks.c.due_at < day.ends)
        .order_by(clocks.c.due_at, conversations.c.key)
    )
    nearest: dict[str, Any] = {}
    for row in connection.execute(query):
        nearest.setdefault(row.key, row)
    broken: list[Line] = []
    due: list[Line] = []
    for row in nearest.values():
        line = _due_line(house, row, day, is_unseen=row.key in unseen)
        (broken if row.due_at <= now else due).append(line)
    return [Section(code="morning_broken", lines=tuple(broken)), Section(code="morning_due", lines=tuple(due))]


_ITS_ASSIGNMENT = (assignments.c.conversation_id == conversations.c.id) & (
    assignments.c.number == conversations.c.assignment_number
)


def _due_line(house: House, row: Any, day: Day, *, is_unseen: bool) -> Line:
    language = house.config.service.language
    local = row.due_at.astimezone(day.zone)
    when = f"{local:%H:%M}" if local.date() == day.date else f"{local:%Y-%m-%d %H:%M}"
    what = phrase(language, f"promised_{row.metric}")
    flag = phrase(language, "morning_not_opened") if is_unseen else ""
    return replace(
        _line(house, row), about=" · ".join(part for part in (f"{when}, {what}", flag, _subject(house, row)) if part)
    )


def _line(house: House, row: Any) -> Line:
    return Line(key=row.key, about=_subject(house, row))


def _subject(house: House, row: Any) -> str:
    """Nothing of what customers write where notices carry none of it."""
    return "" if house.config.staff.notice_body == "none" else " ".join(row.subject.split())[:80]


def _unseen(connection: sa.Connection, agent: str, as_of: datetime) -> dict[str, Any]:
    """Cases of theirs that wait, and that they have not touched since they got them."""
    touched = sa.exists().where(
        events.c.conversation_id == conversations.c.id,
        events.c.agent == agent,
        events.c.kind.in_(_TOUCHES),
        events.c.at >= assignments.c.assigned_at,
    )
    query = (
        sa.select(conversations.c.key, conversations.c.subject)
        .join(assignments, _ITS_ASSIGNMENT)
        .where(conversations.c.owner == agent, conversations.c.owned == 1, conversations.c.waiting_since <= as_of)
        .where(assignments.c.assigned_at <= as_of, conversations.c.line_since.is_(None), ~touched)
        .order_by(conversations.c.due_at.is_(None), conversations.c.due_at, conversations.c.waiting_since)
    )
    return {row.key: row for row in connection.execute(query)}


def _for_duty(
    connection: sa.Connection, house: House, agent: str, teams: Sequence[str], *, now: datetime, as_of: datetime
) -> Iterable[Section]:
    waiting = (
        sa.select(conversations)
        .where(conversations.c.team.in_(teams), conversations.c.owned == 1, conversations.c.waiting_since <= as_of)
        .order_by(conversations.c.due_at.is_(None), conversations.c.due_at, conversations.c.waiting_since)
    )
    apart = connection.execute(
        waiting.where(conversations.c.owner != agent, conversations.c.line_since.is_(None))
    ).all()
    owners = {row.owner for row in apart}
    missing = {name for name in owners if is_missing(connection, house, name, now=now)}
    uncovered = [row for row in apart if row.owner in missing and not is_restricted(connection, row.contact_id)]
    yield Section(code="morning_uncovered", lines=tuple(_owned(house, row) for row in uncovered))
    line = connection.execute(waiting.where(conversations.c.line_since <= as_of)).all()
    yield Section(code="morning_line", lines=tuple(_line(house, row) for row in line))
    yield from _letters(connection, house, teams, as_of)
    if now - as_of < _AT_ONCE:
        yield Section(code="morning_unclassified", lines=_unclassified(connection, house, teams, as_of))


def _owned(house: House, row: Any) -> Line:
    return Line(key=row.key, about=" · ".join(part for part in (row.owner, _subject(house, row)) if part))


def _letters(connection: sa.Connection, house: House, teams: Sequence[str], as_of: datetime) -> Iterable[Section]:
    """Answers that somebody holds back, and those of which nobody knows whether they went out."""
    for code, state in (("morning_held", DeliveryState.HELD), ("morning_unknown", DeliveryState.UNKNOWN)):
        query = (
            sa.select(conversations.c.key, conversations.c.subject)
            .join(outbox, outbox.c.conversation_id == conversations.c.id)
            .where(outbox.c.kind == OutboxKind.REPLY, outbox.c.state == state, outbox.c.created_at <= as_of)
            .where(conversations.c.team.in_(teams))
            .order_by(outbox.c.id)
        )
        lines = {row.key: _line(house, row) for row in connection.execute(query)}
        yield Section(code=code, lines=tuple(lines.values()))


def _unclassified(connection: sa.Connection, house: House, teams: Sequence[str], as_of: datetime) -> tuple[Line, ...]:
    keys = unclassified(connection, house)[:_MOST_NAMED]
    query = (
        sa.select(conversations.c.key, conversations.c.subject)
        .where(conversations.c.key.in_(keys), conversations.c.team.in_(teams), conversations.c.created_at <= as_of)
        .order_by(conversations.c.first_message_at, conversations.c.id)
    )
    return tuple(_line(house, row) for row in connection.execute(query))


def opening_of(house: House, agent: str, now: datetime) -> datetime | None:
    """When their day begins, in UTC: the first opening of their calendar on that date; at eight in the morning of the house for
    whoever is on duty always. None on a day on which they do not open."""
    day = day_of(house, agent, now)
    calendar = day.calendar
    if calendar.is_always_open:
        return as_utc(datetime.combine(day.date, time(8), day.zone))
    start = day.begins
    if calendar.is_open(start - timedelta(seconds=1)):  # a night shift that began the day before
        closes = calendar.next_change(start - timedelta(seconds=1))
        start = closes if closes is not None else start
    opens = calendar.next_opening(start)
    return opens if opens is not None and opens < day.ends else None
