"""When the loop looks by itself: at its intervals, sooner when there may be news, one process at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.comparing import GRACE, Comparing
from connectors.comparing_loop import LEASE, ComparingLoop, lease_of
from tests.servers.ports import wait_until
from ventanilla.channel import RawItem
from ventanilla.comparer import Comparison, Known, Lacking
from ventanilla.errors import Temporary
from ventanilla.store.comparing import keep_comparison, last_comparisons
from ventanilla.store.engine import Store
from ventanilla.store.leases import acquire_lease

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass
class Source:
    """Says what it is told to say, and counts how often it is asked."""

    name: str = "folder:a"
    every: timedelta = HOUR
    missing: list[str] = field(default_factory=list)
    is_down: bool = False
    asked: int = 0

    def compare(
        self,
        checkpoint: Mapping[str, Any] | None,
        known: Known,
        *,
        since: datetime,
        last: Mapping[str, Any],
        now: datetime,
    ) -> Comparison:
        self.asked += 1
        if self.is_down:
            raise Temporary("it is down")
        items = [Lacking(key=key) for key in self.missing]
        return Comparison(at_source=9, in_ledger=9 - len(items), missing=len(items), items=items)

    def fetch(
        self, items: Sequence[Lacking], checkpoint: Mapping[str, Any] | None, *, now: datetime
    ) -> Iterator[Sequence[RawItem]]:
        return iter(())

    def close(self) -> None: ...


@dataclass
class House:
    store: Store
    source: Source
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    told: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.comparing = Comparing(
            channel="line",
            comparers=[self.source],
            store=self.store,
            clock=lambda: self.now,
            actor="test",
            tell=lambda connection, channel, compared, items: self.told.append([item.key for item in items]),
        )
        self.loop = ComparingLoop(comparings=[self.comparing], store=self.store)

    def after(self, wait: timedelta) -> int:
        """How often the source is asked once so much time is over."""
        self.now += wait
        before = self.source.asked
        self.loop.look_due(self.comparing)
        return self.source.asked - before


@pytest.fixture
def house(sqlite_store: Store) -> House:
    return House(sqlite_store, Source())


def test_a_source_that_is_well_is_asked_at_its_interval(house: House) -> None:
    assert [house.after(wait) for wait in (timedelta(0), GRACE, HOUR - GRACE - SECOND, SECOND)] == [1, 0, 0, 1]


def test_what_is_missing_is_looked_at_again_after_the_grace_and_told_of_once(house: House) -> None:
    house.source.missing = ["a/1"]
    assert [house.after(wait) for wait in (timedelta(0), GRACE - SECOND, SECOND)] == [1, 0, 1]
    assert house.told == [["a/1"]]

    assert [house.after(wait) for wait in (GRACE, HOUR - GRACE, HOUR)] == [0, 1, 1]
    assert house.told == [["a/1"]]

    house.source.missing = ["a/1", "a/2"]
    house.after(HOUR)
    house.after(GRACE)
    assert house.told == [["a/1"], ["a/2"]]


def test_what_came_in_within_the_grace_is_told_to_nobody(house: House) -> None:
    house.source.missing = ["a/1"]
    house.after(timedelta(0))
    house.source.missing = []

    house.after(GRACE)

    assert house.told == []


def test_what_is_missing_a_second_time_is_told_of_again(house: House) -> None:
    for missing in (["a/1"], ["a/1"], [], ["a/1"], ["a/1"]):
        house.source.missing = missing
        house.after(HOUR)

    assert house.told == [["a/1"], ["a/1"]]


def test_a_source_that_did_not_answer_is_asked_again_soon(house: House) -> None:
    house.source.is_down = True
    assert [house.after(wait) for wait in (timedelta(0), GRACE)] == [1, 1]

    house.source.is_down = False
    assert [house.after(wait) for wait in (GRACE, GRACE)] == [1, 0]


def test_one_process_at_a_time_compares_a_channel(house: House) -> None:
    taken = acquire_lease(house.store, lease_of("line"), holder="another", ttl=LEASE, now=house.now)

    assert taken is not None
    assert house.after(timedelta(0)) == 0
    assert house.after(LEASE + SECOND) == 1


def test_what_another_process_compared_a_moment_ago_is_not_compared_again(house: House) -> None:
    other = House(house.store, Source())
    other.now = house.now
    other.after(timedelta(0))

    assert house.after(timedelta(minutes=1)) == 0


def test_a_source_that_the_channel_has_no_more_is_forgotten(house: House) -> None:
    house.source.missing = ["a/1"]
    house.after(timedelta(0))
    kept = house.comparing.last()["folder:a"].kept()
    with house.store.write() as connection:
        keep_comparison(connection, "line", "folder:b", kept, now=house.now)

    house.after(HOUR)

    with house.store.read() as connection:
        assert set(last_comparisons(connection, "line")) == {"folder:a"}


def test_the_loop_goes_on_whatever_a_source_does_and_ends_when_told(house: House) -> None:
    house.loop.settle, house.loop.pause = 0.0, 0.01
    house.source.every = timedelta(0)
    house.source.is_down = True
    thread = threading.Thread(target=house.loop.run)
    thread.start()
    try:
        wait_until(lambda: house.source.asked >= 3, seconds=30)
    finally:
        house.loop.stop.set()
        thread.join(30)
    assert not thread.is_alive()
