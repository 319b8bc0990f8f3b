"""What the store knows for holding a source against the ledger: which items it has, and how the last comparisons ended.

How a comparison ended is kept beside the source's checkpoint, under a name of its own, in place of the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.tables import channels, checkpoints, inbox
from ventanilla.words import InboxState

PREFIX = "compare "
"""Before the source's name, where its comparison is kept: no source is called so."""
AT_ONCE = 500
_HAS = sa.select(inbox.c.item_key).where(
    inbox.c.source == sa.bindparam("source"), inbox.c.item_key.in_(sa.bindparam("keys", expanding=True))
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(inbox)
    .where(inbox.c.source == sa.bindparam("source"))
    .where(sa.func.substr(inbox.c.item_key, 1, sa.bindparam("length", type_=sa.Integer)) == sa.bindparam("prefix"))
)
_ASIDE = (
    sa.select(sa.func.count())
    .select_from(inbox)
    .where(inbox.c.state == InboxState.QUARANTINED, inbox.c.source == sa.bindparam("source"))
)
_KEPT = sa.select(checkpoints.c.source, checkpoints.c.data).where(
    checkpoints.c.channel == sa.bindparam("channel"), checkpoints.c.source.startswith(PREFIX, autoescape=True)
)


class SourceLedger:
    """The ledger of one source, as its comparer may ask it. Each question is answered as of its own moment."""

    def __init__(self, store: Store, source: str) -> None:
        self._store, self._source = store, source

    def has(self, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys are in the ledger. Raises Temporary."""
        found: set[str] = set()
        for start in range(0, len(keys), AT_ONCE):
            asked = {"source": self._source, "keys": list(keys[start : start + AT_ONCE])}
            with self._store.read() as connection:
                found.update(connection.scalars(_HAS, asked))
        return frozenset(found)

    def count(self, prefix: str = "") -> int:
        """How many items are there whose key begins so. Raises Temporary."""
        return self._scalar(_COUNT, {"source": self._source, "prefix": prefix, "length": len(prefix)})

    def quarantined(self) -> int:
        """How many items wait in quarantine. Raises Temporary."""
        return self._scalar(_ASIDE, {"source": self._source})

    def _scalar(self, question: sa.Select[int], values: Mapping[str, Any]) -> int:
        with self._store.read() as connection:
            return int(connection.scalar(question, values) or 0)


def last_comparisons(connection: sa.Connection, channel: str) -> dict[str, dict[str, Any]]:
    """How the last comparison of each source of this channel ended, as it was kept, by the source's name."""
    rows = connection.execute(_KEPT, {"channel": channel})
    return {row.source.removeprefix(PREFIX): dict(row.data) for row in rows}


def all_last_comparisons(connection: sa.Connection) -> list[dict[str, Any]]:
    """`channel` and `data` of every comparison that is kept of a channel which is in use."""
    in_use = sa.select(channels.c.name).where(channels.c.enabled)
    query = sa.select(checkpoints.c.channel, checkpoints.c.data).where(
        checkpoints.c.source.startswith(PREFIX, autoescape=True), checkpoints.c.channel.in_(in_use)
    )
    return [{"channel": row.channel, "data": row.data} for row in connection.execute(query)]


def keep_comparison(
    connection: sa.Connection, channel: str, source: str, kept: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep how the comparison of a source ended, in place of the one before."""
    values = {"channel": channel, "data": dict(kept), "updated_at": now}
    ours = checkpoints.c.source == PREFIX + source
    if connection.execute(sa.update(checkpoints).where(ours).values(values)).rowcount == 0:
        connection.execute(sa.insert(checkpoints).values(source=PREFIX + source, **values))


def forget_other_comparisons(connection: sa.Connection, channel: str, sources: Iterable[str]) -> None:
    """Forget the comparisons of what this channel does not pull any more."""
    gone = set(last_comparisons(connection, channel)) - set(sources)
    for source in gone:
        connection.execute(sa.delete(checkpoints).where(checkpoints.c.source == PREFIX + source))
