"""Any day: random interleavings of all that may happen to a house, with crashes, hold every promise after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.faults.crashes import How
from tests.faults.promises_hold import (
    each_item_has_one_fate,
    each_open_case_has_one_owner,
    no_letter_goes_out_twice,
    no_promise_is_broken,
)
from tests.faults.providers import Mood
from tests.faults.whole_house import Day
from tests.servers.stores import migrated_store
from ventanilla.store import tables as t
from ventanilla.store.engine import Store
from ventanilla.words import Verdict

SOME = st.integers(0, 30)
FEW = st.integers(0, 3)
TROUBLE = st.one_of(st.none(), st.none(), st.tuples(st.sampled_from(How), st.integers(1, 12)))
"""What a step dies of, and at which of its writes."""
Trouble = tuple[How, int] | None
Open = Callable[[], AbstractContextManager[Store]]


class AnyDay(RuleBasedStateMachine):
    """Hypothesis chooses; the day does."""

    def __init__(self, open_one: Open, seen: Counter[str]) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._opened, self._seen, self._looked_at = open_one(), seen, -1
        self.day = Day(self._opened.__enter__(), Path(self._folder.name))

    def teardown(self) -> None:
        try:
            self.day.come_to_rest()
            self._all_holds(at_rest=True)
            self._seen.update(steps=self.day.steps, deaths=self.day.deaths, refused=self.day.refused)
            self._seen.update(cases=len(self.day.house.rows(t.conversations)))
        finally:
            self.day.close()
            self._opened.__exit__(None, None, None)
            self._folder.cleanup()

    @initialize(letters=st.integers(2, 8))
    def it_begins_with_some_post(self, letters: int) -> None:
        for number in range(letters):
            self.day.somebody_writes(number, number, "Hola")
        self.day.some_are_routed(letters, latest_first=False)

    @rule(channel=FEW, who=FEW, trouble=TROUBLE)
    def somebody_writes(self, channel: int, who: int, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.somebody_writes(channel, who, "¿Cuándo llega?")

    @rule(channel=FEW, who=FEW, letters=st.integers(2, 5))
    def somebody_is_in_distress(self, channel: int, who: int, letters: int) -> None:
        for _ in range(letters):
            self.day.somebody_writes(channel, who, "¡Por favor!")
        self.day.some_are_routed(letters, latest_first=False)

    @rule(which=SOME, who=FEW)
    def somebody_answers(self, which: int, who: int) -> None:
        self.day.somebody_answers(which, who)

    @rule(which=SOME)
    def a_chat_is_edited(self, which: int) -> None:
        self.day.a_chat_is_edited(which)

    @rule(verdict=st.sampled_from([Verdict.LIST, Verdict.SPAM, Verdict.BOUNCE, Verdict.GREETING]))
    def a_machine_writes(self, verdict: Verdict) -> None:
        self.day.a_machine_writes(verdict)

    @rule()
    def something_unreadable_comes(self) -> None:
        self.day.something_unreadable_comes()

    @rule(which=SOME, renumbered=st.booleans())
    def an_item_comes_again(self, which: int, renumbered: bool) -> None:
        self.day.an_item_comes_again(which, renumbered=renumbered)

    @rule(how_many=st.integers(1, 5), latest_first=st.booleans(), trouble=TROUBLE)
    def some_are_routed(self, how_many: int, latest_first: bool, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.some_are_routed(how_many, latest_first=latest_first)

    @rule(what=SOME, which=SOME, other=SOME, who=SOME, pick=SOME, trouble=TROUBLE)
    def somebody_moves(self, what: int, which: int, other: int, who: int, pick: int, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.somebody_moves(what, which, other, who, pick)

    @rule(what=SOME, which=FEW, other=FEW, who=SOME, pick=SOME, trouble=TROUBLE)
    def somebody_moves_one_of_the_first(
        self, what: int, which: int, other: int, who: int, pick: int, trouble: Trouble
    ) -> None:
        self.day.trouble = trouble
        self.day.somebody_moves(what, which, other, who, pick)

    @rule(which=SOME)
    def an_answer_is_withdrawn(self, which: int) -> None:
        self.day.an_answer_is_withdrawn(which)

    @rule(who=FEW, hours=st.sampled_from([0, 0, 1, 9]), cover=FEW)
    def somebody_comes_or_goes(self, who: int, hours: int, cover: int) -> None:
        self.day.somebody_comes_or_goes(who, hours, cover)

    @rule(minutes=st.sampled_from([1, 11, 61, 600, 20 * 24 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.day.house.later(minutes=minutes)

    @rule(trouble=TROUBLE)
    def the_sweeper_sweeps(self, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.the_sweeper_sweeps()

    @rule(trouble=TROUBLE)
    def the_sweeper_brings_back(self, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.the_sweeper_brings_back()

    @rule(trouble=TROUBLE)
    def letters_go_out(self, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.letters_go_out()

    @rule(which=FEW, mood=st.sampled_from(Mood))
    def a_provider_is(self, which: int, mood: Mood) -> None:
        self.day.a_provider_is(which, mood)
        self.day.letters_go_out()

    @rule(which=FEW, trouble=TROUBLE)
    def the_file_changes(self, which: int, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.the_file_changes(which)

    @rule(which=SOME, trouble=TROUBLE)
    def a_customer_is_erased(self, which: int, trouble: Trouble) -> None:
        self.day.trouble = trouble
        self.day.a_customer_is_erased(which)

    @invariant()
    def all_holds(self) -> None:
        if self._looked_at != self.day.crashes.writes:  # else nothing was written since
            self._all_holds()
        self._looked_at = self.day.crashes.writes

    def _all_holds(self, *, at_rest: bool = False) -> None:
        no_promise_is_broken(self.day, at_rest=at_rest)
        each_open_case_has_one_owner(self.day)
        each_item_has_one_fate(self.day)
        no_letter_goes_out_twice(self.day)


@pytest.fixture
def open_one(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Open:
    folders = count()

    def open_it() -> AbstractContextManager[Store]:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        return migrated_store(request, dialect, folder)

    return open_it


def live(open_one: Open, *, days: int, steps: int, derandomize: bool) -> Counter[str]:
    """So many days of so many steps; what was seen in them."""
    seen = Counter[str]()
    make: Any = lambda: AnyDay(open_one, seen)  # noqa: E731  it asks for a class and only calls it
    run_state_machine_as_test(
        make,
        settings=settings(
            max_examples=days,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=derandomize,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return seen


@pytest.mark.fault(1, 2, 3, 12)
def test_a_few_days_hold_every_promise(open_one: Open) -> None:
    seen = live(open_one, days=3, steps=10, derandomize=True)

    assert seen["cases"] > 5


@pytest.mark.faults
@pytest.mark.fault(1, 2, 3, 12)
@pytest.mark.timeout(1800)
def test_many_days_hold_every_promise(open_one: Open, request: pytest.FixtureRequest) -> None:
    # the same days each time, unless --hypothesis-seed asks for others
    seen = live(open_one, days=40, steps=40, derandomize=request.config.getoption("--hypothesis-seed") is None)

    assert seen["deaths"] > 50
    assert seen["cases"] > 200
