"""The ledger of what came in: each raw item once, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Batch, RawItem
from ventanilla.store.blobs import get_blob, put_blob
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.later import later
from ventanilla.store.leases import require_lease
from ventanilla.store.tables import channels, checkpoints, inbox
from ventanilla.words import InboxState

KEEP_IN_ROW = 256 * 1024
"""Raw items up to this size live in the row; larger ones are blobs."""

_ADD = insert_ignoring(inbox, inbox.c.id, inbox.c.state)
_CLAIM = (
    sa.update(inbox)
    .where(inbox.c.id.in_(sa.bindparam("ids", expanding=True)), inbox.c.state == InboxState.PENDING)
    .values(attempts=inbox.c.attempts + 1, taken_at=sa.bindparam("at"))
    .returning(inbox)
)
_LOCK_PENDING = (
    sa.select(inbox.c.id)
    .where(inbox.c.id.in_(sa.bindparam("ids", expanding=True)), inbox.c.state == InboxState.PENDING)
    .order_by(inbox.c.id)
    .with_for_update()
)
_SETTLE = (
    sa.update(inbox)
    .where(inbox.c.id == sa.bindparam("row_id"))
    .values(
        state=sa.bindparam("new_state"),
        reason=sa.bindparam("new_reason"),
        routed_at=sa.bindparam("at"),
        route_ms=sa.bindparam("took_ms"),
        duplicate_of=sa.bindparam("older"),
    )
)
_HEARD_OF = (  # at most once a second: calls that come at once would queue for the channel's row
    sa.update(channels)
    .where(channels.c.name == sa.bindparam("heard"))
    .where(sa.or_(channels.c.last_item_at.is_(None), channels.c.last_item_at < sa.bindparam("long_ago")))
    .values(last_item_at=sa.bindparam("at"))
)
_LOOKED = sa.update(channels).where(channels.c.name == sa.bindparam("pulled")).values(last_pull_at=sa.bindparam("at"))
_PULLED = _LOOKED.values(last_item_at=sa.bindparam("at"))
_SAME_ITEMS = (
    sa.select(inbox.c.identity, sa.func.min(inbox.c.id).label("oldest"))
    .where(inbox.c.channel == sa.bindparam("channel"))
    .where(inbox.c.identity.in_(sa.bindparam("identities", expanding=True)), inbox.c.state != InboxState.DUPLICATE)
    .group_by(inbox.c.identity)
)


def commit_batch(
    store: Store, channel: str, batch: Batch, *, lease: tuple[str, int] | None, now: datetime
) -> list[int]:
    """Commit the items and their checkpoint in one transaction; return the ids of new rows that want routing.

    Items already in the ledger are passed over. Under a lease it is a pull that went well, and is noted as such with the
    channel. Raises Conflict when the lease was lost, Temporary when the store is out of reach; nothing was written then.
    """
    rows = [_row(store, channel, batch.source, item, now) for item in batch.items]
    with store.write() as connection:
        if lease is not None:
            require_lease(connection, *lease)
        new = _insert_new(connection, rows)
        _keep_checkpoint(connection, channel, batch, now)
        if lease is not None:
            connection.execute(_PULLED if new else _LOOKED, {"pulled": channel, "at": now})
    return new


def insert_items(
    store: Store, channel: str, source: str, items: Sequence[RawItem], *, now: datetime, journal: Journal | None = None
) -> list[int]:
    """Commit items that a provider brought by itself, under the source that polling would name, with no lease and no
    checkpoint; return the ids of new rows that want routing. `journal` is written with them.

    What is in the ledger already, by either way, is passed over. Raises Temporary when the store is out of reach.
    """
    rows = [_row(store, channel, source, item, now) for item in items]
    with store.write() as connection:
        new = _insert_new(connection, rows)
        if new:
            connection.execute(_HEARD_OF, {"heard": channel, "at": now, "long_ago": now - timedelta(seconds=1)})
        if journal is not None:
            journal.flush(connection)
    return new


def read_checkpoint(store: Store, source: str) -> Mapping[str, Any] | None:
    """The checkpoint that belongs to this source; None at first contact."""
    with store.read() as connection:
        data = connection.scalar(sa.select(checkpoints.c.data).where(checkpoints.c.source == source))
    return None if data is None else dict(data)


def claim_attempts(store: Store, ids: Sequence[int], *, now: datetime) -> list[sa.Row[Any]]:
    """Count one more attempt for each row that is still pending, taken up `now`, and return those, oldest first. Committed
    before the items are read, so that one which kills its reader is counted too."""
    with store.write() as connection:
        return sorted(connection.execute(_CLAIM, {"ids": list(ids), "at": now}), key=lambda row: row.id)


def uncount_attempt(store: Store, row_id: int) -> None:
    """Take the last attempt back: the item was not to be had, which is not its fault."""
    change = sa.update(inbox).where(inbox.c.id == row_id, inbox.c.state == InboxState.PENDING, inbox.c.attempts > 0)
    with store.write() as connection:
        connection.execute(change.values(attempts=inbox.c.attempts - 1))


def raw_bytes(store: Store, row: sa.Row[Any]) -> bytes | None:
    """The item exactly as it came; None when only its envelope is known."""
    if row.raw_blob is not None:
        return get_blob(store.blobs, row.raw_blob)
    return None if row.raw is None else bytes(row.raw)


def lock_pending(connection: sa.Connection, ids: Sequence[int]) -> frozenset[int]:
    """Lock these rows for this transaction; return those that nobody settled meanwhile."""
    return frozenset(connection.scalars(_LOCK_PENDING, {"ids": list(ids)}))


def time_routing(connection: sa.Connection, *, since: float) -> None:
    """From here on `settle` notes in this transaction how long its rows took the router, which began with them at `since` (of
    time.monotonic)."""
    connection.execution_options(routing_since=since)


def settle(
    connection: sa.Connection,
    row_id: int,
    state: InboxState,
    *,
    now: datetime,
    reason: str | None = None,
    duplicate_of: int | None = None,
) -> None:
    """Say what became of a pending row; the caller holds its lock. See `time_routing` for how long it took."""
    since = connection.get_execution_options().get("routing_since")
    took_ms = None if since is None else round((monotonic() - since) * 1000)
    values = {"row_id": row_id, "new_state": state, "new_reason": reason, "at": now, "older": duplicate_of}
    later(connection, _SETTLE, [{**values, "took_ms": took_ms}])


def first_with_identities(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> dict[int, int]:
    """For each of these rows that is the same item as an older one of its channel, that one's id."""
    first: dict[tuple[str, str], int] = {}
    for channel in {row.channel for row in rows}:
        identities = sorted({row.identity for row in rows if row.channel == channel and row.identity is not None})
        if identities:
            for row in connection.execute(_SAME_ITEMS, {"channel": channel, "identities": identities}):
                first[channel, row.identity] = row.oldest
    older = {row.id: first.get((row.channel, row.identity), row.id) for row in rows}
    return {row_id: oldest for row_id, oldest in older.items() if oldest < row_id}


