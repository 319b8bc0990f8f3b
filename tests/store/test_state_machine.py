"""Whatever comes in, in whatever order, while people come and go: after every step no promise is broken."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from router.assigning.line import drain_line, move_on_from_absent
from router.service import Router, route_items
from tests.cli.town import Town, build_town
from tests.servers.stores import migrated_store
from tests.store.rows import resolve
from ventanilla.channel import Batch, RawItem
from ventanilla.store import tables as t
from ventanilla.store.agents import add_absence, end_absences, shift_load
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import commit_batch, overdue

CUSTOMERS = st.sampled_from(["eva@example.org", "leo@example.org", "nil@example.org"])
PEOPLE = st.sampled_from(["ana", "luis", "marta"])
VERDICTS = st.sampled_from(["accept"] * 6 + ["list", "spam", "bounce"])
Open = Callable[[], AbstractContextManager[Store]]


class House(RuleBasedStateMachine):
    """A house of three people with room for three cases each, and customers who write, repeat themselves and answer."""

    assigned = 0

    def __init__(self, open_one: Open) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._opened = open_one()
        self.store = self._opened.__enter__()
        self.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
        self.town: Town = build_town(self.store, Path(self._folder.name))
        self.router = Router(
            store=self.store, house=self.town.house, readers=self.town.router.readers, clock=lambda: self.now
        )
        self.waiting: list[int] = []
        self.sent: list[RawItem] = []
        self._numbers = count(1)

    def teardown(self) -> None:
        with self.store.read() as connection:
            House.assigned += connection.scalar(sa.select(sa.func.count()).select_from(t.assignments)) or 0
        self._opened.__exit__(None, None, None)
        self._folder.cleanup()

    @initialize(busy=st.integers(0, 4))
    def some_are_there_already(self, busy: int) -> None:
        for _ in range(busy):
            self.a_customer_writes("eva@example.org", "accept", 0)
        self.some_are_routed(busy)

    @rule(sender=CUSTOMERS, verdict=VERDICTS, delay=st.integers(0, 3600))
    def a_customer_writes(self, sender: str, verdict: str, delay: int) -> None:
        self._commit(self.town.letter(sender, verdict=verdict), delay=delay)

    @precondition(lambda self: self.sent)
    @rule(sender=CUSTOMERS, which=st.integers(0, 50))
    def a_customer_answers_something(self, sender: str, which: int) -> None:
        answered = which % len(self.sent) + 1
        self._commit(self.town.letter(sender, answers=f"<m{answered}@client>"))

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 50), moved=st.booleans())
    def an_item_comes_again(self, which: int, moved: bool) -> None:
        item = self.sent[which % len(self.sent)]
        key = f"{item.key}/moved/{next(self._numbers)}" if moved else item.key
        self._put(RawItem(key=key, raw=item.raw, received_at=item.received_at, identity=item.identity))

    @rule()
    def an_unreadable_one_comes(self) -> None:
        self._commit(b"not a letter")

    @rule(how_many=st.integers(1, 5))
    def some_are_routed(self, how_many: int) -> None:
        route_items(self.router, self.waiting[:how_many])
        del self.waiting[:how_many]

    @precondition(lambda self: self.waiting)
    @rule(how_many=st.integers(1, 3))
    def the_latest_are_routed_first_and_twice(self, how_many: int) -> None:
        chosen = self.waiting[-how_many:][::-1]
        route_items(self.router, chosen)
        route_items(self.router, chosen)
        del self.waiting[-how_many:]

    @rule(agent=PEOPLE, hours=st.one_of(st.none(), st.integers(1, 9)))
    def somebody_goes_away(self, agent: str, hours: int | None) -> None:
        until = None if hours is None else self.now + timedelta(hours=hours)
        with self.store.write() as connection:
            add_absence(connection, agent, starts_at=self.now, ends_at=until, cover=None, now=self.now)

    @rule(agent=PEOPLE)
    def somebody_is_back(self, agent: str) -> None:
        with self.store.write() as connection:
            end_absences(connection, agent, now=self.now)

    @rule(minutes=st.integers(1, 120))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_sweeper_sweeps(self) -> None:
        for sweep in (drain_line, move_on_from_absent):
            sweep(self.store, self.town.house, Journal(now=self.now, actor="sweeper"))
        route_items(self.router, overdue(self.store, now=self.now))

    @rule(agent=PEOPLE, minutes=st.sampled_from([10, 20, 300]))
    def a_shift_ends_and_others_take_over(self, agent: str, minutes: int) -> None:
        self.somebody_goes_away(agent, None)
        self.time_goes_by(minutes)
        self.the_sweeper_sweeps()

    @rule(agent=PEOPLE)
    def a_shift_begins_and_the_line_drains(self, agent: str) -> None:
        self.somebody_is_back(agent)
        self.time_goes_by(1)
        self.the_sweeper_sweeps()

    @rule(sender=CUSTOMERS, letters=st.integers(2, 6))
    def a_customer_is_in_distress(self, sender: str, letters: int) -> None:
        for _ in range(letters):
            self.a_customer_writes(sender, "accept", 0)
        self.some_are_routed(letters)

    @rule(which=st.integers(0, 50))
    def a_case_is_resolved(self, which: int) -> None:
        query = sa.select(t.conversations).where(t.conversations.c.owned == 1).order_by(t.conversations.c.id)
        with self.store.write() as connection:
            cases = connection.execute(query).all()
            if cases:
                case = cases[which % len(cases)]
                resolve(connection, case.id, case.assignment_number)
                ended = sa.update(t.conversations).where(t.conversations.c.id == case.id)
                connection.execute(ended.values(resolved_at=self.now))
                shift_load(connection, {case.owner: -1 if case.waiting_since else 0})

    @invariant()
    def no_promise_is_broken(self) -> None:
        with self.store.read() as connection:
            found = audit(connection, blobs=self.store.blobs, now=self.now)
        found.pop("pending_too_long")  # nobody routes here unless asked to
        assert {name: number for name, number in found.items() if number} == {}

    @invariant()
    def every_item_is_in_the_ledger_once(self) -> None:
        with self.store.read() as connection:
            keys = list(connection.scalars(sa.select(t.inbox.c.item_key)))
        assert len(keys) == len(set(keys))
        assert {item.key for item in self.sent} <= set(keys)

    def _commit(self, raw: bytes, *, delay: int = 0) -> None:
        number = next(self._numbers)
        item = RawItem(
            key=f"INBOX/1/{number}",
            raw=raw,
            received_at=self.now - timedelta(seconds=delay),
            identity=f"identity {number}",
        )
        self.sent.append(item)
        self._put(item)

    def _put(self, item: RawItem) -> None:
        batch = Batch(source="imap://soporte/INBOX", items=[item], checkpoint={"at": next(self._numbers)})
        self.waiting += commit_batch(self.store, "soporte", batch, lease=None, now=self.now)


def test_no_interleaving_breaks_a_promise(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> None:
    folders = count()

    def open_one() -> AbstractContextManager[Store]:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        return migrated_store(request, dialect, folder)

    make: Any = lambda: House(open_one)  # noqa: E731  it asks for a class and only calls it
    run_state_machine_as_test(
        make,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert House.assigned > 10, "the machine tried nothing worth trying"
