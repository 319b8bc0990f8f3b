"""Answers that wait for WhatsApp's 24 hours to begin again: which they are. Reads only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind

WINDOW = "window: "
"""How the reason begins for which such an answer is held."""
KNOCK = "knock"
"""Marks in its payload the template that asks a customer to write."""
_HELD = (
    sa.select(outbox.c.id, outbox.c.payload, outbox.c.conversation_id, outbox.c.agent)
    .where(outbox.c.kind == OutboxKind.REPLY, outbox.c.recipient == sa.bindparam("recipient"))
    .where(outbox.c.state == DeliveryState.HELD, outbox.c.reason.startswith(WINDOW))
    .where(outbox.c.via == sa.bindparam("via"))
    .order_by(outbox.c.id)
)


def waiting_for_window(connection: sa.Connection, *, via: str, account: str, recipient: str) -> list[Any]:
    """The rows that wait for this address to write to this account, oldest first."""
    rows = connection.execute(_HELD, {"via": via, "recipient": recipient})
    return [row for row in rows if row.payload.get("account") == account]


def is_knock_moot(connection: sa.Connection, row: Any) -> str | None:
    """Why the template that says "there is an answer for you" should not go out: there is none any more. None for any other row."""
    if KNOCK not in row.payload:
        return None
    account = row.payload.get("account", "")
    waits = waiting_for_window(connection, via=row.via, account=account, recipient=row.recipient)
    return None if waits else "no answer waits for this customer any more"
