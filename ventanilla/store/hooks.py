"""Calls of a provider's that were not believed: how many, by channel and reason. It keeps nothing of what they said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import hook_refusals

_FIRST = insert_ignoring(hook_refusals)
_MORE = (
    sa.update(hook_refusals)
    .where(hook_refusals.c.channel == sa.bindparam("of_channel"), hook_refusals.c.reason == sa.bindparam("of_reason"))
    .values(count=hook_refusals.c.count + sa.bindparam("more"), last_at=sa.bindparam("at"))
)


def add_refusals(store: Store, counts: Mapping[tuple[str, str], int], *, now: datetime) -> None:
    """Add to what was counted before; the keys are (channel, reason). Raises Temporary: nothing was counted then."""
    rows = [{"channel": channel, "reason": reason, "count": 0, "last_at": now} for channel, reason in sorted(counts)]
    if not rows:
        return
    with store.write() as connection:
        connection.execute(_FIRST[connection.dialect.name], rows)
        for (channel, reason), count in sorted(counts.items()):
            connection.execute(_MORE, {"of_channel": channel, "of_reason": reason, "more": count, "at": now})


def refusals(connection: sa.Connection) -> list[sa.Row[Any]]:
    """What was refused so far: `channel, reason, calls, last_at`."""
    columns = (hook_refusals.c.channel, hook_refusals.c.reason, hook_refusals.c.count.label("calls"))
    query = sa.select(*columns, hook_refusals.c.last_at).order_by(hook_refusals.c.channel, hook_refusals.c.reason)
    return list(connection.execute(query))
