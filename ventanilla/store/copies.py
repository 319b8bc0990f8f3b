"""What has gone out and is not yet among the sent mail of its mailbox. Knows no mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.tables import outbox

_DUE = (
    sa.select(outbox)
    .where(sa.text("copied_at IS NULL AND sent_at IS NOT NULL AND kind IN ('reply', 'automatic')"))  # as the index says
    .where(outbox.c.via == sa.bindparam("via"))
    .where(outbox.c.sent_at > sa.bindparam("since"), outbox.c.sent_at <= sa.bindparam("before"))
    .order_by(outbox.c.sent_at, outbox.c.id)
    .limit(sa.bindparam("most"))
)


def uncopied_letters(
    store: Store, via: str, *, since: datetime, before: datetime, limit: int = 50
) -> list[sa.Row[Any]]:
    """Answers, and what we say of a case by ourselves, that this way out sent between the two moments; oldest first."""
    with store.read() as connection:
        return list(connection.execute(_DUE, {"via": via, "since": since, "before": before, "most": limit}))


def note_copied(store: Store, row_id: int, *, now: datetime) -> bool:
    """There is a copy of it. False when that was known."""
    this = (outbox.c.id == row_id) & outbox.c.copied_at.is_(None)
    with store.write() as connection:
        return connection.execute(sa.update(outbox).where(this).values(copied_at=now)).rowcount == 1
