"""Any day: random interleavings of all that may happen to a house, with crashes, hold every promise after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from structlog.testing import capture_logs

from tests.faults.after_sweeps import nothing_is_left_of
from tests.faults.crashes import How, Moment, Trouble
from tests.faults.promises_hold import all_holds
from tests.faults.providers import Mood
from tests.faults.whole_house import RANKS, Day
from tests.servers.stores import migrated_store
from ventanilla.store import tables as t
from ventanilla.store.engine import Store
from ventanilla.words import DeliveryState, Verdict

SOME = st.integers(0, 30)
FEW = st.integers(0, 3)
DEADLY = st.builds(
    Trouble,
    how=st.sampled_from([How.KILLED, How.CUT]),
    moment=st.sampled_from(Moment),
    number=st.sampled_from([1, 1, 1, 2, 2, 3, 5, 8, 13]),
)
OVERTAKING = st.builds(Trouble, how=st.just(How.OVERTAKEN), moment=st.just(Moment.COMMITTED), number=st.integers(1, 2))
TROUBLE = st.one_of(st.none(), DEADLY, DEADLY, OVERTAKING)
Open = Callable[[], AbstractContextManager[Store]]


class AnyDay(RuleBasedStateMachine):
    """Hypothesis chooses; the day does."""

    def __init__(self, open_one: Open, seen: Counter[str]) -> None:
        super().__init__()
        self._stack, self._seen, self._looked_at = ExitStack(), seen, -1
        self._logged = self._stack.enter_context(capture_logs())
        folder = self._stack.enter_context(TemporaryDirectory())
        self.day = Day(self._stack.enter_context(open_one()), Path(folder))
        self._stack.callback(self.day.close)
        self.day.after_death = self.all_holds
        self.day.when_done = lambda kind: nothing_is_left_of(kind, self.day.house)

    def teardown(self) -> None:
        with self._stack:
            self.day.come_to_rest()
            all_holds(self.day, self._logged, at_rest=True)
            self._seen.update({f"deaths in {kind}": number for kind, number in self.day.deaths.items()})
            self._seen.update({f"deaths at {where}": number for where, number in self.day.crashes.deaths.items()})
            self._seen.update(steps=self.day.steps.total(), refused=self.day.refused.total())
            self._seen.update(deaths=self.day.deaths.total(), cases=len(self.day.house.rows(t.conversations)))

    @initialize(letters=st.integers(2, 6))
    def it_begins_with_some_post(self, letters: int) -> None:
        for number in range(letters):
            self.day.somebody_writes(number, number, "Hola")
        self.day.some_are_routed(letters)

    @rule(channel=FEW, who=FEW, trouble=TROUBLE)
    def somebody_writes(self, channel: int, who: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.somebody_writes(channel, who, "¿Cuándo llega?")

    @rule(channel=FEW, who=FEW, letters=st.integers(2, 5), trouble=TROUBLE)
    def somebody_is_in_distress(self, channel: int, who: int, letters: int, trouble: Trouble | None) -> None:
        for _ in range(letters):
            self.day.somebody_writes(channel, who, "¡Por favor!")
        self.day.trouble = trouble
        self.day.some_are_routed(letters)

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

    @rule(which=SOME, renumbered=st.booleans(), trouble=TROUBLE)
    def an_item_comes_again(self, which: int, renumbered: bool, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.an_item_comes_again(which, renumbered=renumbered)

    @rule(how_many=st.integers(1, 5), latest_first=st.booleans(), again=st.booleans(), trouble=TROUBLE)
    def some_are_routed(self, how_many: int, latest_first: bool, again: bool, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.some_are_routed(how_many, latest_first=latest_first, again=again)

    @rule(what=SOME, which=SOME, other=SOME, who=SOME, pick=SOME, trouble=TROUBLE)
    def somebody_moves(self, what: int, which: int, other: int, who: int, pick: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.somebody_moves(what, which, other, who, pick)

    @rule(what=SOME, which=FEW, other=FEW, who=SOME, pick=SOME, trouble=TROUBLE)
    def somebody_moves_one_of_the_first(
        self, what: int, which: int, other: int, who: int, pick: int, trouble: Trouble | None
    ) -> None:
        self.day.trouble = trouble
        self.day.somebody_moves(what, which, other, who, pick)

    @rule(which=SOME, trouble=TROUBLE)
    def an_answer_is_withdrawn(self, which: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.an_answer_is_withdrawn(which)

    @rule(who=FEW, hours=st.sampled_from([0, 0, 1, 9]), cover=FEW, trouble=TROUBLE)
    def somebody_comes_or_goes(self, who: int, hours: int, cover: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.somebody_comes_or_goes(who, hours, cover)

    @rule(minutes=st.sampled_from([1, 11, 61, 600, 20 * 24 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.day.house.later(minutes=minutes)

    @rule(which=SOME, trouble=TROUBLE)
    def the_sweeper_sweeps(self, which: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.the_sweeper_sweeps(which, 4)

    @rule(trouble=TROUBLE)
    def the_sweeper_brings_back(self, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.the_sweeper_brings_back()

    @rule(trouble=TROUBLE, what=SOME, which=FEW)
    def letters_go_out(self, trouble: Trouble | None, what: int, which: int) -> None:
        """Overtaken by another who delivers, or by one of us who does something to a case."""
        day = self.day
        others = (None, lambda: day.somebody_moves(what, which, 0, 1, what), lambda: day.an_answer_is_withdrawn(which))
        day.trouble = trouble
        day.letters_go_out(others[which % 3])

    @rule(which=FEW, mood=st.sampled_from(Mood))
    def a_provider_is(self, which: int, mood: Mood) -> None:
        self.day.a_provider_is(which, mood)
        self.day.letters_go_out()

    @rule(which=SOME, state=st.sampled_from(list(RANKS)), trouble=TROUBLE)
    def a_provider_reports(self, which: int, state: DeliveryState, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.a_provider_reports(which, state)

    @rule(which=FEW, trouble=TROUBLE)
    def the_file_changes(self, which: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.the_file_changes(which)

    @rule(which=SOME, trouble=TROUBLE)
    def a_customer_is_erased(self, which: int, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.a_customer_is_erased(which)

    @rule(trouble=TROUBLE)
    def what_is_old_is_forgotten(self, trouble: Trouble | None) -> None:
        self.day.trouble = trouble
        self.day.what_is_old_is_forgotten()

    @invariant()
    def all_holds(self) -> None:
        if self._looked_at != self.day.crashes.commits:  # else nothing has changed since
            all_holds(self.day, self._logged)
        self._looked_at = self.day.crashes.commits


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
            phases=[Phase.generate],  # to shrink a day costs more than to read it
            deadline=None,
            database=None,
            derandomize=derandomize,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return seen


@pytest.mark.fault(1, 2, 3, 12)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_short_day_holds_every_promise(open_one: Open) -> None:
    seen = live(open_one, days=2, steps=3, derandomize=True)

    assert seen["cases"] > 1


@pytest.mark.faults
@pytest.mark.fault(1, 2, 3, 7, 12)
@pytest.mark.timeout(1800)
def test_many_days_hold_every_promise(open_one: Open, dialect: str, request: pytest.FixtureRequest) -> None:
    # the same days each time, unless --hypothesis-seed asks for others
    derandomize = request.config.getoption("--hypothesis-seed") is None
    seen = live(open_one, days=12 if dialect == "sqlite" else 6, steps=25, derandomize=derandomize)

    assert seen["deaths"] > 2  # that each kind of step dies is another test's business
    assert seen["cases"] > 12
