"""Who is next in a large team: found among a few, and the same answer as where everybody is looked at."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
from router.incoming.ahead import lock_ahead
from tests.servers.ports import wait_until
from ventanilla.store.agents import Person, lock_agents, lock_candidates, note_assigned
from ventanilla.store.assignments import Grant
from ventanilla.store.engine import Store
from ventanilla.store.nearest_agents import _LIGHTEST, _LIGHTEST_OF_EACH
from ventanilla.store.once import remember
from ventanilla.store.tables import agents
from worker import utc_now

SIZE = 90
HEAD = '[service]\nname = "Big"\ndata_dir = "var"\ntimezone = "Europe/Madrid"\n[store]\nurl = "sqlite"\n'
CHANNEL = """[channels.soporte]
kind = "email"
mode = "observe"
team = "alike"
address = "soporte@example.com"
imap = { host = "127.0.0.1", port = 1, security = "none", user = "u", password = "p" }
"""
NAMES = [f"{'zyxwabc'[number % 7]}{number}" for number in range(SIZE)]
ALIKE = [name for number, name in enumerate(NAMES) if number % 3]
SPOKEN = ('["en", "eu"]', '["en"]', '["en"]')
OUTSIDE = ["duty1", "duty2", "zzz"]


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return house_in(store, tmp_path)


def house_in(store: Store, tmp_path: Path) -> House:
    """Three teams of the same ninety, one for each strategy: all speak English, every third Basque besides. Those who do not are a
    team of their own. Three are in none. Everybody is there and holds nothing."""
    people = [
        f"[agents.{name}]\ncapacity = {(2, 3, 7)[number % 3]}\nlanguages = {SPOKEN[number % 3]}\n"
        for number, name in enumerate([*NAMES, *OUTSIDE])
    ]
    listed = ", ".join(f'"{name}"' for name in NAMES)
    teams = [
        f'[teams.{name}]\nmembers = [{listed}]\nduty = ["duty1", "duty2", "{NAMES[5]}"]\nstrategy = "{name}"\n'
        for name in ("balanced", "longest_idle", "round_robin")
    ]
    alike = ", ".join(f'"{name}"' for name in ALIKE)
    teams.append(f'[teams.alike]\nmembers = [{alike}]\nduty = ["duty1"]\n')
    file = tmp_path / "ventanilla.toml"
    file.write_text(HEAD + CHANNEL + "".join([*people, *teams]), encoding="utf-8")
    loaded = load_config(file)
    apply_file(store, loaded, now=utc_now())
    with store.write() as connection:
        connection.execute(sa.update(agents).values(on_duty=True))
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
    store: Store, house: House, seed: int
) -> None:
    random = Random(seed)
    with store.write() as connection:
        for number in range(40):
            if number % 8 == 0:
                any_day(connection, random)
            wanted, now = any_case(random), utc_now()
            grant, choice = choose_responsible(connection, house, wanted, now=now, actor="test")
            plainly, all_of_them = choose_responsible(connection, house, wanted, now=now, actor="test", look=everybody)

            assert grant == plainly
            assert choice.considered[:10] == all_of_them.considered[:10]


def test_a_large_team_is_not_read_whole(store: Store, house: House) -> None:
    contact = SimpleNamespace(id=1, last_owner=None, account_manager=None, restriction=None)
    with store.write() as connection:
        wanted = Wanted(team="balanced", contact=contact, language="en")
        grant, choice = choose_responsible(connection, house, wanted, now=utc_now(), actor="test")

    assert grant.decision["candidates"] == SIZE + 2
    assert len(choice.considered) < SIZE


def test_the_first_of_each_capacity_are_found_by_the_index_without_sorting(store: Store, house: House) -> None:
    with store.write() as connection:
        steps = plan_of_lightest(connection)

    assert "ix_agents_next" in steps
    assert "TEMP B-TREE" not in steps
    assert "Sort" not in steps


def test_processes_that_choose_one_by_one_at_the_same_time_give_nobody_two_while_others_have_none(
    postgresql_store: Store, tmp_path: Path
) -> None:
    house = house_in(postgresql_store, tmp_path)

    def choose_ten() -> None:
        for _ in range(10):
            with postgresql_store.write() as connection:
                assign(connection, house, "balanced")

    at_once(4, choose_ten)

    assert sorted(loads(postgresql_store, house, "balanced")) == [0] * (SIZE - 40) + [1] * 40


def test_batches_at_the_same_time_give_nobody_two_while_others_have_none(
    postgresql_store: Store, tmp_path: Path
) -> None:
    house = house_in(postgresql_store, tmp_path)

    def choose_twelve_together() -> None:
        with postgresql_store.write() as connection:
            remember(connection)
            lock_ahead(connection, house, {"soporte"}, [], number=12)
            for _ in range(12):
                assign(connection, house, "alike")

    at_once(4, choose_twelve_together)

    assert sorted(loads(postgresql_store, house, "alike")) == [0] * (len(ALIKE) - 48) + [1] * 48


def test_who_goes_off_duty_while_it_waits_for_their_row_is_not_all_that_is_seen(
    postgresql_store: Store, tmp_path: Path
) -> None:
    house = house_in(postgresql_store, tmp_path)
    gone = sorted(ALIKE)[:45]  # of either capacity all who come first
    with ThreadPoolExecutor(1) as pool:
        with postgresql_store.write() as connection:
            connection.execute(sa.update(agents).where(agents.c.name.in_(gone)).values(on_duty=False))
            chosen = pool.submit(choose_one, postgresql_store, house)
            wait_until(lambda: waiting(postgresql_store) == 1, what="somebody who waits for those rows")
        grant = chosen.result(60)

    assert grant.agent in set(ALIKE) - set(gone)
    assert not grant.in_line


def test_a_batch_sees_who_goes_off_duty_while_it_waits_for_their_row(postgresql_store: Store, tmp_path: Path) -> None:
    house = house_in(postgresql_store, tmp_path)
    gone = sorted(ALIKE)[:45]  # of either capacity all who come first

    def choose_two() -> None:
        with postgresql_store.write() as connection:
            remember(connection)
            lock_ahead(connection, house, {"soporte"}, [], number=2)
            assign(connection, house, "alike")
            assign(connection, house, "alike")

    with ThreadPoolExecutor(1) as pool:
        with postgresql_store.write() as connection:
            connection.execute(sa.update(agents).where(agents.c.name.in_(gone)).values(on_duty=False))
            done = pool.submit(choose_two)
            wait_until(lambda: waiting(postgresql_store) == 1, what="somebody who waits for those rows")
        done.result(60)

    assert sum(loads(postgresql_store, house, "alike")) == 2
    with postgresql_store.read() as connection:
        given = set(connection.scalars(sa.select(agents.c.name).where(agents.c.load > 0)))
    assert given <= set(ALIKE) - set(gone)


def test_whoever_hands_over_a_leavers_cases_and_whoever_routes_do_not_wait_for_each_other(
    postgresql_store: Store, tmp_path: Path
) -> None:
    house = house_in(postgresql_store, tmp_path)
    with ThreadPoolExecutor(1) as pool:
        with postgresql_store.write() as connection:
            lock_agents(connection)  # everybody, as where somebody leaves
            other = pool.submit(choose_one, postgresql_store, house)
            wait_until(lambda: waiting(postgresql_store) == 1, what="the other one who waits")
            assign(connection, house, "alike")
        other.result(60)


def test_a_new_file_in_which_somebody_has_left_and_whoever_routes_do_not_wait_for_each_other(
    postgresql_store: Store, tmp_path: Path
) -> None:
    house = house_in(postgresql_store, tmp_path)
    file = tmp_path / "ventanilla.toml"
    text = file.read_text(encoding="utf-8").replace("[agents.zzz]\n", '[agents.zzz]\nleft = "2026-01-01"\n')
    file.write_text(text, encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        with postgresql_store.write() as connection:
            lock_agents(connection, ["zzz"])
            applied = pool.submit(apply_file, postgresql_store, load_config(file), now=utc_now())
            wait_until(lambda: waiting(postgresql_store) == 1, what="the new file, which waits for somebody's row")
            chosen = pool.submit(choose_one, postgresql_store, house)
            wait_until(lambda: waiting(postgresql_store) == 2, what="the other one who waits")
        chosen.result(60)
        assert applied.result(60).left == ("zzz",)


def choose_one(store: Store, house: House) -> Grant:
    with store.write() as connection:
        return assign(connection, house, "alike")


def waiting(store: Store) -> int:
    """How many of this store's transactions wait for another."""
    with store.read() as connection:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return int(connection.exec_driver_sql(waits).scalar() or 0)


