"""WhatsApp's 24 hours: free text goes out only so long after the customer's last message. What comes later is held, the customer
is asked by an approved template to write, and when they do it goes out.

Source: WhatsApp Business messaging policy, customer service window; Twilio's error 63016.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.twilio import ANSWER_READY, TwilioSettings
from router.automatic.brake import first_state, tell_of_brake
from router.house import House, modes
from router.permission import customer_hindrance
from router.whatsapp.rows import KNOCK, WINDOW, waiting_for_window
from ventanilla.channel import Message
from ventanilla.store.events import Journal
from ventanilla.store.outbox import Letter, change_letters, put_letter
from ventanilla.store.tables import conversations, messages
from ventanilla.words import DeliveryState, Direction, EventKind, OutboxKind

WHATSAPP = "whatsapp:"
"""How our side of a WhatsApp message begins."""
MEDIUM = "whatsapp"
LASTS = timedelta(hours=24)
MARGIN = timedelta(minutes=2)
"""What an answer may need until it is at WhatsApp: with less than this left it would come late."""
_SHUT = "more than 24 h since the customer last wrote on WhatsApp; it goes out by itself when they write again"
_NEWEST = (
    sa.select(messages.c.id, messages.c.received_at)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(conversations.c.address == sa.bindparam("address"), conversations.c.account == sa.bindparam("account"))
    .where(messages.c.direction == Direction.IN, messages.c.medium == MEDIUM)
    .order_by(messages.c.received_at.desc(), messages.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the customer last wrote (None: never) and by which message of theirs."""

    since: datetime | None
    message_id: int = 0

    @property
    def shuts_at(self) -> datetime | None:
        """The moment from which on free text is refused; None where it never was open."""
        return None if self.since is None else self.since + LASTS

    def is_open(self, at: datetime) -> bool:
        """Whether what is sent at this moment still arrives in time."""
        return self.since is not None and at < self.since + LASTS - MARGIN


def window_of(connection: sa.Connection, *, account: str, address: str) -> Window:
    """The window of one customer's address on one account of ours, whatever case their message is in."""
    newest = connection.execute(_NEWEST, {"account": account, "address": address}).one_or_none()
    return Window(since=None) if newest is None else Window(since=newest.received_at, message_id=newest.id)


def hold_of(house: House, channel: str, language: str) -> str:
    """Why an answer is held, as it stands on its row, with what to configure where nobody tells the customer."""
    if template_for(house, channel, language) is not None:
        return f"{WINDOW}{_SHUT}; they are asked to by your template"
    cure = f'nobody tells them: set channels.{channel}.templates = {{ {ANSWER_READY} = "HX…" }}, an approved template'
    return f"{WINDOW}{_SHUT}; {cure}"


def template_for(house: House, channel: str, language: str) -> str | None:
    """The name of the template that tells a customer of an answer, in their language where there is such a one; None for none."""
    settings = house.config.channels.get(channel)
    templates = settings.templates if isinstance(settings, TwilioSettings) else {}
    own = f"{ANSWER_READY}_{language.partition('-')[0].lower()}"
    return next((name for name in (own, ANSWER_READY) if name in templates), None)


def ask_to_write(
    connection: sa.Connection, house: House, case: Any, journal: Journal, *, via: str, account: str, recipient: str
) -> int | None:
    """The template that tells the customer of an answer, once a shut window; the row's id if it is new. It goes out when the
    answer that waits can no longer be withdrawn."""
    name = template_for(house, via, case.language)
    if name is None:
        return None
    hindered = customer_hindrance(
        connection, house, modes(connection), channels=tuple(dict.fromkeys((case.channel, via))), recipient=recipient
    )
    if hindered:
        return None
    window = window_of(connection, account=account, address=recipient)
    state, reason = first_state(connection, journal)
    letter = Letter(
        kind=OutboxKind.AUTOMATIC,
        dedupe_key=f"{KNOCK}:{via}:{account}:{recipient}:{window.message_id}",
        via=via,
        recipient=recipient,
        payload={"template": name, "account": account, KNOCK: window.message_id},
        state=state,
        reason=reason,
        conversation_id=case.id,
        not_before=journal.now + house.config.staff.undo_send,
    )
    row_id = put_letter(connection, letter, now=journal.now)
    if row_id is not None:
        data = {"what": name, "held": state is DeliveryState.HELD}
        journal.add(EventKind.ANNOUNCED, conversation_id=case.id, outbox_id=row_id, data=data)
    if row_id is not None and state is DeliveryState.HELD:
        tell_of_brake(connection, house, journal)
    return row_id


def release_window(connection: sa.Connection, message: Message, case: Any, journal: Journal) -> list[int]:
    """The customer has just written on WhatsApp: what waited for that goes out, in the order in which it was written. Returns the
    rows' ids. In the transaction that places the message; a repeat releases nothing more."""
    if message.medium != MEDIUM or not message.account.startswith(WHATSAPP):
        return []
    rows = waiting_for_window(connection, via=case.channel, account=message.account, recipient=message.customer.address)
    released: list[int] = []
    for row in rows:
        after = {"payload": {**row.payload, "after_row": released[-1]}} if released else {}
        values = {"state": DeliveryState.PENDING, "reason": None, "not_before": journal.now, **after}
        if change_letters(connection, [row.id], (DeliveryState.HELD,), **values):
            released.append(int(row.id))
            ids = {"conversation_id": row.conversation_id, "agent": row.agent}
            journal.add(EventKind.REPLY_RELEASED, outbox_id=row.id, data={"by": "the customer wrote"}, **ids)
    return released
