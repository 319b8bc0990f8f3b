"""Who looked at what and who did what, as one list, newest first. Reads only.

Looks are the rows of `looks`, deeds those of the log of events. A page is found by ids, never by counting: however many years there
are, it costs what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import conversations, events, looks
from ventanilla.words import EventKind

MACHINES = (
    "admin",
    "bookkeeper",
    "cli",
    "connector",
    "delivery",
    "files",
    "provider",
    "rehearsal",
    "retention",
    "router",
    "sweeper",
)
"""Who acts without anybody having decided to: these actors' events are the service's own."""
OF_CONTACTS = (
    EventKind.CONTACT_CHANGED,
    EventKind.CONTACT_LINKED,
    EventKind.CONTACT_UNLINKED,
    EventKind.CONTACT_SUGGESTED,
    EventKind.CONTACT_RESTRICTED,
    EventKind.CONTACT_UNRESTRICTED,
    EventKind.ERASED,
)
_MARGIN = 2000
"""Events that commit out of the order of their ids are this near to each other at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Where a page ends: the next one has only older ids. None: from the newest."""

    look: int | None = None
    event: int | None = None

    def __str__(self) -> str:
        return f"{'' if self.look is None else self.look}.{'' if self.event is None else self.event}"

    @classmethod
    def read(cls, text: str) -> Border:
        """What `str` wrote; the beginning for anything else."""
        look, _, event = text.partition(".")
        if not all(part == "" or (part.isdecimal() and len(part) < 19) for part in (look, event)):
            return cls()
        return cls(look=int(look) if look else None, event=int(event) if event else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What of the trail: all that is given must hold. `people` are agents' names; `looks` and `kinds` what is shown of each table
    (None: everything, empty: nothing). `machines`: what the service did by itself too. Times are aware UTC, `until` excluded."""

    people: Sequence[str] = ()
    case_id: int | None = None
    contact_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    looks: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    machines: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One look (`is_look`) or deed. `who` is an agent's name, "cli:somebody", or one of MACHINES; `whom` an agent that it was done
    to. `detail` has ids and codes alone."""

    is_look: bool
    id: int
    at: datetime
    what: str
    who: str
    key: str | None
    contact_id: int | None
    whom: str | None
    channel: str | None
    detail: dict[str, Any]
    way: str


def steps(connection: sa.Connection, sought: Sought, *, border: Border, limit: int) -> tuple[list[Step], Border | None]:
    """At most `limit` steps behind the border, newest first, and the border of the next page; None where this is the last."""
    looked = list(_looks(connection, sought, border.look, limit))
    done = list(_deeds(connection, sought, border.event, limit))
    found = _together(looked, done)[:limit]
    if len(looked) + len(done) <= limit and len(looked) < limit and len(done) < limit:
        return found, None
    last_look = min((step.id for step in found if step.is_look), default=border.look)
    last_deed = min((step.id for step in found if not step.is_look), default=border.event)
    return found, Border(look=last_look, event=last_deed)


def _together(looked: list[Step], done: list[Step]) -> list[Step]:
    """Both by time, each in the order of its ids: a border between pages is one of ids."""
    found: list[Step] = []
    looked, done = looked[::-1], done[::-1]
    while looked and done:
        found.append((looked if looked[-1].at > done[-1].at else done).pop())
    return found + looked[::-1] + done[::-1]


def _looks(connection: sa.Connection, sought: Sought, before: int | None, limit: int) -> Iterator[Step]:
    if sought.looks is not None and not sought.looks:
        return
    query = sa.select(looks, conversations.c.key).outerjoin(
        conversations, conversations.c.id == looks.c.conversation_id
    )
    if sought.looks is not None:
        query = query.where(looks.c.what.in_(sought.looks))
    if sought.people:
        query = query.where(looks.c.agent.in_(sought.people))
    if sought.case_id is not None:
        query = query.where(looks.c.conversation_id == sought.case_id)
    if sought.contact_id is not None:
        query = query.where(
            sa.or_(looks.c.contact_id == sought.contact_id, looks.c.conversation_id.in_(_cases(sought)))
        )
    if sought.since is not None:
        query = query.where(looks.c.at >= sought.since)
    if sought.until is not None:
        query = query.where(looks.c.at < sought.until)
    if before is not None:
        query = query.where(looks.c.id < before)
    for row in connection.execute(query.order_by(looks.c.id.desc()).limit(limit)):
        way = "api" if row.token_id is not None else "desk"
        yield Step(
            is_look=True,
            id=row.id,
            at=row.at,
            what=row.what,
            who=row.agent,
            key=row.key,
            contact_id=row.contact_id,
            whom=None,
            channel=None,
            detail=dict(row.detail),
            way=way,
        )


def _deeds(connection: sa.Connection, sought: Sought, before: int | None, limit: int) -> Iterator[Step]:
    if sought.kinds is not None and not sought.kinds:
        return
    query = sa.select(events, conversations.c.key).outerjoin(
        conversations, conversations.c.id == events.c.conversation_id
    )
    query = query.where(*_conditions(connection, sought))
    if before is not None:
        query = query.where(events.c.id < before)
    for row in connection.execute(query.order_by(events.c.id.desc()).limit(limit)):
        contact = row.data.get("contact")
        yield Step(
            is_look=False,
            id=row.id,
            at=row.recorded_at,
            what=row.kind,
            who=row.actor,
            key=row.key,
            contact_id=contact if isinstance(contact, int) else None,
            whom=row.agent if row.agent != row.actor else None,
            channel=row.channel,
            detail=_detail(row),
            way=str(row.data.get("side") or ""),
        )


def _conditions(connection: sa.Connection, sought: Sought) -> Iterator[sa.ColumnElement[bool]]:
    if sought.kinds is not None:
        yield events.c.kind.in_(sought.kinds)
    if sought.people:
        yield events.c.actor.in_(sought.people)
    elif not sought.machines:
        yield events.c.actor.not_in(MACHINES)
    if sought.case_id is not None:
        yield events.c.conversation_id == sought.case_id
    if sought.contact_id is not None:
        about = events.c.data["contact"].as_integer() == sought.contact_id
        yield sa.or_(events.c.conversation_id.in_(_cases(sought)), events.c.kind.in_(OF_CONTACTS) & about)
    if sought.since is not None:
        yield events.c.recorded_at >= sought.since
        yield events.c.id >= first_since(connection, sought.since) - _MARGIN
    if sought.until is not None:
        yield events.c.recorded_at < sought.until
        yield events.c.id <= first_since(connection, sought.until) + _MARGIN


def first_since(connection: sa.Connection, moment: datetime) -> int:
    """About the first event that was recorded at or after a moment, found by halving: ids follow time but for those that commit
    out of their order. One more than the newest where there is none."""
    # one question each: asked for both at once SQLite looks through the whole log
    low, high = (connection.scalar(sa.select(of(events.c.id))) for of in (sa.func.min, sa.func.max))
    if low is None or high is None:
        return 0
    high += 1
    while low < high:
        middle = (low + high) // 2
        at = sa.select(events.c.id, events.c.recorded_at).where(events.c.id >= middle).order_by(events.c.id).limit(1)
        row = connection.execute(at).one_or_none()
        if row is None or row.recorded_at >= moment:
            high = middle
        else:
            low = row.id + 1
    return int(low)


def _cases(sought: Sought) -> sa.ScalarSelect[Any]:
    return sa.select(conversations.c.id).where(conversations.c.contact_id == sought.contact_id).scalar_subquery()


def _detail(row: sa.Row[Any]) -> dict[str, Any]:
    ids = {"message": row.message_id, "inbox": row.inbox_id, "outbox": row.outbox_id}
    return {name: value for name, value in ids.items() if value is not None} | dict(row.data)
