"""What a person says of a letter of which nobody knows whether it arrived: send it again, or it did arrive. Knows no provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.outbox import MAYBE_SENT
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState

RESENDABLE = (DeliveryState.UNKNOWN, DeliveryState.FAILED)


def send_again(connection: sa.Connection, ids: Sequence[int], *, now: datetime) -> list[int]:
    """What failed, or may have gone out, is to go once more: a person says so. Returns the ids that were in such a state.

    Of one that stopped in the middle the rest goes; what had gone out whole goes out whole again.
    """
    changed = []
    again = sa.select(outbox.c.id, outbox.c.payload, outbox.c.parts, outbox.c.sent_at).where(outbox.c.id.in_(ids))
    for row in connection.execute(again.where(outbox.c.state.in_(RESENDABLE)).with_for_update()).all():
        values = {
            "state": DeliveryState.PENDING,
            "reason": None,
            "not_before": now,
            "tried_at": None,
            "sent_at": None,
            "delivered_at": None,
            "external_id": None,
            "delivery_rank": 0,
            "payload": {name: value for name, value in row.payload.items() if name != MAYBE_SENT},
            "parts": row.parts if row.sent_at is None else None,
        }
        changed.append(row.id)
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(values))
    return sorted(changed)


def note_arrived(connection: sa.Connection, ids: Sequence[int], *, now: datetime) -> list[sa.Row[Any]]:
    """Of what may have gone out a person knows that it did: when it was first tried, as far as that is known. Returns the rows,
    as they are now, that were in doubt."""
    mine = (outbox.c.id.in_(ids)) & (outbox.c.state == DeliveryState.UNKNOWN)
    since = sa.func.coalesce(outbox.c.tried_at, sa.bindparam(None, now, type_=outbox.c.tried_at.type))
    values = {"state": DeliveryState.SENT, "sent_at": since, "reason": "a person says that it arrived"}
    return list(connection.execute(sa.update(outbox).where(mine).values(values).returning(outbox)))