def overdue(store: Store, *, now: datetime, patience: timedelta = timedelta(seconds=30), limit: int = 500) -> list[int]:
    """Pending rows that the queue may have lost: never enqueued, or enqueued longer ago than `patience`. Marks them enqueued."""
    due = (
        sa.select(inbox.c.id)
        .where(inbox.c.state == InboxState.PENDING)
        .where(sa.or_(inbox.c.enqueued_at.is_(None), inbox.c.enqueued_at < now - patience))
        .where(inbox.c.pulled_at < now - timedelta(seconds=2))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        ids = list(connection.scalars(due))
    mark_enqueued(store, ids, now=now)
    return ids


def mark_enqueued(store: Store, ids: Sequence[int], *, now: datetime) -> None:
    """Note that these rows were put on the queue, so that the sweeper leaves them alone for a while."""
    if ids:
        with store.write() as connection:
            connection.execute(sa.update(inbox).where(inbox.c.id.in_(ids)).values(enqueued_at=now))


def reopen_row(
    connection: sa.Connection, row_id: int, *, states: Sequence[InboxState], released_by: str | None
) -> bool:
    """Make a settled row pending again (replay, release) if it is in one of these states; whether it was."""
    values = {
        "state": InboxState.PENDING,
        "reason": None,
        "routed_at": None,
        "route_ms": None,
        "attempts": 0,
        "enqueued_at": None,
        "taken_at": None,
        "again": True,
        "released_by": released_by,
    }
    change = sa.update(inbox).where(inbox.c.id == row_id, inbox.c.state.in_(states)).values(values)
    return connection.execute(change).rowcount == 1


def _row(store: Store, channel: str, source: str, item: RawItem, now: datetime) -> dict[str, Any]:
    raw = item.raw or b""
    large = len(raw) > KEEP_IN_ROW
    unreadable = item.raw is None and not item.imported
    state = InboxState.IMPORTED if item.imported else InboxState.QUARANTINED if unreadable else InboxState.PENDING
    return {
        "channel": channel,
        "source": source,
        "item_key": item.key,
        "identity": item.identity,
        "state": state,
        "reason": item.note or "gone from the source before it could be fetched" if unreadable else None,
        "note": item.note or None,
        "raw": None if large or item.raw is None else raw,
        "raw_blob": put_blob(store.blobs, raw) if large else None,
        "size": item.size or len(raw),
        "received_at": min(item.received_at, now),
        "pulled_at": now,
        "routed_at": None if state is InboxState.PENDING else now,
        "enqueued_at": now if state is InboxState.PENDING else None,
    }


def _insert_new(connection: sa.Connection, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    result = connection.execute(_ADD[connection.dialect.name], rows)
    return [row.id for row in result if row.state == InboxState.PENDING]


def _keep_checkpoint(connection: sa.Connection, channel: str, batch: Batch, now: datetime) -> None:
    values = {"channel": channel, "data": dict(batch.checkpoint), "updated_at": now}
    changed = connection.execute(sa.update(checkpoints).where(checkpoints.c.source == batch.source).values(values))
    if changed.rowcount == 0:
        connection.execute(sa.insert(checkpoints).values(source=batch.source, **values))
