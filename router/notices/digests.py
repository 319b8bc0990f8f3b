"""Digests: what somebody should know as their day begins or they come back; what was screened, told once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.duty_today import day_of, on_duty
from router.notices.morning import Section, opening_of, sections_for, written
from router.notices.writing import write_alert
from router.past_us.placing import FOREIGN, UNMATCHED
from router.texts import DIGEST, SCREENED_DIGEST, phrase, spoken_language
from ventanilla.channel import OUTBOUND
from ventanilla.store.agents import lock_agents
from ventanilla.store.engine import Store
from ventanilla.store.nearest_due import NEAREST_DUE
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import agents, conversations, inbox, outbox
from ventanilla.words import STAFF_BOT, DeliveryState, InboxState, OutboxKind

SHOWN = 50
MORNING = timedelta(hours=4)
"""How long after somebody's day began they are still told of it: the service may have been down then."""
SCREENED_AT_HOUR = 8


def send_opening_digests(store: Store, house: House, *, now: datetime) -> int:
    """Whoever has come on duty with notices held for them gets one digest of what still waits, at the beginning of their day with
    what is due on it; return how many were written."""
    held = (
        sa.select(outbox.c.agent)
        .join(agents, agents.c.name == outbox.c.agent)
        .where(outbox.c.kind == OutboxKind.NOTICE, outbox.c.state == DeliveryState.HELD, agents.c.on_duty)
        .where(outbox.c.not_before <= now)
        .distinct()
    )
    with store.read() as connection:
        names = list(connection.scalars(held))
    for name in names:
        with store.write() as connection:
            _digest(connection, house, name, now)
    return len(names)


def send_morning_digests(store: Store, house: House, *, now: datetime) -> int:
    """Whoever has begun their day and was not told of it yet: what is due, broken, unseen and, for the duty person, uncovered.
    Nothing is sent about nothing. Return how many were written."""
    with store.read() as connection:
        names = [name for name in on_duty(connection) if _begun_at(connection, house, name, now) is not None]
    written = 0
    for name in names:
        with store.write() as connection:
            written += _digest(connection, house, name, now)
    return written


def preview(connection: sa.Connection, house: House, agent: str, *, now: datetime) -> tuple[str, str] | None:
    """The digest that somebody would get if their day began now: subject and text; None where there is nothing to say."""
    rows = [row for row in _held(connection, agent, now) if row.waiting_since is not None and row.owner == agent]
    found = sections_for(connection, house, agent, now=now, as_of=now, apart={row.key for row in rows})
    return _written(house, agent, rows, found)


def send_screened_digest(store: Store, house: House, *, now: datetime) -> int:
    """Once a day, from eight in the morning: what was screened or set aside in the last day. Nothing is sent about nothing."""
    local = now.astimezone(house.zone())
    if local.hour < SCREENED_AT_HOUR:
        return 0
    aside = (InboxState.SCREENED, InboxState.QUARANTINED)
    query = sa.select(inbox.c.id, inbox.c.channel, inbox.c.reason).where(
        inbox.c.state.in_(aside), inbox.c.routed_at > now - timedelta(days=1)
    )
    ours = (inbox.c.channel == STAFF_BOT) | (sa.func.coalesce(inbox.c.note, "").startswith(OUTBOUND))
    ours |= sa.func.coalesce(inbox.c.reason, "") == UNMATCHED
    worth_a_look = (inbox.c.state == InboxState.QUARANTINED) | inbox.c.reason.contains(FOREIGN)
    query = query.where(sa.or_(sa.not_(ours), worth_a_look))
    with store.write() as connection:
        rows = connection.execute(query.order_by(inbox.c.id.desc())).all()
        if not rows:
            return 0
        language = spoken_language(house.config.service.language)
        lines = [f"- {row.id} · {row.channel} · {row.reason}" for row in rows[:SHOWN]]
        values = {"count": str(len(rows)), "lines": "\n".join(lines), "house": ""}
        subject, body = SCREENED_DIGEST[language].filled(values)
        return write_alert(
            connection,
            house,
            to=house.config.staff.digest_to,
            occasion=f"screened:{local.date().isoformat()}",
            subject=subject,
            body=body.strip(),
            now=now,
            kind=OutboxKind.DIGEST,
        )


def _digest(connection: sa.Connection, house: House, agent: str, now: datetime) -> int:
    """One digest for somebody: what was held for them, with the rest where their day has just begun. How many were written."""
    lock_agents(connection, [agent])  # whoever else is about to tell them waits, and then finds it told
    rows = _held(connection, agent, now)
    waiting = [row for row in rows if row.waiting_since is not None and row.owner == agent]
    begun = _begun_at(connection, house, agent, now)
    found: list[Section] = []
    if begun is not None:
        apart = {row.key for row in waiting}
        found = sections_for(connection, house, agent, now=now, as_of=begun, apart=apart)
    told = _written(house, agent, waiting, found)
    opening = f"opening:{max(row.id for row in rows)}" if rows else ""
    occasion = opening if begun is None else _occasion(house, agent, now)
    ids = [row.id for row in rows]
    reason = f"told in the digest {occasion}:{agent}" if waiting else "no longer waiting at opening"
    change_letters(connection, ids, (DeliveryState.HELD,), state=DeliveryState.DROPPED, reason=reason)
    if told is None:
        return 0
    subject, body = told
    kind = OutboxKind.DIGEST
    return write_alert(connection, house, to=[agent], occasion=occasion, subject=subject, body=body, now=now, kind=kind)


def _written(house: House, agent: str, waiting: Sequence[Any], found: Sequence[Section]) -> tuple[str, str] | None:
    """Subject and text; a single case is counted once, however often it is named."""
    if not waiting and not found:
        return None
    language = spoken_language(house.config.service.language)
    name = house.config.agents[agent].name or agent.capitalize() if agent in house.config.agents else agent
    lines = [f"- {row.key}  {row.payload['subject'].partition('] ')[2]}" for row in waiting[:SHOWN]]
    values = {"count": str(len(waiting)), "name": name, "lines": "\n".join(lines), "house": ""}
    subject, body = DIGEST[language].filled(values)
    if not found:
        return subject, body.strip()
    keys = {row.key for row in waiting} | {line.key for section in found for line in section.lines}
    opening = body.strip() if waiting else phrase(language, "morning_hello", name=name)
    told = [opening, *(written(house, section) for section in found)]
    return phrase(language, "morning_subject", count=str(len(keys))), "\n\n".join(told)


def _begun_at(connection: sa.Connection, house: House, agent: str, now: datetime) -> datetime | None:
    """When their day began, if that was not long ago and they were not told of it yet; None otherwise."""
    opened = opening_of(house, agent, now)
    if opened is None or not opened <= now < opened + MORNING:
        return None
    key = f"{_occasion(house, agent, now)}:{agent}"
    is_told = connection.execute(sa.select(outbox.c.id).where(outbox.c.dedupe_key == key)).first() is not None
    return None if is_told else opened


def _occasion(house: House, agent: str, now: datetime) -> str:
    return f"morning:{day_of(house, agent, now).date.isoformat()}"


def _held(connection: sa.Connection, agent: str, now: datetime) -> Sequence[Any]:
    query = (
        sa.select(
            outbox.c.id, outbox.c.payload, conversations.c.key, conversations.c.owner, conversations.c.waiting_since
        )
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .where(outbox.c.agent == agent, outbox.c.kind == OutboxKind.NOTICE, outbox.c.state == DeliveryState.HELD)
        .where(outbox.c.not_before <= now)
        .order_by(*NEAREST_DUE)
    )
    return connection.execute(query).all()
