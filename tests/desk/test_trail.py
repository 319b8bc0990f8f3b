"""Following rows to their end: each once, whatever order they come and end in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from desk.machine import trail as desk_trail
from desk.machine.trail import Trail


@dataclass
class Table:
    """Rows by id: their state."""

    rows: dict[int, str] = field(default_factory=dict)
    read: int = 0

    def after(self, last: int, most: int) -> list[dict[str, Any]]:
        return self.of([number for number in sorted(self.rows) if number > last][:most])

    def of(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        found = [{"id": number, "state": self.rows[number]} for number in sorted(ids) if number in self.rows]
        self.read += len(found)
        return found

    def trail(self, **open_rows: Any) -> Trail:
        newest = max(self.rows, default=0)
        waiting = {number: None for number, state in self.rows.items() if state == "pending"}
        return Trail(newest=newest, open=waiting, final=frozenset({"done"}), after=self.after, of=self.of)


def test_each_row_is_told_once_when_it_ends_and_what_had_ended_before_never() -> None:
    table = Table({1: "done", 2: "pending"})
    trail = table.trail()
    table.rows |= {3: "done", 4: "pending"}

    assert [row["id"] for row in trail.ended()] == [3]
    table.rows |= {2: "done", 4: "done"}
    assert [row["id"] for row in trail.ended()] == [2, 4]
    assert trail.ended() == []


def test_a_row_that_commits_after_one_with_a_higher_number_is_not_lost() -> None:
    table = Table({1: "done"})
    trail = table.trail()
    table.rows |= {5: "done"}
    assert [row["id"] for row in trail.ended()] == [5]

    table.rows |= {3: "pending"}
    assert trail.ended() == []
    table.rows |= {3: "done"}
    assert [row["id"] for row in trail.ended()] == [3]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_row_is_told_exactly_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_trail, "STEP", 7)
    dice = random.Random(seed)
    table = Table()
    trail = table.trail()
    told: list[int] = []
    late: list[int] = []
    for number in range(1, 300):
        if dice.random() < 0.1:
            late.append(number)
        else:
            table.rows[number] = dice.choice(("pending", "done"))
        if late and dice.random() < 0.3:
            table.rows[late.pop(0)] = "pending"
        for waiting in [one for one, state in table.rows.items() if state == "pending" and dice.random() < 0.2]:
            table.rows[waiting] = "done"
        if dice.random() < 0.3:
            told += [row["id"] for row in trail.ended()]
    table.rows |= dict.fromkeys([*late, *table.rows], "done")
    while more := trail.ended():
        told += [row["id"] for row in more]

    assert sorted(told) == sorted(table.rows)


def test_one_look_reads_a_bounded_part_and_what_is_let_go_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_trail, "STEP", 10)
    monkeypatch.setattr(desk_trail, "MOST_OPEN", 20)
    table = Table()
    trail = table.trail()
    table.rows |= dict.fromkeys(range(1, 1001), "pending")

    assert trail.ended() == []
    assert table.read == 10 * desk_trail.STEPS
    assert (len(trail.open), trail.let_go) == (20, 30)
