"""Copies of what this service sent, found in the Sent folder: recognised so that nothing counts twice, and what a provider rewrote
is learnt from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from ventanilla.channel import Message
from ventanilla.signing import read_message_id
from ventanilla.store.messages import remember_refs
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import DeliveryState, OutboxKind

TO_CUSTOMERS = (OutboxKind.REPLY, OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC)
AROUND = timedelta(minutes=15)
"""How far apart the same words may have gone out and been filed, where no id tells that they are one mail."""
_GONE = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)
_UNDER_ID = (
    sa.select(outbox)
    .where(
        sa.or_(
            outbox.c.message_id.in_(sa.bindparam("ids", expanding=True)),
            outbox.c.external_id.in_(sa.bindparam("ids", expanding=True)),
        )
    )
    .order_by(outbox.c.id)
    .limit(1)
)
_FAMILY = sa.select(conversations.c.id).where(
    sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
)
_ANSWERS = (
    sa.select(outbox, messages.c.text)
    .join(messages, messages.c.outbox_id == outbox.c.id)
    .where(messages.c.conversation_id.in_(_FAMILY), outbox.c.kind == OutboxKind.REPLY)
    .where(outbox.c.state.in_(_GONE))
    .where(sa.func.coalesce(outbox.c.sent_at, outbox.c.sending_at).between(sa.bindparam("low"), sa.bindparam("high")))
    .order_by(outbox.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCopy:
    """It is a copy of this row of the outbox; None where the id is ours by its signature and the row is not there (any more)."""

    row: sa.Row[Any] | None

    @property
    def is_under_way(self) -> bool:
        """Whether the provider filed it before we could write down that it took it."""
        return self.row is not None and self.row.state == DeliveryState.SENDING

    @property
    def reason(self) -> str:
        """Why the ledger row stands aside."""
        return "a copy of what this service sent" + (f" (outbox {self.row.id})" if self.row is not None else "")


def own_copy(connection: sa.Connection, house: House, message: Message) -> OwnCopy | None:
    """Whether a mail in Sent is one of this service's, by its id or by the one that it says it had; None: a person's."""
    ids = [one for one in (message.external_id, message.own_id) if one]
    if not ids:
        return None
    row = connection.execute(_UNDER_ID, {"ids": ids}).first()
    signed = any(read_message_id(house.installation.signing_key, one) for one in ids)
    return OwnCopy(row=row) if row is not None or signed else None


def own_copy_by_words(connection: sa.Connection, case_id: int, message: Message, *, at: datetime) -> OwnCopy | None:
    """The same for a provider that leaves no id of ours: the same words went out in this case, or in what was
    merged into it, about then."""
    around = {"case_id": case_id, "low": at - AROUND, "high": at + AROUND}
    found: list[Any] = list(connection.execute(_ANSWERS, around))
    said = _squeezed(message.text)
    for row in found:
        words = _squeezed(row.text)
        if words and said.startswith(words):
            return OwnCopy(row=row)
    return None


def learn_id(connection: sa.Connection, copy: OwnCopy, message: Message) -> bool:
    """The id under which the customer has it leads to its case, and to what went out, from now on; whether it was new."""
    row, learnt = copy.row, message.external_id
    if row is None or learnt is None or learnt in (row.message_id, row.external_id):
        return False
    connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(external_id=learnt))
    if row.kind in TO_CUSTOMERS and row.conversation_id is not None:
        connection.execute(sa.update(messages).where(messages.c.outbox_id == row.id).values(external_id=learnt))
        remember_refs(connection, row.conversation_id, [learnt], own=True)
    return True


def _squeezed(text: str) -> str:
    return "".join(text.split())
