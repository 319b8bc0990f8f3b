"""The ledger: each item once, with its checkpoint, in one transaction, whatever dies in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.servers.ports import wait_until
from tests.store.at_once import at_once
from tests.store.rows import EARLIER, NOW
from ventanilla.channel import Batch, RawItem
from ventanilla.errors import Conflict
from ventanilla.store.engine import Store
from ventanilla.store.inbox import (
    KEEP_IN_ROW,
    claim_attempts,
    commit_batch,
    lock_pending,
    mark_enqueued,
    overdue,
    raw_bytes,
    read_checkpoint,
    reopen_row,
    settle,
)
from ventanilla.store.leases import acquire_lease
from ventanilla.store.tables import checkpoints, inbox
from ventanilla.words import InboxState

SOURCE = "imap.example.com soporte INBOX"
LEASE = "pull " + SOURCE
MINUTE = timedelta(minutes=1)


def item(number: int, **changes: Any) -> RawItem:
    return RawItem(**{"key": f"INBOX/1/{number}", "raw": b"x" * number, "received_at": EARLIER, **changes})


def commit(store: Store, *items: RawItem, last: int = 0, lease: tuple[str, int] | None = None) -> list[int]:
    batch = Batch(source=SOURCE, items=items, checkpoint={"uidvalidity": 1, "last_uid": last})
    return commit_batch(store, "soporte", batch, lease=lease, now=NOW)


def rows(store: Store) -> list[sa.Row[Any]]:
    with store.read() as connection:
        return list(connection.execute(sa.select(inbox).order_by(inbox.c.id)))


def states(store: Store) -> dict[str, str]:
    return {row.item_key.rpartition("/")[2]: row.state for row in rows(store)}


def test_items_and_their_checkpoint_are_committed_together(store: Store) -> None:
    ids = commit(store, item(1), item(2), last=2)

    assert [row.id for row in rows(store)] == sorted(ids)
    assert [raw_bytes(store, row) for row in rows(store)] == [b"x", b"xx"]
    assert read_checkpoint(store, SOURCE) == {"uidvalidity": 1, "last_uid": 2}


def test_an_unknown_source_has_no_checkpoint(store: Store) -> None:
    assert read_checkpoint(store, SOURCE) is None


def test_items_that_are_there_already_are_passed_over(store: Store) -> None:
    commit(store, item(1), item(2), last=2)

    ids = commit(store, item(2, raw=b"changed"), item(3), item(3), last=3)

    assert states(store) == {"1": "pending", "2": "pending", "3": "pending"}
    assert ids == [rows(store)[-1].id]
    assert raw_bytes(store, rows(store)[1]) == b"xx"
    assert read_checkpoint(store, SOURCE) == {"uidvalidity": 1, "last_uid": 3}


def test_the_same_key_at_another_source_is_another_item(store: Store) -> None:
    commit(store, item(1))
    batch = Batch(source="imap.example.com ventas INBOX", items=[item(1)], checkpoint={})

    assert len(commit_batch(store, "ventas", batch, lease=None, now=NOW)) == 1


def test_an_empty_batch_moves_the_checkpoint(store: Store) -> None:
    assert commit(store, last=7) == []
    assert read_checkpoint(store, SOURCE) == {"uidvalidity": 1, "last_uid": 7}


@pytest.mark.fault(14)
def test_a_lost_lease_writes_nothing(store: Store) -> None:
    late = acquire_lease(store, LEASE, holder="one", ttl=MINUTE, now=NOW)
    current = acquire_lease(store, LEASE, holder="two", ttl=MINUTE, now=NOW + MINUTE)
    assert late is not None
    assert current is not None

    with pytest.raises(Conflict, match="two"):
        commit(store, item(1), last=1, lease=(LEASE, late))

    assert rows(store) == []
    assert read_checkpoint(store, SOURCE) is None
    assert len(commit(store, item(1), last=1, lease=(LEASE, current))) == 1


def test_what_stands_where_routing_is_not_wanted(store: Store) -> None:
    imported, gone = item(1, imported=True, raw=None), item(2, raw=None, note="expunged")

    ids = commit(store, imported, gone, item(3))

    assert states(store) == {"1": "imported", "2": "quarantined", "3": "pending"}
    assert ids == [rows(store)[2].id]
    assert [row.reason for row in rows(store)] == [None, "expunged", None]
    assert [row.routed_at for row in rows(store)] == [NOW, NOW, None]


def test_an_item_of_no_bytes_is_still_an_item(store: Store) -> None:
    commit(store, item(0))

    assert states(store) == {"0": "pending"}
    assert raw_bytes(store, rows(store)[0]) == b""


def test_a_time_of_arrival_in_the_future_becomes_the_time_of_the_pull(store: Store) -> None:
    commit(store, item(1, received_at=NOW + timedelta(days=400)))

    assert [(row.received_at, row.pulled_at) for row in rows(store)] == [(NOW, NOW)]


def test_a_large_item_becomes_a_blob_and_comes_back_whole(store: Store) -> None:
    large, small = os.urandom(KEEP_IN_ROW + 1), os.urandom(KEEP_IN_ROW)

    commit(store, item(1, raw=large), item(2, raw=small))

    first, second = rows(store)
    assert (first.raw, second.raw_blob) == (None, None)
    assert [raw_bytes(store, row) for row in (first, second)] == [large, small]
    assert first.size == KEEP_IN_ROW + 1


KILLED_AFTER_THE_BLOB = """
import sys, time
from pathlib import Path
from datetime import UTC, datetime
from ventanilla.channel import Batch, RawItem
from ventanilla.store import inbox
from ventanilla.store.engine import open_store