def plan_of_lightest(connection: sa.Connection) -> str:
    """How the store would find them, where everybody is there and holds the same."""
    connection.execute(sa.update(agents).values(on_duty=True))
    if connection.dialect.name == "sqlite":
        text = str(_LIGHTEST.compile(dialect=connection.dialect))
        return " ".join(
            row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (7, 7, "team", 10, 0)).all()
        )
    text = str(_LIGHTEST_OF_EACH.compile(dialect=connection.dialect))
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table of a few dozen rows is read whole otherwise
    connection.exec_driver_sql("SET LOCAL enable_hashjoin = off")
    return "\n".join(connection.exec_driver_sql(f"EXPLAIN {text}", {"team": "balanced", "most": 10}).scalars())


def assign(connection: sa.Connection, house: House, team: str) -> Grant:
    """As routing does for one case."""
    contact = SimpleNamespace(id=1, last_owner=None, account_manager=None, restriction=None)
    wanted = Wanted(team=team, contact=contact, language="en", exclude_case=1)
    grant, _ = choose_responsible(connection, house, wanted, now=utc_now(), actor="test")
    note_assigned(connection, grant.agent, now=utc_now(), by=1)
    return grant


def loads(store: Store, house: House, team: str) -> list[int]:
    names = house.config.teams[team].members
    with store.read() as connection:
        return list(connection.scalars(sa.select(agents.c.load).where(agents.c.name.in_(names))))


def at_once(number: int, work: Callable[[], None]) -> None:
    """Several threads do the same at the same time; the first error of any is raised."""
    with ThreadPoolExecutor(number) as pool:
        for future in [pool.submit(work) for _ in range(number)]:
            future.result(120)
