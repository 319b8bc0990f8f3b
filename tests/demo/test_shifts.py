"""Who leaves and who is called in, and that it reaches the store as `away` and `back` would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from demo.shifts import BREAK, EARLY, LATE, LINE_LASTS, Scene, Shifts, Step, next_step
from ventanilla.store.engine import Store
from ventanilla.store.tables import absences, agents

NEVER = float("inf")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def scene(
    *,
    open_cases: int = 0,
    line_for: float = 0.0,
    away_for: Mapping[str, float] | None = None,
    since_call: float = NEVER,
    since_leave: float = NEVER,
) -> Scene:
    return Scene(
        open_cases=open_cases,
        line_for=line_for,
        away_for=dict.fromkeys(LATE, 60.0) if away_for is None else away_for,
        since_call=since_call,
        since_leave=since_leave,
    )


LATE_AWAY = dict.fromkeys(LATE, 60.0)


@pytest.mark.parametrize(
    ("now", "step"),
    [
        pytest.param(scene(), None, id="a quiet shop"),
        pytest.param(scene(open_cases=4), None, id="too early for a break"),
        pytest.param(scene(open_cases=5), (Step.LEAVE, EARLY[0]), id="the first break"),
        pytest.param(scene(open_cases=9, since_leave=20), None, id="one break at a time"),
        pytest.param(
            scene(open_cases=9, away_for=LATE_AWAY | {EARLY[0]: BREAK - 1}, since_leave=13), None, id="still away"
        ),
        pytest.param(
            scene(open_cases=9, away_for=LATE_AWAY | {EARLY[0]: BREAK}, since_leave=14),
            (Step.COME, EARLY[0]),
            id="the break is over",
        ),
        pytest.param(scene(line_for=LINE_LASTS - 1), None, id="a line that has just begun"),
        pytest.param(scene(line_for=LINE_LASTS), (Step.COME, LATE[0]), id="a line calls for help"),
        pytest.param(scene(line_for=9, since_call=2), None, id="help has just come"),
        pytest.param(
            scene(line_for=9, since_call=9, away_for={LATE[2]: 60.0}), (Step.COME, LATE[2]), id="whoever is left"
        ),
        pytest.param(scene(line_for=99, away_for={}, since_leave=1), None, id="nobody is left to call"),
    ],
)
def test_who_moves_next(now: Scene, step: tuple[Step, str] | None) -> None:
    assert next_step(now, first_break_at=5) == step


def test_a_later_break_is_somebody_of_the_early_shift_again() -> None:
    steps = {next_step(scene(open_cases=n, since_leave=50), first_break_at=5) for n in range(5, 12)}

    assert steps == {(Step.LEAVE, name) for name in EARLY}


def test_who_comes_later_is_away_in_the_store_until_called(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        for name in (*EARLY, *LATE):
            connection.execute(
                sa.insert(agents).values(
                    name=name, display_name=name, enabled=True, capacity=3, on_duty=True, duty_changes_at=None
                )
            )
    shifts = Shifts(sqlite_store, clock=lambda: NOON, first_break_at=5)

    shifts.open()

    with sqlite_store.read() as connection:
        away = list(connection.execute(sa.select(absences.c.agent, absences.c.ends_at)))
        due = set(connection.scalars(sa.select(agents.c.name).where(agents.c.duty_changes_at == NOON)))
    assert {row.agent for row in away} == due == set(LATE)
    assert {row.ends_at for row in away} == {None}
