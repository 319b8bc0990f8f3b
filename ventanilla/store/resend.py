"""What did not arrive, or may not have, goes out once more because a person says so. Knows no provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
