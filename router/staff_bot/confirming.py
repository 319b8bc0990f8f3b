"""The line under which an agent's answer stands in their chat: that it goes out, then in the same place what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.buttons import after_answer
from router.notices.on_phone import language_for
from router.staff_bot.words import say
from ventanilla.clocks.due import spoken
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import contacts, conversations, outbox
from ventanilla.words import OWNED_STATES, STAFF_TELEGRAM, DeliveryState, OutboxKind

_SAYING = {
    DeliveryState.SENT: "sent",
    DeliveryState.DELIVERED: "sent",
    DeliveryState.DROPPED: "undone",
    DeliveryState.FAILED: "not_delivered",
    DeliveryState.UNKNOWN: "perhaps_sent",
}


def occasion_of(outbox_id: int) -> str:
    """Under which `dedupe_key` the confirmation of an answer stands."""
    return f"confirm:{outbox_id}"


def confirm_again(connection: sa.Connection, house: House, case_id: int, outbox_id: int, *, now: datetime) -> None:
    """The confirmation of an answer, if its author has one, says what has become of it by now; a repeat says nothing anew."""
    line = connection.execute(sa.select(outbox).where(outbox.c.dedupe_key == occasion_of(outbox_id))).one_or_none()
    reply = connection.execute(sa.select(outbox).where(outbox.c.id == outbox_id)).one_or_none()
    if line is None or reply is None or reply.state not in _SAYING:
        return
    case = connection.execute(sa.select(conversations).where(conversations.c.id == case_id)).one()
    state = DeliveryState(reply.state)
    language = language_for(house, line.agent)
    name = connection.scalar(sa.select(contacts.c.name).where(contacts.c.id == case.contact_id))
    values = {"key": case.key, "customer": name or case.address or case.key, "when": ""}
    if reply.sent_at is not None:
        values["when"] = spoken(reply.sent_at, house.zone(), language, now=now)
    code = _SAYING[state]
    payload: dict[str, Any] = {**line.payload, "text": say(language, code, **values), "edits_row": line.id}
    payload.pop("buttons", None)
    payload.pop("in_reply_to", None)
    if code == "sent" and case.owner == line.agent and case.state in OWNED_STATES:
        payload["buttons"] = after_answer(house, case)
    letter = Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"confirmed:{outbox_id}:{code}:{reply.attempts}",
        via=STAFF_TELEGRAM,
        recipient=line.recipient,
        payload=payload,
        agent=line.agent,
    )
    put_letter(connection, letter, now=now)
