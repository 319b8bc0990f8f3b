"""A provider is asked what became of what it took: a few times, more and more rarely, and a late failure is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.following import AGES, Following
from ventanilla.channel import DeliveryReport
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Provider:
    """Says of each id what it is told to say; `asked` is what it was asked."""

    says: dict[str, DeliveryState] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    def report(self, external_id: str, *, part_of: str = "") -> DeliveryReport | None:
        if self.away:
            raise Temporary("nobody answers")
        self.asked.append((external_id, part_of))
        state = self.says.get(external_id)
        if state is None:
            return None
        rank = {DeliveryState.SENT: 1, DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 9}[state]
        return DeliveryReport(external_id=part_of or external_id, state=state, rank=rank, reason="it is off")

    def close(self) -> None:
        pass


@dataclass
class Desk:
    """One loop on a store, with a clock of its own."""

    store: Store
    provider: Provider = field(default_factory=Provider)
    now: datetime = NOON
    told: list[int] = field(default_factory=list)

    def following(self, **more: Any) -> Following:
        return Following(
            channel="telefono",
            store=self.store,
            make=lambda: self.provider,
            failed=lambda connection, row, journal: self.told.append(row.id),
            clock=lambda: self.now,
            **more,
        )

    def send(self, external_id: str | None, *, parts: Sequence[str] | None = None, via: str = "telefono") -> int:
        with self.store.write() as connection:
            letter = Letter(
                kind=OutboxKind.ACKNOWLEDGEMENT,
                dedupe_key=f"{via} {external_id}",
                via=via,
                recipient="+34600000001",
                payload={},
            )
            row_id = put_letter(connection, letter, now=self.now)
            sent = {"state": DeliveryState.SENT, "sent_at": self.now, "external_id": external_id, "parts": parts}
            connection.execute(sa.update(outbox).where(outbox.c.id == row_id).values(sent))
        assert row_id is not None
        return row_id

    def state(self, row_id: int) -> str:
        with self.store.read() as connection:
            return str(connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row_id)))


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    return Desk(sqlite_store)


def test_what_was_delivered_is_known_and_not_asked_after_again(desk: Desk) -> None:
    row = desk.send("SM1")
    following = desk.following()
    assert following.follow_due() == 0
    desk.provider.says["SM1"] = DeliveryState.DELIVERED
    desk.now += AGES[0]

    assert following.follow_due() == 1

    assert desk.state(row) == DeliveryState.DELIVERED
    desk.now += AGES[-1]
    assert following.follow_due() == 0
    assert desk.provider.asked == [("SM1", "")]


def test_what_failed_later_is_told(desk: Desk) -> None:
    row = desk.send("SM1")
    desk.provider.says["SM1"] = DeliveryState.FAILED
    desk.now += timedelta(minutes=2)

    desk.following().follow_due()

    assert (desk.state(row), desk.told) == (DeliveryState.FAILED, [row])


def test_a_later_part_that_failed_fails_the_whole(desk: Desk) -> None:
    row = desk.send("SM1", parts=["SM1", "SM2"])
    desk.provider.says |= {"SM1": DeliveryState.SENT, "SM2": DeliveryState.FAILED}
    desk.now += timedelta(minutes=2)

    desk.following().follow_due()

    assert desk.provider.asked == [("SM1", ""), ("SM2", "SM1")]
    assert (desk.state(row), desk.told) == (DeliveryState.FAILED, [row])


def test_each_is_asked_after_a_few_times_and_then_left(desk: Desk) -> None:
    desk.send("SM1")
    desk.provider.says["SM1"] = DeliveryState.SENT
    following = desk.following()
    for _ in range(60 * 10):
        desk.now += timedelta(minutes=1)
        following.follow_due()

    assert len(desk.provider.asked) == len(AGES) - 1  # the first two ages fall into the first minute


def test_where_the_provider_calls_us_only_silence_is_asked_after(desk: Desk) -> None:
    desk.send("SM1")
    following = desk.following(first=timedelta(minutes=5))
    for _ in range(10):
        desk.now += timedelta(seconds=29)
        assert following.follow_due() == 0
    assert desk.provider.asked == []

    desk.now += timedelta(seconds=11)
    following.follow_due()

    assert desk.provider.asked == [("SM1", "")]


def test_only_this_channels_and_only_what_has_an_id(desk: Desk) -> None:
    desk.send(None)
    desk.send("SM1", via="otro")
    desk.now += timedelta(minutes=2)

    assert desk.following().follow_due() == 0
    assert desk.provider.asked == []


def test_a_provider_that_is_away_is_asked_again(desk: Desk) -> None:
    row = desk.send("SM1")
    desk.provider.away = True
    desk.now += timedelta(minutes=2)
    following = desk.following()
    with pytest.raises(Temporary):
        following.follow_due()

    desk.provider.away = False
    desk.provider.says["SM1"] = DeliveryState.DELIVERED
    following.follow_due()

    assert desk.state(row) == DeliveryState.DELIVERED
