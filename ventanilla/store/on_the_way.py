"""What a provider took lately and has not said to have arrived: which rows those are. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState

_MOST = 500
_ON_THE_WAY = (
    sa.select(outbox.c.id, outbox.c.external_id, outbox.c.parts, outbox.c.sent_at)
    .where(outbox.c.state == DeliveryState.SENT, outbox.c.via == sa.bindparam("via"))
    .where(outbox.c.not_before >= sa.bindparam("since"), outbox.c.external_id.is_not(None))
    .order_by(outbox.c.not_before.desc(), outbox.c.id.desc())
    .limit(_MOST)
)


def on_the_way(store: Store, via: str, *, since: datetime) -> list[sa.Row[Any]]:
    """Rows that went out through `via` since then and are only `sent`, the newest first, five hundred at most. Raises Temporary."""
    with store.read() as connection:
        return list(connection.execute(_ON_THE_WAY, {"via": via, "since": since}))
