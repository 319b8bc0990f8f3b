"""What a supervisor's board shows of the store: counts, who holds what, the line, channels, what is due next. Reads only.

All of it is about cases that somebody answers for now, found by the index of their states: how many cases there ever were does
not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store.nearest_due import NEAREST, NEAREST_DUE
from ventanilla.store.tables import (
    channels,
    clocks,
    contacts,
    conversations,
    events,
    inbox,
    outbox,
)
from ventanilla.store.views.list_rows import name_cases
from ventanilla.store.views.people import list_agents
from ventanilla.words import OWNED_STATES, DeliveryState, InboxState, Metric

SOON = timedelta(hours=1)
"""What is due within this is about to break."""
MOST_SCREENED = 1000
"""Screened items counted at most: a ledger keeps them for years."""
_C = conversations.c
_OPEN = sa.select(_C.id).where(_C.state.in_(OWNED_STATES)).scalar_subquery()
_PENDING = sa.select(inbox.c.id).where(inbox.c.state == InboxState.PENDING).scalar_subquery()
"""By their ids, out of the index of states alone: asked for the state itself, SQLite may walk all there ever was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of the house that is looked at; "" is all of it."""

    team: str = ""
    channel: str = ""

    def open(self) -> list[sa.ColumnElement[bool]]:
        """The condition on `conversations`, where few are looked at: cases of this part that somebody answers for now."""
        return [_C.state.in_(OWNED_STATES), *self._narrowing()]

    def all_open(self) -> list[sa.ColumnElement[bool]]:
        """The same where all of them are looked at."""
        return [_C.id.in_(_OPEN), *self._narrowing()]

    def _narrowing(self) -> list[sa.ColumnElement[bool]]:
        return [column == value for column, value in ((_C.team, self.team), (_C.channel, self.channel)) if value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases are open, of them wait on us, wait in line, are due within an hour, are overdue; and of those under a legal
    deadline, how many are due within three days or overdue."""

    open: int = 0
    waiting: int = 0
    in_line: int = 0
    soon: int = 0
    late: int = 0
    by_law: int = 0
    law_soon: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One consistent look. `people` are documents as `agents --json` has them, with `late`, `soon` and `cases` (cards, nearest due
    first); `line` and `channels` are in the order of their names. `event_id` is the newest event that it knows."""

    made_at: datetime
    event_id: int
    counts: Counts
    people: Sequence[Mapping[str, Any]] = ()
    line: Sequence[Mapping[str, Any]] = ()
    channels: Sequence[Mapping[str, Any]] = ()
    screened: int = 0
    quarantined: int = 0
    held: int = 0
    unsure: int = 0
    next_due: Sequence[Mapping[str, Any]] = field(default=())


def newest_event(connection: sa.Connection) -> int:
    """The number of the newest event; 0 before the first."""
    return connection.scalar(sa.select(sa.func.max(events.c.id))) or 0


def look_at_board(
    connection: sa.Connection, part: Part, *, now: datetime, each: int, nearest: int, since: datetime, crowd: int = 1000
) -> Board:
    """All of the board's live state. At most `each` cards a person and `nearest` promises; screened items `since` then. Of more
    than `crowd` people no cards are read: see `cards_of`."""
    held = _people(connection, part, now=now)
    states = _items(connection, part, since=since)
    letters = _letters(connection, part)
    return Board(
        made_at=now,
        event_id=newest_event(connection),
        counts=_counts(connection, part, held, now=now),
        people=_with_cases(connection, part, held, each=each, crowd=crowd, now=now),
        line=_line(connection, part),
        channels=_channels(connection, part),
        screened=states.get(InboxState.SCREENED, 0),
        quarantined=states.get(InboxState.QUARANTINED, 0),
        held=letters.get(DeliveryState.HELD, 0),
        unsure=letters.get(DeliveryState.FAILED, 0) + letters.get(DeliveryState.UNKNOWN, 0),
        next_due=due_next(connection, part, limit=nearest),
    )


def due_next(
    connection: sa.Connection, part: Part, *, limit: int, after: int = 0, until: datetime | None = None
) -> list[dict[str, Any]]:
    """Promises that run, the nearest (or the longest broken) first: with their case, its owner, and what was promised.

    `after` are those left out in front, `until` only those due by then. A case may be there more than once: each of its promises
    breaks by itself.
    """
    query = (
        sa.select(
            *_C[
                "id",
                "key",
                "subject",
                "team",
                "channel",
                "owner",
                "assignment_number",
                "kind",
                "priority",
                "line_since",
            ],
            *_C["contact_id", "address"],
            *clocks.c["metric", "number", "name", "promise", "started_at", "due_at"],
            contacts.c.name.label("contact_name"),
        )
        .select_from(
            clocks.join(conversations, _C.id == clocks.c.conversation_id).join(contacts, contacts.c.id == _C.contact_id)
        )
        .where(clocks.c.stopped_at.is_(None), clocks.c.due_at.is_not(None), *part.open())
        .order_by(clocks.c.due_at, clocks.c.conversation_id, clocks.c.metric, clocks.c.number)
    )
    if until is not None:
        query = query.where(clocks.c.due_at <= until)
    found = [dict(row._mapping) for row in connection.execute(query.offset(after).limit(limit))]
    name_cases(connection, found)
    return found


def _people(connection: sa.Connection, part: Part, *, now: datetime) -> dict[str, dict[str, int]]:
    """By owner: open, waiting, in line, soon, late. One walk over the open cases."""
    query = sa.select(
        _C.owner,
        sa.func.count().label("open"),
        sa.func.count(_C.waiting_since).label("waiting"),
        sa.func.count(_C.line_since).label("in_line"),
        sa.func.count().filter(now <= NEAREST, now + SOON > NEAREST).label("soon"),
        sa.func.count().filter(now > NEAREST).label("late"),
    ).where(*part.all_open())
    return {
        row.owner: {name: getattr(row, name) for name in ("open", "waiting", "in_line", "soon", "late")}
        for row in connection.execute(query.group_by(_C.owner))
    }


def _counts(connection: sa.Connection, part: Part, held: Mapping[str, Mapping[str, int]], *, now: datetime) -> Counts:
    summed = {name: sum(one[name] for one in held.values()) for name in ("open", "waiting", "in_line", "soon", "late")}
    law = connection.execute(
        sa.select(
            sa.func.count(sa.distinct(_C.id)).label("by_law"),
            sa.func.count(sa.distinct(_C.id)).filter(clocks.c.due_at < now + timedelta(days=3)).label("law_soon"),
        )
        .select_from(clocks.join(conversations, _C.id == clocks.c.conversation_id))
        .where(
            clocks.c.metric == Metric.LEGAL, clocks.c.stopped_at.is_(None), clocks.c.due_at.is_not(None), *part.open()
        )
    ).one()
    return Counts(**summed, by_law=law.by_law, law_soon=law.law_soon)


def _with_cases(
    connection: sa.Connection,
    part: Part,
    held: Mapping[str, Mapping[str, int]],
    *,
    each: int,
    crowd: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """Everybody of this part, and whoever holds a case of it; on duty first, then by name."""
    none = {"open": 0, "waiting": 0, "in_line": 0, "soon": 0, "late": 0}
    people = []
    for one in list_agents(connection, now=now):
        holds = held.get(one["name"])
        if holds is None and (one["presence"] == "left" or (part.team and part.team not in one["teams"])):
            continue
        about = {f"{name}_here": number for name, number in (holds or none).items()}
        people.append({**one, **about, "cases": []})
    if len(people) <= crowd:
        cards = _cards(connection, part.all_open(), each=each)
        for one in people:
            one["cases"] = cards.get(one["name"], [])
    return sorted(people, key=lambda one: (one["presence"] != "on_duty", str(one["display_name"]).casefold()))


def cards_of(
    connection: sa.Connection, part: Part, agents: Collection[str], *, each: int
) -> dict[str, list[dict[str, Any]]]:
    """The cards of these people alone, at most `each` of everyone; nobody who has none is in it."""
    return _cards(connection, [_C.owner.in_(sorted(agents)), _C.owned == 1, *part.open()], each=each) if agents else {}


def _cards(
    connection: sa.Connection, which: Sequence[sa.ColumnElement[bool]], *, each: int
) -> dict[str, list[dict[str, Any]]]:
    """The first cases of each person as they want attention."""
    place = sa.func.row_number().over(partition_by=_C.owner, order_by=NEAREST_DUE).label("place")
    first = sa.select(_C.id, place).where(*which).subquery()
    query = (
        sa.select(
            *_C["id", "key", "subject", "owner", "team", "channel", "state", "kind", "priority", "assignment_number"],
            *_C["waiting_since", "line_since", "last_message_at", "contact_id", "address"],
            NEAREST.label("due_at"),
            contacts.c.name.label("contact_name"),
        )
        .select_from(first.join(conversations, _C.id == first.c.id).join(contacts, contacts.c.id == _C.contact_id))
        .where(first.c.place <= each)
        .order_by(_C.owner, first.c.place)
    )
    cards = [dict(row._mapping) for row in connection.execute(query)]
    name_cases(connection, cards)
    found: dict[str, list[dict[str, Any]]] = {}
    for card in cards:
        found.setdefault(card["owner"], []).append(card)
    return found


def _line(connection: sa.Connection, part: Part) -> list[dict[str, Any]]:
    query = (
        sa.select(
            _C.team,
            sa.func.count().label("cases"),
            sa.func.min(NEAREST).label("due_at"),
            sa.func.min(_C.waiting_since).label("waiting_since"),
        )
        .where(_C.line_since.is_not(None), *part.open())
        .group_by(_C.team)
        .order_by(_C.team)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def _channels(connection: sa.Connection, part: Part) -> list[dict[str, Any]]:
    """Each channel's health, and what came by it and is not routed yet."""
    pending = (
        sa.select(
            inbox.c.channel,
            sa.func.count().label("pending"),
            sa.func.min(inbox.c.received_at).label("oldest_at"),
        )
        .where(inbox.c.id.in_(_PENDING))
        .group_by(inbox.c.channel)
        .subquery()
    )
    query = (
        sa.select(channels, pending.c.pending, pending.c.oldest_at)
        .select_from(channels.outerjoin(pending, pending.c.channel == channels.c.name))
        .where(channels.c.enabled)
        .order_by(channels.c.name)
    )
    if part.channel:
        query = query.where(channels.c.name == part.channel)
    return [{**row._mapping, "pending": row.pending or 0} for row in connection.execute(query)]