def stop_here(connection, rows):
    Path(sys.argv[3]).touch()
    time.sleep(60)

inbox._insert_new = stop_here
item = RawItem(key="INBOX/1/1", raw=b"x" * 500_000, received_at=datetime.now(UTC))
batch = Batch(source=sys.argv[4], items=[item], checkpoint={"last_uid": 1})
inbox.commit_batch(open_store(sys.argv[1], Path(sys.argv[2])), "soporte", batch, lease=None, now=datetime.now(UTC))
"""


@pytest.mark.fault(1)
def test_a_crash_between_blob_and_commit_leaves_no_row_and_no_checkpoint(store: Store, tmp_path: Any) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    reached = tmp_path / "reached"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_AFTER_THE_BLOB, url, str(store.blobs), str(reached), SOURCE]
    )
    wait_until(reached.exists, seconds=30, what="the blob")
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert rows(store) == []
    assert read_checkpoint(store, SOURCE) is None
    assert len([path for path in store.blobs.rglob("*") if path.is_file()]) == 1
    assert len(commit(store, item(1, raw=b"x" * 500_000), last=1)) == 1


def test_an_item_committed_by_many_at_once_is_there_once(store: Store) -> None:
    with store.write() as connection:
        connection.execute(sa.insert(checkpoints).values(source=SOURCE, channel="soporte", data={}, updated_at=NOW))

    given = at_once([partial(commit, store, item(1), item(2), last=2)] * 6)

    assert sorted(number for ids in given for number in ids) == [row.id for row in rows(store)]
    assert len(rows(store)) == 2


def test_an_attempt_is_counted_until_the_row_is_settled(store: Store) -> None:
    first, second = commit(store, item(1), item(2))

    claimed = claim_attempts(store, [second, first], now=NOW)
    with store.write() as connection:
        settle(connection, first, InboxState.ROUTED, now=NOW)
    again = claim_attempts(store, [first, second, 999], now=NOW)

    assert [(row.id, row.attempts) for row in claimed] == [(first, 1), (second, 1)]
    assert [(row.id, row.attempts) for row in again] == [(second, 2)]


def test_only_rows_that_wait_are_locked(store: Store) -> None:
    first, second = commit(store, item(1), item(2))
    with store.write() as connection:
        settle(connection, first, InboxState.SCREENED, now=NOW, reason="list")

    with store.write() as connection:
        assert lock_pending(connection, [first, second]) == {second}


@pytest.mark.fault(2)
def test_the_sweeper_finds_what_the_queue_may_have_lost(store: Store) -> None:
    first, second, third = commit(store, item(1), item(2), item(3))
    with store.write() as connection:
        settle(connection, third, InboxState.ROUTED, now=NOW)
    mark_enqueued(store, [second], now=NOW + MINUTE)

    assert overdue(store, now=NOW + timedelta(seconds=30)) == []
    assert overdue(store, now=NOW + timedelta(seconds=31)) == [first]
    assert overdue(store, now=NOW + timedelta(seconds=32)) == []
    assert overdue(store, now=NOW + timedelta(minutes=2)) == [first, second]


def test_the_sweeper_takes_so_many_a_pass(store: Store) -> None:
    ids = sorted(commit(store, *map(item, range(1, 6))))

    taken = [overdue(store, now=NOW + timedelta(minutes=minutes), limit=2) for minutes in (1, 1, 1)]

    assert taken == [ids[:2], ids[2:4], ids[4:]]


def test_a_row_is_opened_again_only_from_where_that_is_allowed(store: Store) -> None:
    commit(store, item(1), item(2, raw=None))
    first, second = (row.id for row in rows(store))
    with store.write() as connection:
        settle(connection, first, InboxState.SCREENED, now=NOW, reason="list")

    with store.write() as connection:
        screened = (InboxState.SCREENED,)
        assert reopen_row(connection, first, states=screened, released_by="ana")
        assert not reopen_row(connection, second, states=screened, released_by="ana")
        assert not reopen_row(connection, first, states=screened, released_by="ana")

    row = rows(store)[0]
    assert (row.state, row.released_by, row.attempts, row.routed_at) == ("pending", "ana", 0, None)
    assert overdue(store, now=NOW + MINUTE) == [first]


def test_checkpoints_survive_a_change_of_the_channels_name(store: Store) -> None:
    commit(store, item(1), last=1)
    batch = Batch(source=SOURCE, items=[item(2)], checkpoint={"last_uid": 2})

    commit_batch(store, "renamed", batch, lease=None, now=NOW)

    with store.read() as connection:
        found = connection.execute(sa.select(checkpoints)).one()
    assert (found.channel, found.data) == ("renamed", {"last_uid": 2})


def test_a_naive_time_of_arrival_is_refused(store: Store) -> None:
    with pytest.raises(TypeError):
        commit(store, item(1, received_at=datetime(2026, 11, 20)))

    assert rows(store) == []
