"""Digests: what waited while somebody was off duty, told at their opening; what was screened, told once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.writing import write_alert
from router.past_us.placing import FOREIGN, UNMATCHED
from router.texts import DIGEST, SCREENED_DIGEST, spoken_language
from ventanilla.channel import OUTBOUND
from ventanilla.store.engine import Store
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import agents, conversations, inbox, outbox
from ventanilla.words import STAFF_BOT, DeliveryState, InboxState, OutboxKind

SHOWN = 50
SCREENED_AT_HOUR = 8


def send_opening_digests(store: Store, house: House, *, now: datetime) -> int:
    """Whoever has come on duty with notices held for them gets one digest of what still waits; return how many were written."""
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


def _digest(connection: sa.Connection, house: House, agent: str, now: datetime) -> None:
    rows = _held(connection, agent, now)
    ids = [row.id for row in rows]
    language = spoken_language(house.config.service.language)
    waiting = [row for row in rows if row.waiting_since is not None and row.owner == agent]
    occasion = f"opening:{max(ids)}"
    if waiting:
        lines = [f"- {row.key}  {row.payload['subject'].partition('] ')[2]}" for row in waiting[:SHOWN]]
        name = house.config.agents[agent].name or agent.capitalize() if agent in house.config.agents else agent
        values = {"count": str(len(waiting)), "name": name, "lines": "\n".join(lines), "house": ""}
        subject, body = DIGEST[language].filled(values)
        write_alert(
            connection,
            house,
            to=[agent],
            occasion=occasion,
            subject=subject,
            body=body.strip(),
            now=now,
            kind=OutboxKind.DIGEST,
        )
    told = f"told in the digest {occasion}:{agent}" if waiting else "no longer waiting at opening"
    change_letters(connection, ids, (DeliveryState.HELD,), state=DeliveryState.DROPPED, reason=told)


def _held(connection: sa.Connection, agent: str, now: datetime) -> Sequence[Any]:
    query = (
        sa.select(
            outbox.c.id, outbox.c.payload, conversations.c.key, conversations.c.owner, conversations.c.waiting_since
        )
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .where(outbox.c.agent == agent, outbox.c.kind == OutboxKind.NOTICE, outbox.c.state == DeliveryState.HELD)
        .where(outbox.c.not_before <= now)
        .order_by(conversations.c.due_at.is_(None), conversations.c.due_at, conversations.c.waiting_since)
    )
    return connection.execute(query).all()
