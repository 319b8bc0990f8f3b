"""How far each outbound webhook has been told of the log, whether it is paused, its letters. Knows no settings, calls nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.outbox import MAYBE_SENT
from ventanilla.store.tables import conversations, events, messages, outbox, seals, webhook_events
from ventanilla.words import DeliveryState, EventKind, OutboxKind

VIA = "webhook:"
"""What the way out of each endpoint begins with; its name follows."""
RESTORED = "the store was restored from a back-up"
RESENDABLE = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.DROPPED)
_WAITING = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)

_BEGIN = insert_ignoring(webhook_events)
_HEAD = sa.select(sa.func.coalesce(sa.func.max(seals.c.number), 0))
_LOCKED = sa.select(webhook_events).where(webhook_events.c.endpoint == sa.bindparam("name")).with_for_update()
_NEW = (
    sa.select(
        seals.c.number,
        events.c.id,
        events.c.kind,
        events.c.data,
        events.c.conversation_id,
        conversations.c.key,
        conversations.c.channel,
        conversations.c.team,
        messages.c.automatic,
    )
    .join(events, events.c.id == seals.c.event_id)
    .outerjoin(conversations, conversations.c.id == events.c.conversation_id)
    .outerjoin(messages, messages.c.id == events.c.message_id)
    .where(seals.c.number > sa.bindparam("after"))
    .order_by(seals.c.number)
    .limit(sa.bindparam("most"))
)
_BEFORE = (
    sa.select(sa.func.max(outbox.c.id))
    .where(outbox.c.kind == OutboxKind.WEBHOOK, outbox.c.recipient == sa.bindparam("recipient"))
    .where(outbox.c.via == sa.bindparam("via"), outbox.c.state.in_(_WAITING))
)


def via_of(name: str) -> str:
    """The way out of an endpoint."""
    return f"{VIA}{name}"


def name_of(via: str) -> str:
    """The endpoint of a way out."""
    return via.removeprefix(VIA)


def head(connection: sa.Connection) -> int:
    """The number of the newest sealed event."""
    return int(connection.scalar(_HEAD) or 0)


def endpoints(connection: sa.Connection) -> dict[str, sa.Row[Any]]:
    """Every endpoint that was ever begun, by name."""
    return {row.endpoint: row for row in connection.execute(sa.select(webhook_events))}


def begin_endpoint(connection: sa.Connection, name: str, *, now: datetime) -> None:
    """From here on events are for it; what was before is not. A repeat changes nothing."""
    values = {"endpoint": name, "last_seal": head(connection), "since": now}
    connection.execute(_BEGIN[connection.dialect.name], values)


def forget_endpoints(connection: sa.Connection, names: Collection[str]) -> None:
    """They are not in the file any more: should they come back, they begin anew."""
    connection.execute(sa.delete(webhook_events).where(webhook_events.c.endpoint.in_(sorted(names))))


def lock_endpoint(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    """Its row, locked for this transaction; None before it was begun."""
    return connection.execute(_LOCKED, {"name": name}).one_or_none()


def new_events(connection: sa.Connection, *, after: int, limit: int) -> Sequence[sa.Row[Any]]:
    """Sealed events after this number, in the order of the chain, with the case that each is about."""
    found: Sequence[Any] = connection.execute(_NEW, {"after": after, "most": limit}).all()
    return found


def note_told(connection: sa.Connection, name: str, *, through: int) -> None:
    """Letters of everything up to this number are written, in this transaction."""
    mine = webhook_events.c.endpoint == name
    connection.execute(sa.update(webhook_events).where(mine).values(last_seal=through))


def letter_before(connection: sa.Connection, name: str, recipient: str) -> int | None:
    """The last letter about this case to this endpoint that has still to go."""
    found: int | None = connection.scalar(_BEFORE, {"recipient": recipient, "via": via_of(name)})
    return found


def pause_endpoint(connection: sa.Connection, name: str, journal: Journal, *, problem: str | None) -> bool:
    """Nothing goes to it until `resume_endpoint`: what waits is held, and no more is written. Whether it was not paused before."""
    mine = (webhook_events.c.endpoint == name) & webhook_events.c.paused_at.is_(None)
    values = {"paused_at": journal.now, "problem": problem}
    if connection.execute(sa.update(webhook_events).where(mine).values(values)).rowcount != 1:
        return False
    _move(connection, name, DeliveryState.PENDING, DeliveryState.HELD, reason="the endpoint is paused")
    journal.add(EventKind.WEBHOOK_PAUSED, data={"endpoint": name, "by_hand": problem is None})
    return True


def resume_endpoint(connection: sa.Connection, name: str, journal: Journal) -> bool:
    """What waits goes, and what happened meanwhile after it. Whether it was paused."""
    mine = (webhook_events.c.endpoint == name) & webhook_events.c.paused_at.is_not(None)
    values = {"paused_at": None, "problem": None}
    if connection.execute(sa.update(webhook_events).where(mine).values(values)).rowcount != 1:
        return False
    _move(connection, name, DeliveryState.HELD, DeliveryState.PENDING, reason=None, not_before=journal.now)
    journal.add(EventKind.WEBHOOK_RESUMED, data={"endpoint": name})
    return True


def pause_all(connection: sa.Connection, *, now: datetime) -> None:
    """After a restore: a copy that is tried elsewhere calls nobody."""
    values = {"paused_at": now, "problem": RESTORED}
    connection.execute(sa.update(webhook_events).where(webhook_events.c.paused_at.is_(None)).values(values))


def send_once_more(connection: sa.Connection, ids: Sequence[int], journal: Journal) -> list[int]:
    """These letters of endpoints go again, under the same ids: those that had gone, failed or were given up. Returns them."""
    again = sa.select(outbox.c.id, outbox.c.payload).where(outbox.c.id.in_(ids), outbox.c.kind == OutboxKind.WEBHOOK)
    changed = []
    for row in connection.execute(again.where(outbox.c.state.in_(RESENDABLE)).with_for_update()).all():
        values = {
            "state": DeliveryState.PENDING,
            "reason": None,
            "not_before": journal.now,
            "attempts": 0,
            "tried_at": None,
            "sent_at": None,
            "payload": {name: value for name, value in row.payload.items() if name != MAYBE_SENT},
        }
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(values))
        journal.add(EventKind.DELIVERY, outbox_id=row.id, data={"state": "pending"})
        changed.append(row.id)
    return sorted(changed)


def counts(connection: sa.Connection) -> dict[str, dict[str, int]]:
    """How many letters of each endpoint are in each state."""
    query = sa.select(outbox.c.via, outbox.c.state, sa.func.count()).where(outbox.c.kind == OutboxKind.WEBHOOK)
    found: dict[str, dict[str, int]] = {}
    for via, state, number in connection.execute(query.group_by(outbox.c.via, outbox.c.state)):
        found.setdefault(name_of(via), {})[str(state)] = int(number)
    return found


def last_letters(connection: sa.Connection, name: str, *, limit: int) -> Sequence[sa.Row[Any]]:
    """The newest letters of an endpoint, with what each tells of."""
    mine = (outbox.c.via == via_of(name)) & (outbox.c.kind == OutboxKind.WEBHOOK)
    query = (
        sa.select(outbox, events.c.kind.label("event_kind"), events.c.data.label("event_data"))
        .outerjoin(events, events.c.id == outbox.c.payload["event"].as_integer())
        .where(mine)
    )
    found: Sequence[Any] = connection.execute(query.order_by(outbox.c.id.desc()).limit(limit)).all()
    return found


def has_taken_since(connection: sa.Connection, name: str, moment: datetime) -> bool:
    """Whether the endpoint took anything after this moment."""
    query = sa.select(outbox.c.id).where(outbox.c.via == via_of(name), outbox.c.sent_at > moment)
    return connection.execute(query.limit(1)).first() is not None


def _move(connection: sa.Connection, name: str, old: DeliveryState, new: DeliveryState, **columns: Any) -> None:
    mine = (outbox.c.via == via_of(name)) & (outbox.c.state == old)
    connection.execute(sa.update(outbox).where(mine).values(state=new, **columns))
