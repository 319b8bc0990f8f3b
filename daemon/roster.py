"""Which children run now, in which order, and which are on their way out. It knows no signal and no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from daemon.child import Child, ChildState, ChildStatus, Runner

log = structlog.get_logger(__name__)


class Roster:
    """The runners of the present children, and those of children that a reload removed and that are still ending."""

    def __init__(self, children: Sequence[Child], *, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._runners = [Runner(child, run_dir=run_dir) for child in children]
        self._leaving: list[tuple[Runner, float]] = []

    def __iter__(self) -> Iterator[Runner]:
        yield from self._runners
        yield from (runner for runner, _ in self._leaving)

    @property
    def statuses(self) -> list[ChildStatus]:
        return [runner.status for runner in self]

    @property
    def is_complete(self) -> bool:
        """True once every child has had its chance to start."""
        return all(runner.has_had_its_chance for runner in self._runners)

    def step(self, now: float) -> None:
        """One look at everybody: those who leave first, so that a successor finds the place free."""
        self._see_off(now)
        occupied = {runner.child.name for runner, _ in self._leaving}
        is_held = False
        for runner in self._runners:
            must_wait = is_held and runner.status.state is ChildState.WAITING
            if not must_wait and runner.child.name not in occupied:
                runner.step(now)
            is_held |= not runner.has_had_its_chance  # who has not begun yet waits for those before it

    def change_to(self, children: Sequence[Child], *, kill_at: float) -> None:
        """Keep who is the same, end who is gone or changed (by force from `kill_at` on), start who is new."""
        before = {runner.child.name: runner for runner in self._runners}
        self._runners = [
            before.pop(child.name)
            if child.name in before and _runs_the_same(before[child.name].child, child)
            else Runner(child, run_dir=self._run_dir)
            for child in children
        ]
        for runner in before.values():
            log.info("child_leaves", child=runner.child.name)
            runner.ask_to_end()
            self._leaving.append((runner, kill_at))

    def _see_off(self, now: float) -> None:
        for runner, kill_at in self._leaving:
            if now >= kill_at:
                runner.kill()
        self._leaving = [(runner, kill_at) for runner, kill_at in self._leaving if not runner.has_ended()]


def _runs_the_same(one: Child, other: Child) -> bool:
    return (tuple(one.argv), one.env, one.hung_after) == (tuple(other.argv), other.env, other.hung_after)
