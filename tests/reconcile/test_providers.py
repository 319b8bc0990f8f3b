"""Twilio's lists and Telegram's count against the ledger, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from config.secrets import Secret
from connectors.comparing import Comparing
from connectors.comparing_kept import Compared, State
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.comparing import PATIENCE, BotComparer
from connectors.telegram_chat.source import TelegramSource
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.called import CalledSource
from connectors.twilio_phone.calls import CallSource
from connectors.twilio_phone.comparing import ListComparer
from connectors.twilio_phone.source import Beginning, MessageSource, PolledSource
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.servers.twilio_api import TwilioServer
from ventanilla.channel import Source
from ventanilla.comparer import Comparer, Lacking
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, read_checkpoint
from ventanilla.store.tables import inbox

OURS, CUSTOMER = "+34910000000", "+34600000001"
DAY = timedelta(days=1)


@dataclass
class Provider:
    """A channel whose sources are pulled into a store and compared with it."""

    store: Store
    now: datetime
    told: list[list[Lacking]]
    comparing: Comparing

    @classmethod
    def of(cls, store: Store, comparers: list[Comparer]) -> Provider:
        made = cls(store, datetime.now(UTC), [], None)  # type: ignore[arg-type]
        made.comparing = Comparing(
            channel="line",
            comparers=comparers,
            store=store,
            clock=lambda: made.now,
            actor="test",
            tell=lambda connection, channel, compared, items: made.told.append(list(items)),
        )
        return made

    def pull(self, source: Source) -> int:
        batches = source.pull(read_checkpoint(self.store, source.name), now=self.now)
        return sum(len(commit_batch(self.store, "line", one, lease=None, now=self.now)) for one in batches)

    def compare(self, number: int = 0, *, days: int = 7, later: timedelta = timedelta(0)) -> Compared:
        self.now += later
        assert self.comparing.comparers is not None
        return self.comparing.compare(self.comparing.comparers[number], since=self.now - days * DAY)

    def keys(self) -> set[str]:
        with self.store.read() as connection:
            return set(connection.scalars(sa.select(inbox.c.item_key)))


@dataclass
class Phone:
    """One number, configured ten days ago: its messages, the calls to it, the calls from it."""

    server: TwilioServer
    provider: Provider
    sources: list[PolledSource]

    def pull(self) -> int:
        return sum(self.provider.pull(source) for source in self.sources)

    def compare(self, **more: Any) -> list[Compared]:
        return [self.provider.compare(number, **more) for number in range(3)]

    def ago(self, days: float) -> datetime:
        return self.provider.now - days * DAY


@pytest.fixture
def phone(sqlite_store: Store) -> Iterator[Phone]:
    with TwilioServer() as server:
        server.number(OURS)
        secret = Secret(literal=server.token)
        beginning = Beginning(since=datetime.now(UTC) - 10 * DAY)

        def lists() -> list[PolledSource]:
            apis = [TwilioApi(server.account, secret, api_url=server.url) for _ in range(3)]
            return [
                MessageSource(apis[0], OURS, beginning),
                CallSource(apis[1], OURS, beginning, hang_ups=True),
                CalledSource(apis[2], OURS, beginning),
            ]

        sources, compared = lists(), lists()
        provider = Provider.of(sqlite_store, [ListComparer(source) for source in compared])
        yield Phone(server, provider, sources)
        for source in [*sources, *compared]:
            source.close()


def _a_week(phone: Phone) -> None:
    """A message, a missed call, a voicemail, a call that somebody took and one that we made; all of it pulled."""
    phone.server.message(CUSTOMER, OURS, "hola", at=phone.ago(2))
    phone.server.call(CUSTOMER, OURS, "no-answer", at=phone.ago(2))
    phone.server.recording(phone.server.call(CUSTOMER, OURS, "completed", at=phone.ago(2), seconds=50))
    taken = phone.server.call(CUSTOMER, OURS, "completed", at=phone.ago(2), seconds=90)
    phone.server.call(OURS, "+34600000009", "completed", at=phone.ago(2), changed={"parent_call_sid": taken})
    phone.server.call(OURS, CUSTOMER, "completed", at=phone.ago(1), changed={"direction": "outbound-dial"})
    phone.server.message(CUSTOMER, OURS, "¿y bien?", at=phone.ago(0.01))
    phone.server.call(CUSTOMER, OURS, "busy", at=phone.ago(0.01))
    phone.pull()


def test_nothing_is_missing_of_a_week_that_was_pulled(phone: Phone) -> None:
    _a_week(phone)

    found = phone.compare()

    assert [one.missing for one in found] == [0, 0, 0]
    assert [one.to_come for one in found] == [0, 0, 0]
    assert [one.at_source == one.in_ledger for one in found] == [True, True, True]
    assert (found[0].in_ledger, found[2].in_ledger) == (2, 1)
    assert phone.provider.told == []


def test_what_twilio_lists_days_late_is_found_and_fetched_once(phone: Phone) -> None:
    _a_week(phone)
    late = {
        phone.server.message(CUSTOMER, OURS, "late", at=phone.ago(3)),
        phone.server.call(CUSTOMER, OURS, "no-answer", at=phone.ago(3)),
        phone.server.recording(phone.server.call(CUSTOMER, OURS, "completed", at=phone.ago(4), seconds=50)),
        phone.server.call(OURS, CUSTOMER, "completed", at=phone.ago(3), changed={"direction": "outbound-dial"}),
    }
    assert phone.pull() == 0

    found = phone.compare()
    named = {item.key for one in found for item in one.items}
    ids = [row_id for one in found for row_id in phone.provider.comparing.fetch(one)]

    assert named == late
    assert len(ids) == 4
    assert late <= phone.provider.keys()
    assert [one.missing for one in phone.compare()] == [0, 0, 0]
    assert [phone.provider.comparing.fetch(one) for one in phone.compare()] == [[], [], []]
    assert phone.pull() == 0


def test_the_days_that_are_asked_for_are_as_many_as_one_says(phone: Phone) -> None:
    _a_week(phone)
    phone.server.message(CUSTOMER, OURS, "late", at=phone.ago(8.5))

    assert phone.compare(days=7)[0].missing == 0
    assert phone.compare(days=9)[0].missing == 1


def test_what_the_next_poll_lists_is_to_come(phone: Phone) -> None:
    _a_week(phone)
    phone.server.message(CUSTOMER, OURS, "just now")

    found = phone.compare()[0]

    assert (found.to_come, found.missing) == (1, 0)


def test_a_number_that_was_never_pulled_misses_nothing(phone: Phone) -> None:
    phone.server.message(CUSTOMER, OURS, "hola", at=phone.ago(2))

    assert [(one.missing, "never pulled" in one.remark) for one in phone.compare()] == [(0, True)] * 3


@dataclass
class Bot:
    server: TelegramApi
    provider: Provider
    source: TelegramSource

    def write(self, number: int) -> None:
        self.server.bot.put(written(number, f"mensaje {number}"))


@pytest.fixture
def bot(sqlite_store: Store) -> Iterator[Bot]:
    with TelegramApi() as server:
        secret = Secret(literal=server.token)
        apis = [BotApi(secret, server.url) for _ in range(2)]
        provider = Provider.of(sqlite_store, [BotComparer(apis[0])])
        yield Bot(server, provider, TelegramSource(apis[1], floor=None))
        for api in apis:
            api.close()


def test_a_bot_of_which_nothing_waits_misses_nothing(bot: Bot) -> None:
    bot.write(1)
    bot.provider.pull(bot.source)
    bot.provider.pull(bot.source)

    found = bot.provider.compare()

    assert (found.to_come, found.missing) == (0, 0)
    assert found.at_source is None
    assert "cannot be listed" in found.remark


def test_updates_that_wait_while_nothing_comes_in_are_missing_and_told_of_once(bot: Bot) -> None:
    bot.write(1)
    bot.provider.pull(bot.source)
    bot.provider.pull(bot.source)  # which confirms the first
    bot.write(2)
    bot.write(3)
    polls = len(bot.server.bot.called("getUpdates"))

    first = bot.provider.compare()
    later = bot.provider.compare(later=PATIENCE + timedelta(seconds=1))

    assert (first.to_come, first.missing) == (2, 0)
    assert first.wants_another_look
    assert (later.to_come, later.missing) == (0, 2)
    assert "24 hours" in later.remark
    bot.provider.compare(later=timedelta(minutes=16))
    bot.provider.compare(later=timedelta(hours=1))
    assert [len(items) for items in bot.provider.told] == [1]
    assert bot.provider.comparing.fetch(later) == []
    assert len(bot.server.bot.called("getUpdates")) == polls


def test_updates_that_wait_at_each_look_while_others_come_in_are_on_their_way(bot: Bot) -> None:
    bot.write(1)
    bot.provider.compare()
    bot.provider.pull(bot.source)
    bot.provider.pull(bot.source)
    bot.write(2)

    found = bot.provider.compare(later=timedelta(hours=1))

    assert (found.to_come, found.missing) == (1, 0)


def test_a_webhook_of_another_program_is_told_and_not_taken_for_well(bot: Bot) -> None:
    bot.server.bot.takes_http_webhooks = True
    bot.server.bot.webhook.url = "https://another.example/hook"

    found = bot.provider.compare()

    assert found.state is State.UNREACHABLE
    assert "another program receives its messages" in found.problem
