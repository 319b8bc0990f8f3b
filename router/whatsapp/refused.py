"""An answer that WhatsApp refused because its 24 hours were over: it waits for the next message, and its author knows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.on_phone import language_for
from router.notices.writing import write_alert
from router.whatsapp.window import ask_to_write, hold_of, template_for
from router.whatsapp.words import window_words
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import messages, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind

OUTSIDE = "(Twilio 63016)"
"""How the phone channel's words for that refusal end, at once or in a later report."""
_AS_NEW: dict[str, Any] = {
    "external_id": None,
    "sent_at": None,
    "delivered_at": None,
    "delivery_rank": 0,
    "tried_at": None,
    "parts": None,
}


def hold_refused(
    connection: sa.Connection, house: House, case: Any, row: Any, message: Any, journal: Journal, *, quoted: str
) -> bool:
    """Hold an answer (`row`, of `message`) that failed because the window was shut, ask the customer to write and tell the author
    with what they had written (`quoted`). False where it failed for another reason. The case is locked, its turn open again."""
    now_is = connection.execute(sa.select(outbox).where(outbox.c.id == row.id)).one()
    if row.kind != OutboxKind.REPLY or OUTSIDE not in (now_is.reason or ""):
        return False
    payload = {name: value for name, value in now_is.payload.items() if name not in ("maybe_sent", "after_row")}
    reason = hold_of(house, row.via, case.language)
    held = {"state": DeliveryState.HELD, "reason": reason, "payload": payload, **_AS_NEW}
    if not change_letters(connection, [row.id], (DeliveryState.FAILED,), **held):
        return False
    unsent = sa.update(messages).where(messages.c.id == message.id, messages.c.turn_since.is_(None))
    connection.execute(unsent.values(replied_at=None, external_id=None))
    ids = {"conversation_id": case.id, "message_id": message.id, "agent": message.agent}
    journal.add(EventKind.REPLY_HELD, outbox_id=row.id, data={"held": reason}, **ids)
    account = payload.get("account", "")
    ask_to_write(connection, house, case, journal, via=row.via, account=account, recipient=row.recipient)
    _tell(connection, house, case, row, message, journal, quoted=quoted)
    return True


def _tell(
    connection: sa.Connection, house: House, case: Any, row: Any, message: Any, journal: Journal, *, quoted: str
) -> None:
    if message.agent not in house.config.agents:
        return
    language = language_for(house, message.agent)
    asked = template_for(house, row.via, case.language) is not None
    facts = {"key": case.key, "customer": row.recipient, "channel": row.via, "text": quoted}
    told = window_words(language, "asked" if asked else "not_asked", **facts)
    write_alert(
        connection,
        house,
        to=[message.agent],
        occasion=f"window:{row.id}:{row.attempts}",
        subject=window_words(language, "held_subject", **facts),
        body=window_words(language, "held", told=told, **facts),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
