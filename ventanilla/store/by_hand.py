"""The ledger's rows of what one of us entered by hand, and the pseudo-channel that cases from them name. Reads nothing in them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import channels, inbox
from ventanilla.words import IN_PERSON, InboxState, Mode

_ADD_CHANNEL = insert_ignoring(channels)
_ADD_ITEM = insert_ignoring(inbox, inbox.c.id)


def put_by_hand(connection: sa.Connection, *, key: str, raw: bytes, at: datetime, now: datetime) -> tuple[int, bool]:
    """Put what somebody entered into the ledger, to be routed; return its id, and whether it is new: a key stands there once."""
    channel = {"name": IN_PERSON, "kind": IN_PERSON, "mode": Mode.LIVE, "enabled": False, "since": now}
    connection.execute(_ADD_CHANNEL[connection.dialect.name], channel)
    item = {
        "channel": IN_PERSON,
        "source": IN_PERSON,
        "item_key": key,
        "identity": key,
        "state": InboxState.PENDING,
        "raw": raw,
        "size": len(raw),
        "received_at": at,
        "pulled_at": now,
    }
    made = connection.execute(_ADD_ITEM[connection.dialect.name], item).scalar_one_or_none()
    if made is not None:
        return int(made), True
    same = (inbox.c.source == IN_PERSON) & (inbox.c.item_key == key)
    return int(connection.execute(sa.select(inbox.c.id).where(same)).scalar_one()), False
