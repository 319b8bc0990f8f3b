"""Offers mails to a running service at a steady rate, whatever becomes of them, and sees when each has its owner.

The moments at which they are due are fixed beforehand and each is counted from its own, so that a service which falls behind makes
all that wait behind it late as well. What has come due is committed to the ledger as a puller does with what it finds, and
enqueued.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from bench.inside import PULLED_AT_ONCE, Taking
from bench.shop import sample_mails
from ventanilla.queue import build_broker, enqueue
from ventanilla.store.engine import Store, open_store
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState

LOOK = 0.002


@dataclass(slots=True, kw_only=True)
class Offered:
    """`due` is when each was to arrive, `done` when it was seen to be routed (monotonic seconds), by ledger row. `waiting`: those
    not done. `late` is how far behind its own plan the offering fell at most."""

    due: dict[int, float] = field(default_factory=dict)
    done: dict[int, float] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    late: float = 0.0
    finished: bool = False

    def times(self) -> list[float]:
        """Seconds from due to done, of those that are done."""
        return [self.done[row] - self.due[row] for row in self.done]


def offer(store: Store, queue_url: str, *, rate: float, seconds: float, first: int, look: float = LOOK) -> Offered:
    """Offer `rate` mails a second for so long, then wait until all are routed. `look`: seconds between two looks at the store.

    Raises TimeoutError.
    """
    count = max(1, round(rate * seconds))
    mails, offered = sample_mails(count, first=first), Offered()
    url = store.engine.url.render_as_string(hide_password=False)
    watcher = threading.Thread(target=_watch, args=(open_store(url, store.blobs), offered, look), name="watch")
    watcher.start()
    try:
        _put(store, queue_url, mails, offered, rate=rate, first=first)
        _wait_for_all(offered, seconds=60 + seconds * 4)
    finally:
        offered.finished = True
        watcher.join()
    return offered


def quantile(times: Sequence[float], share: float) -> float:
    """The value below which so many of them lie."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(times: Sequence[float]) -> str:
    """p50, p99 and the largest, in milliseconds."""
    middle, late = statistics.median(times) * 1000, quantile(times, 0.99) * 1000
    return f"p50 {middle:.0f}, p99 {late:.0f}, max {max(times) * 1000:.0f} ms"


def _put(store: Store, queue_url: str, mails: Sequence[bytes], offered: Offered, *, rate: float, first: int) -> None:
    broker, taking = build_broker(queue_url), Taking(store)
    began, at = time.monotonic() + 0.2, 0
    while at < len(mails):
        now = time.monotonic()
        due = min(len(mails), int((now - began) * rate) + 1) if now >= began else 0
        if due <= at:
            time.sleep(max(0.0, began + at / rate - now))
            continue
        part = mails[at : min(due, at + PULLED_AT_ONCE)]
        ids = taking.take_in(part, first=first + at)
        offered.due.update({row: began + (at + place) / rate for place, row in enumerate(ids)})
        offered.waiting.update(ids)
        enqueue(broker, ids)
        offered.late = max(offered.late, time.monotonic() - (began + at / rate))
        at += len(part)
    broker.close()


def _watch(store: Store, offered: Offered, look: float) -> None:
    """Look again and again at those that are not done; a look sees them at most this much later than they are."""
    settled = sa.select(inbox.c.id).where(
        inbox.c.id.in_(sa.bindparam("ids", expanding=True)), inbox.c.state != InboxState.PENDING
    )
    while not offered.finished:
        waiting = sorted(offered.waiting)[:200]
        if waiting:
            with store.read() as connection:
                found = list(connection.scalars(settled, {"ids": waiting}))
            now = time.monotonic()
            offered.done.update(dict.fromkeys(found, now))
            offered.waiting.difference_update(found)
        time.sleep(look)
    store.close()


def _wait_for_all(offered: Offered, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while len(offered.done) < len(offered.due):
        if time.monotonic() > end:
            raise TimeoutError(f"{len(offered.due) - len(offered.done)} of {len(offered.due)} mails were not routed")
        time.sleep(0.05)
