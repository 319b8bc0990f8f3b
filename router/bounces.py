"""Something did not arrive: what is said of it is written on what was sent, and whoever relied on it is told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.writing import alert_again, write_alert, write_notice
from router.past_us.bounced import note_ours_bounced
from router.replies.answered import note_reply_failed
from router.replies.copy_trouble import note_copy_bounce
from router.texts import phrase
from ventanilla.channel import Bounce
from ventanilla.store.conversations import lock_case
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import outbox
from ventanilla.words import OWNED_STATES, DeliveryState, EventKind, OutboxKind


def note_bounce(connection: sa.Connection, house: House, bounce: Bounce, journal: Journal) -> bool:
    """A failed delivery marks the row it is about as failed; a notice that bounced goes to its owner another way, an answer that
    did opens the customer's turn again.

    A delay changes nothing. A notification about something we never sent changes nothing either. False for a failure of what is
    not known (yet: a mail client may file its copy after it has come back).
    """
    if bounce.action != "failed" or bounce.original_message_id is None:
        return True
    ours = (outbox.c.message_id, outbox.c.external_id)  # the second where a provider put an id of its own in its place
    query = sa.select(outbox).where(sa.or_(*(column == bounce.original_message_id for column in ours)))
    row = connection.execute(query.order_by(outbox.c.id)).first()
    if row is None:
        return note_ours_bounced(connection, house, bounce, journal)
    if note_copy_bounce(connection, house, row, bounce, journal):
        return True
    gone = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)
    reason = f"bounced: {bounce.status}"
    if change_letters(connection, [row.id], gone, state=DeliveryState.FAILED, reason=reason):
        ids = {"conversation_id": row.conversation_id, "agent": row.agent}
        journal.add(EventKind.DELIVERY, outbox_id=row.id, data={"state": "failed", "status": bounce.status}, **ids)
        tell_of_failure(connection, house, row, journal)
    return True


def tell_of_failure(connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal) -> None:
    """Something that went out for a case did not arrive: a notice goes another way, of a letter to the customer its owner is
    told, once; what was for our own people alone goes to them another way."""
    if row.kind == OutboxKind.NOTICE:
        retell(connection, house, row, journal)
    elif row.kind == OutboxKind.REPLY:
        note_reply_failed(connection, house, row, journal)
    elif row.kind in (OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC) and row.conversation_id is not None:
        _tell_owner(connection, house, row, journal)
    elif row.kind in (OutboxKind.ALERT, OutboxKind.DIGEST):
        alert_again(connection, house, row, now=journal.now)


def _tell_owner(connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal) -> None:
    case = lock_case(connection, row.conversation_id)
    reason = connection.scalar(sa.select(outbox.c.reason).where(outbox.c.id == row.id)) or ""
    language = house.config.service.language
    write_alert(
        connection,
        house,
        to=[case.owner],
        occasion=f"undelivered:{row.id}",
        subject=phrase(language, "undelivered_subject", key=case.key),
        body=phrase(language, "undelivered", recipient=row.recipient, key=case.key, reason=reason),
        now=journal.now,
        channel=case.channel,
    )


def retell(connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal) -> None:
    """A notice failed for good: try its owner's next way of being reached, if the case is still theirs and waiting."""
    if row.kind != OutboxKind.NOTICE or row.conversation_id is None:
        return
    case = lock_case(connection, row.conversation_id)
    theirs = case.state in OWNED_STATES and case.assignment_number == row.assignment_number
    if theirs and case.waiting_since is not None:
        write_notice(connection, house, case, journal, method=int(row.payload.get("method", 0)) + 1)
