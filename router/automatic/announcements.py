"""What a customer is told by itself as their case goes on: resolved, opened again, late. Only where the file says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.assigning.restricted import withheld_automatic
from router.automatic.letters import put_saying
from router.automatic.sayings import say_to_customer
from router.house import House, modes
from router.permission import customer_hindrance
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import automatic_since
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import Direction, OutboxKind

RESOLVED, REOPENED, DELAY = "resolved", "reopened", "delay"
PER_ADDRESS, WITHIN = 5, timedelta(hours=1)
_NEWEST = (
    sa.select(messages)
    .where(messages.c.conversation_id == sa.bindparam("case_id"), messages.c.direction == Direction.IN)
    .order_by(messages.c.received_at.desc(), messages.c.id.desc())
    .limit(1)
)

_TOLD = sa.exists().where(
    outbox.c.conversation_id == conversations.c.id,
    outbox.c.kind == OutboxKind.AUTOMATIC,
    outbox.c.dedupe_key.startswith(f"{DELAY}:"),
    outbox.c.created_at >= conversations.c.due_at,
)
_LATE = (
    sa.select(conversations.c.id)
    .where(conversations.c.channel.in_(sa.bindparam("names", expanding=True)))
    .where(conversations.c.waiting_since.is_not(None), conversations.c.due_at <= sa.bindparam("now"))
    .where(conversations.c.due_at > sa.bindparam("since"), sa.not_(_TOLD))
    .order_by(conversations.c.due_at, conversations.c.id)
    .limit(sa.bindparam("most"))
)


def announce(connection: sa.Connection, house: House, case: sa.Row[Any], what: str, journal: Journal) -> int | None:
    """Tell the customer of a case that it was resolved, opened again, or is late, if its channel announces that; returns the
    row's id. Once per assignment (of a delay: per turn); nothing to whoever may not be written to. The case is locked."""
    settings = house.config.channels.get(case.channel)
    if settings is None or not getattr(settings.announce, what):
        return None
    newest = newest_of(connection, case.id)
    recipient = (newest.from_address if newest else "") or case.address
    if not recipient or why_not(connection, house, case, recipient, journal):
        return None
    name = newest.from_name.strip() if newest else ""
    subject, text = say_to_customer(house, case, what, name=name, now=journal.now, in_chat=case.conversational)
    return put_saying(
        connection,
        house,
        case,
        journal,
        occasion=f"{what}:{case.id}:{_occasion(case, what)}",
        recipient=recipient,
        subject=subject,
        text=text,
        newest=newest,
        what=what,
    )


def announce_delays(store: Store, house: House, journal: Journal, *, limit: int = 500) -> int:
    """Tell the customers whose answer is late, once a turn, where their channel announces that; return how many were told.

    Writes nothing where nobody is to be told. Whoever was told already takes no place among the `limit`.
    """
    names = [name for name, settings in house.config.channels.items() if settings.announce.delay]
    if not names:
        return 0
    with store.read() as connection:
        facts = {"names": names, "now": journal.now, "since": journal.now - WITHIN, "most": limit}
        ids = connection.scalars(_LATE, facts).all()
    told = 0
    for case_id in ids:
        with store.write() as connection:
            case = lock_case(connection, case_id)
            is_late = case.waiting_since is not None and case.due_at is not None and case.due_at <= journal.now
            told += is_late and announce(connection, house, case, DELAY, journal) is not None
            journal.flush(connection)
    return told


def _occasion(case: sa.Row[Any], what: str) -> str:
    return str(case.waiting_since.isoformat()) if what == DELAY else str(case.assignment_number)


def newest_of(connection: sa.Connection, case_id: int) -> sa.Row[Any] | None:
    """What the customer of a case wrote last; None where they have not."""
    return connection.execute(_NEWEST, {"case_id": case_id}).one_or_none()


def why_not(connection: sa.Connection, house: House, case: sa.Row[Any], recipient: str, journal: Journal) -> str | None:
    """Why the customer of a case gets nothing by itself just now; None where they may."""
    hindered = customer_hindrance(connection, house, modes(connection), channels=(case.channel,), recipient=recipient)
    if hindered:
        return hindered
    restored_at = house.installation.restored_at
    if restored_at is not None and case.last_message_at <= restored_at:
        return "it came before the store was restored"
    if automatic_since(connection, journal.now - WITHIN, recipient=recipient) >= PER_ADDRESS:
        return f"this address already got {PER_ADDRESS} within the hour"
    return withheld_automatic(connection, house, case, now=journal.now)
