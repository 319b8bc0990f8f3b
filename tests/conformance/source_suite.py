"""What every channel's Source must keep, as tests over an adapter that knows one channel. Nothing here knows e-mail."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from tests.conformance.ledger import Ledger
from ventanilla.channel import RawItem, Source
from ventanilla.errors import LoginRefused, Temporary

LONG_AGO = timedelta(days=400)


class ChannelUnderTest(ABC):
    """One channel with a real server behind it, as the suite drives it."""

    wait_seconds = 15.0
    """How long a hint may take when something new arrives during `wait`."""

    @abstractmethod
    def source(self, *, start: str | date = "now") -> Source:
        """A new Source, as after a restart; the channel was configured when this adapter was made."""

    @abstractmethod
    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        """An item that says `text` reaches the server, or reached it `age` ago."""

    @abstractmethod
    def arrive_broken(self) -> None:
        """An item that no reader can make sense of reaches the server."""

    @abstractmethod
    def text_of(self, item: RawItem) -> str:
        """What `arrive` was told to say."""

    @abstractmethod
    def go_down(self) -> None:
        """The server dies without a goodbye."""

    @abstractmethod
    def come_back(self) -> None:
        """The server is there again, with everything it had."""

    @abstractmethod
    def refuse(self) -> None:
        """From now on the credentials are wrong."""

    @abstractmethod
    def secret(self) -> str:
        """What must never be told."""


class _Suite:
    """What every part of the suite has at hand."""

    @pytest.fixture
    def sources(self) -> Iterator[list[Source]]:
        """Sources to close when the test is over."""
        opened: list[Source] = []
        yield opened
        for source in opened:
            source.close()


class SourceSuite(_Suite):
    """Subclass it in a test module that has a fixture `channel`, with the parts below that fit the channel."""

    def test_each_item_is_new_once_across_restarts(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        ledger = Ledger()
        ledger.pull(_restarted(channel, sources))

        for number in range(3):
            channel.arrive(f"item {number}")
            ledger.pull(_restarted(channel, sources))
        ledger.pull(_restarted(channel, sources))

        assert _texts(channel, ledger.new) == ["item 0", "item 1", "item 2"]
        assert ledger.repeats == []

    def test_a_source_that_keeps_running_takes_each_item_once(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)

        for number in range(3):
            channel.arrive(f"item {number}")
            ledger.pull(source)
        ledger.pull(source)

        assert _texts(channel, ledger.new) == ["item 0", "item 1", "item 2"]
        assert ledger.repeats == []

    @pytest.mark.fault(1)
    def test_a_crash_between_fetch_and_commit_loses_and_changes_nothing(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        ledger = Ledger()
        ledger.pull(_restarted(channel, sources))
        for number in range(3):
            channel.arrive(f"item {number}")

        fetched = next(
            batch for batch in _restarted(channel, sources).pull(ledger.checkpoint, now=_now()) if batch.items
        )
        ledger.pull(_restarted(channel, sources))

        assert _texts(channel, ledger.new) == ["item 0", "item 1", "item 2"]
        again = {item.key: item for item in ledger.new}
        for item in fetched.items:
            assert (again[item.key].raw, again[item.key].identity) == (item.raw, item.identity)

    @pytest.mark.fault(1)
    def test_a_crash_after_any_batch_of_first_contact_loses_nothing(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        for number in range(4):
            channel.arrive(f"old {number}", age=LONG_AGO)
        channel.arrive("new")
        ledger = Ledger()
        for _ in range(100):
            batch = next(_restarted(channel, sources).pull(ledger.checkpoint, now=_now()), None)
            if batch is None:
                break
            ledger.commit(batch)

        assert _texts(channel, ledger.new) == ["new"]
        assert _texts(channel, ledger.imported) == ["old 0", "old 1", "old 2", "old 3"]

    def test_items_come_oldest_first(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)
        for number in range(5):
            channel.arrive(f"item {number}")

        ledger.pull(source)

        assert _texts(channel, ledger.new) == [f"item {number}" for number in range(5)]
        assert all(one.received_at <= other.received_at for one, other in pairwise(ledger.new))

    @pytest.mark.fault(18)
    def test_by_default_what_is_older_than_the_channel_is_only_imported(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        channel.arrive("old and unseen", age=LONG_AGO)
        channel.arrive("old and seen", age=LONG_AGO, seen=True)
        channel.arrive("arrived before the first pull")
        ledger = Ledger()

        ledger.pull(_restarted(channel, sources))
        channel.arrive("arrived after the first pull")
        ledger.pull(_restarted(channel, sources))

        assert _texts(channel, ledger.new) == ["arrived before the first pull", "arrived after the first pull"]
        assert _texts(channel, ledger.imported) == ["old and unseen", "old and seen"]

    def test_start_all_makes_everything_new(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        channel.arrive("old", age=LONG_AGO, seen=True)
        channel.arrive("young")
        ledger = Ledger()

        ledger.pull(_restarted(channel, sources, start="all"))

        assert _texts(channel, ledger.new) == ["old", "young"]
        assert ledger.imported == []

    def test_start_at_a_date_makes_new_what_came_on_that_day_or_later(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        channel.arrive("long ago", age=LONG_AGO)
        channel.arrive("ten days ago", age=timedelta(days=10))
        ledger = Ledger()

        ledger.pull(_restarted(channel, sources, start=(_now() - timedelta(days=30)).date()))

        assert _texts(channel, ledger.new) == ["ten days ago"]
        assert _texts(channel, ledger.imported) == ["long ago"]

    def test_imported_items_are_never_new_later(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        channel.arrive("old", age=LONG_AGO)
        ledger = Ledger()

        ledger.pull(_restarted(channel, sources))
        ledger.pull(_restarted(channel, sources, start="all"))

        assert ledger.new == []

    def test_a_broken_item_does_not_block_the_rest(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)
        channel.arrive("before")
        channel.arrive_broken()
        channel.arrive("after")

        ledger.pull(source)

        assert len(ledger.new) == 3
        first, broken, last = ledger.new
        assert (channel.text_of(first), channel.text_of(last)) == ("before", "after")
        assert broken.raw

    def test_keys_never_change(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        channel.arrive("one")
        channel.arrive("two")
        ledger, other = Ledger(), Ledger()

        ledger.pull(_restarted(channel, sources, start="all"))
        other.pull(_restarted(channel, sources, start="all"))

        assert [item.key for item in ledger.new] == [item.key for item in other.new]
        assert len({item.key for item in ledger.new}) == 2

    def test_items_carry_what_the_contract_promises(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)
        before = _now() - timedelta(seconds=2)
        channel.arrive("hello")

        ledger.pull(source)

        (item,) = ledger.new
        assert item.raw
        assert item.size > 0
        assert item.received_at.utcoffset() == timedelta(0)
        assert before <= item.received_at <= _now() + timedelta(seconds=2)

    def test_the_checkpoint_is_json_and_tells_no_secret(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        channel.arrive("hello")
        source = _restarted(channel, sources)

        batches = list(source.pull(None, now=_now()))

        assert batches
        for batch in batches:
            assert batch.source == source.name
            assert channel.secret() not in json.dumps(dict(batch.checkpoint)) + batch.source

    def test_the_name_is_the_same_after_a_restart(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        assert _restarted(channel, sources).name == _restarted(channel, sources).name

    def test_nothing_new_yields_no_items(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        channel.arrive("hello")
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)

        assert not [item for batch in source.pull(ledger.checkpoint, now=_now()) for item in batch.items]

    def test_wait_ends_when_its_time_is_over(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        source = _restarted(channel, sources)
        Ledger().pull(source)

        assert 0.2 < _seconds(lambda: source.wait(0.3)) < 15

    def test_interrupt_ends_a_wait(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        source = _restarted(channel, sources)
        Ledger().pull(source)
        call = threading.Timer(0.3, source.interrupt)
        call.start()

        took = _seconds(lambda: source.wait(60))
        call.join()

        assert 0.2 < took < 15

    def test_an_interrupt_just_before_a_wait_is_not_lost(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        source = _restarted(channel, sources)
        Ledger().pull(source)

        source.interrupt()

        assert _seconds(lambda: source.wait(60)) < 2

    def test_an_interrupt_ends_one_wait_and_no_more(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        source = _restarted(channel, sources)
        Ledger().pull(source)

        source.interrupt()
        source.interrupt()
        source.wait(60)

        assert _seconds(lambda: source.wait(0.3)) > 0.2

    def test_a_source_that_never_pulled_can_wait_and_close(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        source = _restarted(channel, sources)

        assert _seconds(lambda: source.wait(0.1)) < 2
        source.close()
        source.close()

    def test_a_server_that_is_gone_is_temporary_and_its_return_loses_nothing(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)
        channel.arrive("before the crash")
        channel.go_down()

        with pytest.raises(Temporary):
            ledger.pull(source)
        with pytest.raises(Temporary):
            ledger.pull(_restarted(channel, sources))
        channel.come_back()
        channel.arrive("after the crash")
        ledger.pull(source)

        assert _texts(channel, ledger.new) == ["before the crash", "after the crash"]

    def test_a_server_that_dies_during_a_wait_does_not_hang_or_raise(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)
        crash = threading.Timer(0.3, channel.go_down)
        crash.start()

        took = _seconds(lambda: source.wait(3))
        crash.join()
        channel.come_back()
        channel.arrive("after the crash")
        ledger.pull(source)

        assert took < 25
        assert _texts(channel, ledger.new) == ["after the crash"]

    def test_refused_credentials_are_told_with_a_cure_and_without_the_secret(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        channel.refuse()

        with pytest.raises(LoginRefused) as refusal:
            Ledger().pull(_restarted(channel, sources))

        assert refusal.value.cure
        assert channel.secret() not in f"{refusal.value} {refusal.value.cure}"


class SeenSuite(_Suite):
    """Beside it, for a server that knows which items somebody has looked at."""

    def test_start_unseen_makes_unseen_items_new_whatever_their_age(
        self, channel: ChannelUnderTest, sources: list[Source]
    ) -> None:
        channel.arrive("old and seen", age=LONG_AGO, seen=True)
        channel.arrive("old and unseen", age=LONG_AGO)
        ledger = Ledger()

        ledger.pull(_restarted(channel, sources, start="unseen"))

        assert _texts(channel, ledger.new) == ["old and unseen"]
        assert _texts(channel, ledger.imported) == ["old and seen"]


class HintSuite(_Suite):
    """Beside it, for a provider that tells of something new."""

    def test_wait_returns_when_something_arrives(self, channel: ChannelUnderTest, sources: list[Source]) -> None:
        ledger, source = Ledger(), _restarted(channel, sources)
        ledger.pull(source)
        arrival = threading.Timer(0.3, channel.arrive, ["hello"])
        arrival.start()

        took = _seconds(lambda: source.wait(60))
        arrival.join()
        ledger.pull(source)

        assert 0.2 < took < 0.3 + channel.wait_seconds
        assert _texts(channel, ledger.new) == ["hello"]


def _restarted(channel: ChannelUnderTest, sources: list[Source], *, start: str | date = "now") -> Source:
    source = channel.source(start=start)
    sources.append(source)
    return source


def _texts(channel: ChannelUnderTest, items: list[RawItem]) -> list[str]:
    return [channel.text_of(item) for item in items]


def _now() -> datetime:
    return datetime.now(UTC)


def _seconds(work: object) -> float:
    before = time.monotonic()
    assert callable(work)
    work()
    return time.monotonic() - before