def _items(connection: sa.Connection, part: Part, *, since: datetime) -> dict[str, int]:
    """What was screened since then, of the newest `MOST_SCREENED`, and all that nobody could read."""
    of_part = [inbox.c.channel == part.channel] if part.channel else []
    newest = (
        sa.select(inbox.c.received_at)
        .where(inbox.c.state == InboxState.SCREENED, *of_part)
        .order_by(inbox.c.id.desc())
        .limit(MOST_SCREENED)
        .subquery()
    )
    screened = sa.select(sa.func.count()).select_from(newest).where(newest.c.received_at >= since)
    unread = sa.select(sa.func.count()).where(inbox.c.state == InboxState.QUARANTINED, *of_part)
    return {
        InboxState.SCREENED: connection.scalar(screened) or 0,
        InboxState.QUARANTINED: connection.scalar(unread) or 0,
    }


def _letters(connection: sa.Connection, part: Part) -> dict[str, int]:
    """What does not go out by itself: held, failed, unsure."""
    states = (DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.UNKNOWN)
    query = sa.select(outbox.c.state, sa.func.count()).where(outbox.c.state.in_(states))
    if part.channel:
        query = query.where(outbox.c.via == part.channel)
    return {str(state): int(count) for state, count in connection.execute(query.group_by(outbox.c.state))}
