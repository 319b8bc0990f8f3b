"""A calendar or a promise was wrong: what began since a day gets what it would have had; what changes is said first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.reply import Answer, write_reply
from router.promises.sweep import warn_and_break
from router.timekeeping.keeper import catch_up
from router.timekeeping.recompute import Comparison, by_metric, compare, recompute
from tests.router.house_for_tests import House, mail
from tests.router.moving import acting, case_of, go_out, happened, is_sound
from tests.timekeeping.afresh import work_out_afresh
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, outbox
from ventanilla.words import EventKind, OutboxKind

MONDAY = date(2026, 11, 23)
LONGER = (
    '[promises.longer]\napplies_to = { channel = ["soporte"] }\ncalendar = "madrid"\nfirst_response = { within = "3h" }'
)


class Shop(House):
    def arrives(self, text: str) -> str:
        self.receive(mail(text=text, sender=f"{text}@clientes.example", message_id=f"<{text}@clientes.example>"))
        return str(self.rows(conversations)[-1].key)

    def answers(self, key: str) -> None:
        with acting(self, case_of(self, key).owner) as move:
            write_reply(move, find_case(move, key), Answer(text="Sale hoy."), anyway=True)
        go_out(self, self.rows(outbox, lambda t: (t.c.kind == OutboxKind.REPLY) & (t.c.state == "pending"))[-1].id)

    def books(self) -> None:
        catch_up(self.store, self.router.house, now=self.now)

    def clock(self, key: str, metric: str = "first_response") -> sa.Row[Any]:
        (row,) = self.rows(clocks, lambda t: (t.c.conversation_id == case_of(self, key).id) & (t.c.metric == metric))
        return row

    def compares(self, since: date = MONDAY) -> Comparison:
        return compare(self.store, self.router.house, since=since, now=self.now)

    def recomputes(self, since: date = MONDAY) -> None:
        recompute(self.store, self.router.house, since=since, now=self.now, actor="admin")


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(store, tmp_path)


def test_running_and_ended_clocks_keep_the_promise_they_began_under(shop: Shop) -> None:
    answered, waits = shop.arrives("uno"), shop.arrives("dos")
    shop.books()
    shop.later(hours=2)
    shop.answers(answered)
    shop.books()

    shop.apply(more=LONGER)
    newcomer = shop.arrives("tres")
    shop.books()

    assert shop.clock(waits).due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # an hour, as it was promised
    assert {shop.clock(answered).config_version, shop.clock(waits).config_version} == {1}
    assert (shop.clock(newcomer).config_version, shop.clock(newcomer).promise) == (2, "longer")
    assert is_sound(shop)


def test_recompute_says_what_changes_writes_it_once_and_a_repeat_changes_nothing(shop: Shop) -> None:
    # given an answer after two hours, where one was promised by mistake
    answered, waits = shop.arrives("uno"), shop.arrives("dos")
    shop.later(hours=2)
    shop.answers(answered)
    shop.books()
    shop.apply(more=LONGER)

    # when it is asked what would change
    found = shop.compares()

    # then it is said by metric, and nothing is written
    (row,) = [each for each in by_metric(found.changes) if each["metric"] == "first_response"]
    assert (row["clocks"], row["due_moved"], row["met_to_broken"], row["broken_to_met"]) == (2, 2, 0, 2)
    assert {one.key for one in found.changes} == {answered, waits}
    assert shop.clock(answered).config_version == 1
    assert happened(shop, EventKind.RECOMPUTED) == []

    # when it is written
    before = shop.clock(answered)
    shop.recomputes()

    # then the due time moved, the answer stays where it was, and the log says so
    after = shop.clock(answered)
    assert after.due_at == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert (after.started_at, after.stopped_at, after.promise) == (before.started_at, before.stopped_at, "longer")
    assert case_of(shop, waits).due_at == after.due_at
    (event,) = happened(shop, EventKind.RECOMPUTED)
    assert (event.data["from"], event.data["version"]) == ("2026-11-23", 2)
    assert happened(shop, EventKind.DUE_SET, answered)[-1].data["due_at"] == after.due_at.isoformat()
    assert is_sound(shop)

    # and a repeat finds nothing
    assert not shop.compares().differs
    shop.books()
    assert shop.clock(answered) == after


def test_what_began_before_the_day_stays_as_it_was(shop: Shop) -> None:
    old = shop.arrives("uno")
    shop.later(days=1)
    new = shop.arrives("dos")
    shop.apply(more=LONGER)

    shop.recomputes(date(2026, 11, 24))

    assert shop.clock(old).promise == "normal"
    assert shop.clock(new).promise == "longer"
    assert is_sound(shop)


def test_a_breach_that_is_none_any_more_stays_told_and_is_named(shop: Shop) -> None:
    key = shop.arrives("uno")
    shop.later(hours=2)
    shop.books()
    with shop.store.write() as connection:
        connection.execute(sa.update(clocks).where(clocks.c.metric == "first_response").values(breached_at=shop.now))
    shop.apply(more=LONGER)

    found = shop.compares()
    shop.recomputes()

    assert [one.key for one in found.changes if one.breach_told] == [key]
    assert shop.clock(key).breached_at == shop.now


def test_one_that_was_stopped_in_the_middle_is_gone_on_with(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [shop.arrives(text) for text in ("uno", "dos", "tres")]
    shop.books()
    shop.apply(more=LONGER)
    monkeypatch.setattr("router.timekeeping.keeper._CASES", 1)
    monkeypatch.setattr("router.timekeeping.recompute.catch_up", lambda *_, **__: 0)  # it never came to the rows
    shop.recomputes()
    assert {shop.clock(key).promise for key in keys} == {"normal"}

    shop.books()

    assert {shop.clock(key).promise for key in keys} == {"longer"}
    assert is_sound(shop)


def test_a_clock_that_was_told_of_twice_has_the_last_time_back_when_the_rows_are_worked_out_from_nothing(
    shop: Shop,
) -> None:
    def told() -> None:
        shop.later(hours=1, minutes=1)
        warn_and_break(shop.store, shop.router.house, Journal(now=shop.now, actor="sweeper"))

    # given a broken promise, more time by a correction, and that broken too
    key = shop.arrives("uno")
    shop.books()
    told()
    shop.apply(more=LONGER)
    shop.recomputes()
    shop.later(hours=1)
    told()
    kept = shop.clock(key)
    assert (kept.breached_at, len(happened(shop, EventKind.PROMISE_BREACHED, key))) == (shop.now, 2)

    # when the table is emptied
    with shop.store.write() as connection:
        connection.execute(sa.delete(clocks))
    work_out_afresh(shop)

    # then it is as it was, and nothing is told again
    assert shop.clock(key) == kept
    told()
    assert len(happened(shop, EventKind.PROMISE_BREACHED, key)) == 2


def test_what_was_told_of_another_clock_that_had_the_number_before_is_not_told_of_this_one(shop: Shop) -> None:
    key = shop.arrives("uno")
    shop.books()
    kept = shop.clock(key)
    data = {"metric": "first_response", "number": 1, "due_at": "2026-11-23T08:00:00+00:00", "told": []}
    with shop.store.write() as connection:
        journal = Journal(now=shop.now, actor="sweeper")
        earlier = datetime(2026, 11, 23, 8, tzinfo=UTC)
        journal.add(EventKind.PROMISE_BREACHED, at=earlier, conversation_id=case_of(shop, key).id, data=data)
        journal.flush(connection)
        connection.execute(sa.delete(clocks))

    work_out_afresh(shop)

    assert shop.clock(key) == kept
