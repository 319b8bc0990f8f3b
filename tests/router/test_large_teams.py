"""Who is next in a large team: found among a few, and the same answer as where everybody is looked at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from cli.applying import apply_file
from config.load import load_config
from router.assigning.responsible import Wanted, choose_responsible
from router.house import House, open_house
from ventanilla.store.agents import Person, lock_candidates
from ventanilla.store.engine import Store
from ventanilla.store.nearest_agents import _LIGHTEST
from ventanilla.store.tables import agents
from worker import utc_now

SIZE = 70
HEAD = '[service]\nname = "Big"\ndata_dir = "var"\ntimezone = "Europe/Madrid"\n[store]\nurl = "sqlite"\n'
NAMES = [f"{'zyxwabc'[number % 7]}{number}" for number in range(SIZE)]
SPOKEN = ('["en", "eu"]', '["en"]', '["en"]')
OUTSIDE = ["duty1", "duty2", "other"]


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    """Three teams of the same seventy, one for each strategy: all speak English, every third Basque besides. Three are in none."""
    people = [
        f"[agents.{name}]\ncapacity = {(2, 3, 7)[number % 3]}\nlanguages = {SPOKEN[number % 3]}\n"
        for number, name in enumerate([*NAMES, *OUTSIDE])
    ]
    listed = ", ".join(f'"{name}"' for name in NAMES)
    teams = [
        f'[teams.{name}]\nmembers = [{listed}]\nduty = ["duty1", "duty2", "{NAMES[5]}"]\nstrategy = "{name}"\n'
        for name in ("balanced", "longest_idle", "round_robin")
    ]
    file = tmp_path / "ventanilla.toml"
    file.write_text(HEAD + "".join([*people, *teams]), encoding="utf-8")
    loaded = load_config(file)
    apply_file(sqlite_store, loaded, now=utc_now())
    with sqlite_store.write() as connection:
        return open_house(connection, loaded.config, now=utc_now())


def everybody(connection: sa.Connection, team: str, others: Any) -> tuple[list[Person], frozenset[str]]:
    return lock_candidates(connection, team, others)


def any_day(connection: sa.Connection, random: Random) -> None:
    """Loads, presence and turns drawn anew: from a quiet night to a day on which everybody is full."""
    there, busy, moments = random.choice([0, 0.05, 0.5, 1]), random.choice([0, 1, 3, 7]), random.choice([1, 3, 100])
    now = utc_now()
    for row in connection.execute(sa.select(agents.c.name, agents.c.capacity)).all():
        last = random.randrange(moments + 1)
        values = {
            "on_duty": random.random() < there,
            "load": min(random.randint(0, busy), row.capacity + 1),
            "last_assigned_at": now - timedelta(hours=last) if last else None,
        }
        connection.execute(sa.update(agents).where(agents.c.name == row.name).values(values))


def any_case(random: Random) -> Wanted:
    anybody = [None, None, *random.sample(NAMES, 2), *OUTSIDE]
    contact = SimpleNamespace(
        id=1, last_owner=random.choice(anybody), account_manager=random.choice(anybody), restriction=None
    )
    return Wanted(
        team=random.choice(["balanced", "longest_idle", "balanced", "round_robin"]),
        contact=contact,
        language=random.choice(["en", "es", "en", "eu"]),
        languages=frozenset(random.choice([(), (), ("en",), ("eu",), ("pt",)])),
        waited=timedelta(minutes=random.choice([0, 20])),
        passed_by=frozenset(random.sample(NAMES, random.choice([0, 0, 3]))),
        concerned=tuple(random.sample([*NAMES, *OUTSIDE], random.choice([0, 2]))),
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_and_what_is_written_down_are_as_where_everybody_is_looked_at(
    sqlite_store: Store, house: House, seed: int
) -> None:
    random = Random(seed)
    with sqlite_store.write() as connection:
        for number in range(40):
            if number % 8 == 0:
                any_day(connection, random)
            wanted, now = any_case(random), utc_now()
            grant, choice = choose_responsible(connection, house, wanted, now=now, actor="test")
            plainly, all_of_them = choose_responsible(connection, house, wanted, now=now, actor="test", look=everybody)

            assert grant == plainly
            assert choice.considered[:10] == all_of_them.considered[:10]


def test_a_large_team_is_not_read_whole(sqlite_store: Store, house: House) -> None:
    contact = SimpleNamespace(id=1, last_owner=None, account_manager=None, restriction=None)
    with sqlite_store.write() as connection:
        connection.execute(sa.update(agents).values(on_duty=True))
        wanted = Wanted(team="balanced", contact=contact, language="en")
        grant, choice = choose_responsible(connection, house, wanted, now=utc_now(), actor="test")

    assert grant.decision["candidates"] == SIZE + 2
    assert len(choice.considered) < SIZE


def test_the_first_of_each_capacity_are_found_by_the_index_without_sorting(sqlite_store: Store) -> None:
    text = str(_LIGHTEST.compile(dialect=sqlite_store.engine.dialect))
    with sqlite_store.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (8, 8, "team", 10, 0)).all()

    steps = " ".join(row.detail for row in plan)
    assert "ix_agents_next" in steps
    assert "TEMP B-TREE" not in steps
