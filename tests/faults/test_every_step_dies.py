"""One day on which everything is done once, and each step of it dies at each of its writes and commits before it is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.faults.after_sweeps import nothing_is_left_of
from tests.faults.crashes import How, Moment, Trouble
from tests.faults.promises_hold import all_holds
from tests.faults.providers import Mood
from tests.faults.whole_house import Day
from ventanilla.store.engine import Store
from ventanilla.words import DeliveryState, Verdict

DAYS = 24 * 60
Step = Callable[[], object]
Part = Callable[[Day], Iterator[None]]
BRIEF = (
    Trouble(how=How.KILLED, moment=Moment.COMMIT, number=1),
    Trouble(how=How.OVERTAKEN, moment=Moment.COMMITTED, number=1),
    Trouble(how=How.CUT, moment=Moment.COMMITTED, number=1),
    Trouble(how=How.KILLED, moment=Moment.COMMITTED, number=2),
)
ENOUGH = 15
"""Deaths of one kind of step, after which only writes of a new kind are tried."""
THOROUGH = (
    *(Trouble(how=How.KILLED, moment=Moment.COMMIT, number=number) for number in (1, 2, 3)),
    *(Trouble(how=How.CUT, moment=moment, number=1) for moment in (Moment.WRITE, Moment.COMMIT)),
    Trouble(how=How.OVERTAKEN, moment=Moment.COMMITTED, number=1),
    *(Trouble(how=how, moment=Moment.COMMITTED, number=1) for how in (How.KILLED, How.CUT)),
    Trouble(how=How.KILLED, moment=Moment.COMMITTED, number=2),
)


def customers_write(day: Day) -> Iterator[None]:
    for number in range(4):
        day.somebody_writes(number, number, "Hola")
    day.some_are_routed(2)
    day.some_are_routed(2, latest_first=True)
    yield
    day.somebody_answers(0, 0)
    day.a_chat_is_edited(0)
    day.something_unreadable_comes()
    day.a_machine_writes(Verdict.SPAM)
    day.some_are_routed(4, again=True)
    yield
    day.an_item_comes_again(0, renumbered=True)
    day.house.later(minutes=1)
    day.the_sweeper_brings_back()
    yield


def letters_go(day: Day) -> Iterator[None]:
    for which, mood in enumerate((Mood.LOSES_ANSWER, Mood.TAKES, Mood.REFUSES)):
        day.a_provider_is(which, mood)
    day.letters_go_out()
    day.somebody_writes(0, 0, "¿Y?")
    day.some_are_routed(1)
    day.a_provider_is(1, Mood.SLOW)
    day.letters_go_out()
    for which in range(3):
        day.a_provider_is(which, Mood.TAKES)
    day.house.later(minutes=11)
    day.letters_go_out()
    yield
    for which, state in enumerate((DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.SENT)):
        day.a_provider_reports(which, state)
    day.a_provider_reports(0, DeliveryState.SENT)
    yield


def people_work(day: Day) -> Iterator[None]:
    everyday = ("accept", "add_note", "called", "set_kind", "set_priority", "add_collaborator", "remove_collaborator")
    for move in everyday:
        day.somebody_moves(move, 0, 0, 1, 1)
    yield
    for move in ("restrict", "unrestrict", "block", "unrestrict", "hold", "unhold", "write_first"):
        day.somebody_moves(move, 1, 0, 0, 2)
    yield
    day.somebody_moves("reply", 0, 0, 1, 0)
    day.an_answer_is_withdrawn(0)
    day.somebody_moves("reply", 0, 0, 1, 1)
    day.house.later(minutes=2)
    day.letters_go_out()
    yield


def cases_change_hands(day: Day) -> Iterator[None]:
    day.somebody_moves("transfer", 1, 0, 1, 1)
    day.somebody_moves("decline", 1, 0, 1, 1)
    yield
    day.somebody_comes_or_goes(0, 9, 2)
    for minutes in (30, 90, 20 * 60):
        day.house.later(minutes=minutes)
        day.the_sweeper_sweeps()
    yield
    day.somebody_comes_or_goes(0, 0, 0)
    for file in (2, 3):
        day.the_file_changes(file)
        day.the_sweeper_sweeps(0, 9)
    day.house.later(minutes=3 * DAYS)
    day.the_sweeper_sweeps()
    yield
    day.the_file_changes(1)
    day.the_sweeper_sweeps(0, 9)
    yield


def cases_end(day: Day) -> Iterator[None]:
    day.somebody_moves("merge", 1, 2, 1, 0)
    day.somebody_moves("unmerge", 1, 2, 1, 0)
    yield
    day.somebody_writes(0, 1, "Una cosa")
    day.some_are_routed(9)
    day.somebody_answers(-1, 1)
    day.some_are_routed(9)
    day.somebody_moves("split", -1, 0, 1, 1)
    yield
    day.somebody_moves("reply", -2, 0, 1, 0)
    for _ in range(3):  # who sends it dies, and has to be missed for ten minutes
        day.house.later(minutes=11)
        day.letters_go_out()
    day.somebody_moves("answered_in", -1, -2, 1, 0)
    yield
    for move in ("resolve", "reopen", "resolve"):
        day.somebody_moves(move, -1, 0, 1, 1)
    day.somebody_moves("wait", -2, 0, 1, 0)
    day.the_sweeper_sweeps()
    day.house.later(minutes=90)
    day.the_sweeper_sweeps()
    yield
    day.somebody_moves("mark_spam", 3, 1, 1, 3)
    yield


def what_is_done_with_goes(day: Day) -> Iterator[None]:
    day.somebody_writes(0, 2, "Olvídenme")
    day.some_are_routed(9)
    day.somebody_moves("mark_spam", -1, 0, 1, 1)
    for _ in range(2):
        day.house.later(minutes=11)
        day.letters_go_out()
    yield
    day.a_customer_is_erased(-1)
    yield
    day.somebody_writes(0, 1, "Pido", subject="Petición")
    day.some_are_routed(9)
    day.the_sweeper_sweeps()
    day.time_goes_by_until_a_law_wants_an_answer()
    day.the_sweeper_sweeps()
    yield
    day.house.later(minutes=20 * DAYS)
    day.the_sweeper_sweeps()
    day.what_is_old_is_forgotten()
    yield


def a_little_of_it(day: Day) -> Iterator[None]:
    for _ in range(2):
        day.somebody_writes(0, 0, "Hola")
    day.some_are_routed(2, again=True)
    day.somebody_moves("transfer", 0, 0, 1, 1)
    day.somebody_moves("reply", 0, 0, 1, 0)
    day.house.later(minutes=2)
    day.letters_go_out()
    yield
    day.somebody_moves("merge", 1, 0, 1, 1)
    day.the_sweeper_sweeps(0, 1)
    yield


PARTS = (customers_write, letters_go, people_work, cases_change_hands, cases_end, what_is_done_with_goes)
SWEEPS = (
    "catch_up",
    "drain_line",
    "lapse_acceptances",
    "move_on_from_absent",
    "warn_and_break",
    "send_morning_digests",
    "hand_over_leavers",
    "announce_delays",
    "tell_before_late",
    "wake_what_waited",
    "close_what_is_over",
    "write_webhooks",
)
KINDS = {
    *(
        "pull",
        "route",
        "bring back",
        "deliver",
        "report",
        "presence",
        "file",
        "erase",
        "retention",
        "withdraw",
        "reply",
    ),
    *("transfer", "accept", "decline", "add_note", "called", "set_kind", "add_collaborator", "remove_collaborator"),
    *("restrict", "unrestrict", "block", "hold", "unhold", "write_first", "merge", "unmerge", "mark_spam"),
    *("split", "resolve", "reopen", "wait", "answered_in"),
    *(f"sweep {name}" for name in SWEEPS),
}

ON_A_CALM_DAY = {"answered_in", "sweep announce_delays"}
"""What deaths before it may leave nothing to do for: a calm day demands it."""


def dying(day: Day, *, thorough: bool) -> Callable[[str, Step], None]:
    """Lets each kind of step die instead of each kind of write that it does, and each step at a COMMIT and after it."""
    known: dict[str, set[str]] = defaultdict(set)

    def die(kind: str, step: Step) -> None:
        new = Trouble(how=How.KILLED, moment=Moment.WRITE, known=known[kind])
        before = day.crashes.writes
        while day.die_once(kind, step, new) and thorough:
            pass
        if day.crashes.writes == before or day.deaths[kind] > ENOUGH:
            return
        for trouble in THOROUGH if thorough else BRIEF:
            day.die_once(kind, step, trouble)

    return die


def live_through(store: Store, folder: Path, parts: tuple[Part, ...], *, thorough: bool, calm: bool = False) -> Day:
    with capture_logs() as logged, closing(Day(store, folder)) as day:
        looked_at = -1

        def look() -> None:
            nonlocal looked_at
            if looked_at != day.crashes.commits:
                all_holds(day, logged)
            looked_at = day.crashes.commits

        day.after_death = look if thorough else lambda: None
        day.when_done = lambda kind: nothing_is_left_of(kind, day.house)
        day.always = None if calm else dying(day, thorough=thorough)
        for part in parts:
            for _ in part(day):
                look()
        day.always = None
        day.come_to_rest(3 if thorough else 1)
        all_holds(day, logged, at_rest=True)
    return day


@pytest.mark.fault(2, 3, 7)
def test_whatever_dies_once_on_its_way_is_done_in_the_end(store: Store, tmp_path: Path) -> None:
    day = live_through(store, tmp_path, (a_little_of_it,), thorough=False)

    died = {kind for kind, deaths in day.deaths.items() if deaths >= 2}
    assert died >= {"pull", "route", "transfer", "reply", "deliver", "merge", "sweep catch_up"}


@pytest.mark.faults
@pytest.mark.fault(12)
def test_on_a_calm_day_everything_is_done_and_every_promise_holds(store: Store, tmp_path: Path) -> None:
    day = live_through(store, tmp_path, PARTS, thorough=False, calm=True)

    assert {kind for kind in KINDS if not day.wrote[kind]} == set()
    assert +day.refused == {}
    assert day.forgotten > 0


@pytest.mark.faults
@pytest.mark.fault(1, 2, 3, 7, 12)
@pytest.mark.timeout(900)
def test_each_step_may_die_at_each_of_its_writes(store: Store, tmp_path: Path) -> None:
    day = live_through(store, tmp_path, PARTS, thorough=True)

    assert {kind for kind in KINDS - ON_A_CALM_DAY if day.deaths[kind] < 2} == set()
    assert {kind for kind in KINDS - ON_A_CALM_DAY if day.refused[kind] == day.steps[kind]} == set()
    where = day.crashes.deaths
    assert where[Moment.COMMIT] > 30
    assert where[Moment.COMMITTED] > 20
    assert where["overtaken"] > 10
    assert len(where) > 30, "of so many kinds of writes"
    assert day.forgotten > 0
