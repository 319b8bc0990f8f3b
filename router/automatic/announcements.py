"""What a customer is told by itself as their case goes on: resolved, opened again, late. Only where the file says so."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.assigning.restricted import withheld_automatic
from router.automatic.brake import first_state, tell_of_brake
from router.automatic.sayings import say_to_customer
from router.house import House, modes
from router.permission import customer_hindrance
from router.replies.thread import thread_of
from ventanilla.signing import LOOP_HEADER, Purpose, message_id
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.messages import remember_refs
from ventanilla.store.outbox import Letter, automatic_since, put_letter
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import DeliveryState, Direction, EventKind, OutboxKind

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
    state, reason = first_state(connection, journal)
    own_id = None if case.conversational else _message_id(house, case, what)
    letter = Letter(
        kind=OutboxKind.AUTOMATIC,
        dedupe_key=f"{what}:{case.id}:{_occasion(case, what)}",
        via=case.channel,
        recipient=recipient,
        payload=_payload(house, case, newest, what, journal.now),
        state=state,
        reason=reason,
        conversation_id=case.id,
        message_id=own_id,
    )
    row_id = put_letter(connection, letter, now=journal.now)
    remember_refs(connection, case.id, [own_id], own=True)
    if row_id is not None:
        data = {"what": what, "held": state is DeliveryState.HELD}
        journal.add(EventKind.ANNOUNCED, conversation_id=case.id, outbox_id=row_id, data=data)
    if state is DeliveryState.HELD:
        tell_of_brake(connection, house, journal)
    return row_id


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


def _payload(house: House, case: sa.Row[Any], newest: sa.Row[Any] | None, what: str, now: datetime) -> dict[str, Any]:
    name = newest.from_name.strip() if newest else ""
    subject, text = say_to_customer(house, case, what, name=name, now=now, in_chat=case.conversational)
    if case.conversational:
        return {"text": text, "account": case.account}
    return {
        "subject": subject,
        "text": text,
        **thread_of(newest.external_id if newest is not None else None),
        "headers": {"Auto-Submitted": "auto-replied", LOOP_HEADER: house.installation.instance},
    }


def _message_id(house: House, case: sa.Row[Any], what: str) -> str:

    occasion = f"{what}:{_occasion(case, what)}"
    return message_id(
        house.installation.signing_key,
        purpose=Purpose.CUSTOMER,
        case_key=case.key,
        nonce=hashlib.sha256(occasion.encode()).hexdigest()[:12],
        domain=house.mail_domain(case.channel),
    )
