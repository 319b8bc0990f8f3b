"""What it costs to decide who gets the next case, from ten people and a thousand open cases to ten thousand and a million.

The very function that routing calls, in a transaction that counts the case as theirs and is then undone. Once with everybody in
teams of ten, once with everybody in one team.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.engines import Engine
from bench.rows import Row, at_most, told
from cli.applying import apply_file
from config.load import load_config
from config.opening import open_configured_store
from router.assigning.responsible import Wanted, choose_responsible
from router.house import House, open_house
from ventanilla.store.agents import note_assigned, shift_load
from ventanilla.store.engine import Store
from ventanilla.store.migrate import upgrade
from ventanilla.store.tables import contacts
from worker import utc_now

SIZES = ((10, 1_000), (100, 10_000), (1_000, 100_000), (10_000, 1_000_000))
TEAM, FLAT = 10, 2.0
DECISIONS, WARM = 300, 30
_HEAD = '[service]\nname = "Bench"\ndata_dir = "var"\ntimezone = "Europe/Madrid"\n[store]\nurl = "{store}"\n'
_CHANNEL = """[channels.soporte]
kind = "email"
mode = "observe"
team = "all"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = 1, security = "none", user = "u", password = "p" }}
"""
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {cases}) ",
    "postgresql": "WITH n AS (SELECT i FROM generate_series(1, {cases}) AS i) ",
}
_CASES = """INSERT INTO conversations (id, key, channel, team, contact_id, account, address, conversational, subject, state, owner,
 owned, assignment_number, pinned, priority, kind, language, skills, languages, tags, origin, created_at, first_message_at,
 last_message_at, waiting_since) {numbers}SELECT i, 'K' || i, 'soporte', 'team' || (i % {teams}), i + {away}, 'soporte@example.com',
 'c' || i || '@example.com', {no}, 'x', 'open', 'agent' || (i % {agents}), 1, 1, {no}, 'normal', 'query', 'es', '[]', '[]', '[]',
 'customer', {now}, {now}, {now}, {now} FROM n"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds, p50 and p99, of one decision."""

    agents: int
    cases: int
    one_team: bool
    middle: float
    late: float


def measure(folder: Path, engine: Engine, *, sizes: Sequence[tuple[int, int]] = SIZES) -> list[Row]:
    """A row for each size, and whether the cost is flat: the dearest by the cheapest, in teams of ten and in one team."""
    costs = [cost for agents, cases in sizes for cost in _at(folder / f"{agents}", engine, agents, cases)]
    rows = []
    for one_team in (False, True):
        found = [cost for cost in costs if cost.one_team is one_team]
        where = "all in one team" if one_team else "in teams of ten"
        figures = ", ".join(f"{cost.agents:,}/{cost.cases:,}: {cost.middle:.2f}" for cost in found)
        ratio = max(cost.middle for cost in found) / min(cost.middle for cost in found)
        what = f"{engine.name}: who is next, {where}, dearest by cheapest"
        rows.append(at_most("next agent", what, ratio, "times", FLAT, note=f"ms p50 at people/open cases: {figures}"))
        worst = max(cost.late for cost in found)
        rows.append(told("next agent", f"{engine.name}: who is next, {where}, the largest p99", worst, "ms"))
    return rows


def _at(folder: Path, engine: Engine, agents: int, cases: int) -> list[Cost]:
    store, house = _house(folder, engine, agents, cases)
    try:
        return [_cost(store, house, agents, cases, one_team=one_team) for one_team in (False, True)]
    finally:
        store.close()


def _cost(store: Store, house: House, agents: int, cases: int, *, one_team: bool) -> Cost:
    times = []
    for number in range(WARM + DECISIONS):
        team = "all" if one_team else f"team{number % max(1, agents // TEAM)}"
        began = time.perf_counter()
        _decide(store, house, team, contact=1 + number % 1000)
        times.append((time.perf_counter() - began) * 1000)
    kept = sorted(times[WARM:])
    return Cost(agents, cases, one_team, statistics.median(kept), kept[int(len(kept) * 0.99)])


def _decide(store: Store, house: House, team: str, *, contact: int) -> None:
    """In a transaction that is undone: what a second decision finds is what the first found."""
    with store.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin() as transaction:
        customer = connection.execute(sa.select(contacts).where(contacts.c.id == contact)).one()
        wanted = Wanted(team=team, contact=customer, language="es", just_written=True)
        now = utc_now()
        grant, _ = choose_responsible(connection, house, wanted, now=now, actor="bench")
        shift_load(connection, {grant.agent: 1})
        note_assigned(connection, grant.agent, now=now)
        transaction.rollback()


def _house(folder: Path, engine: Engine, agents: int, cases: int) -> tuple[Store, House]:
    folder.mkdir(parents=True)
    path = folder / "ventanilla.toml"
    path.write_text(_file(engine.new(), agents), encoding="utf-8")
    loaded, now = load_config(path), utc_now()
    store = open_configured_store(loaded.config)
    upgrade(store)
    apply_file(store, loaded, now=now)
    _fill(store, agents, cases)
    with store.write() as connection:
        return store, open_house(connection, loaded.config, now=now)


def _file(store: str, agents: int) -> str:
    names = [f"agent{number}" for number in range(agents)]
    parts = [_HEAD.format(store=store), _CHANNEL.format()]
    parts += [f'[agents.{name}]\nemail = "{name}@example.com"\ncapacity = 1000\n' for name in names]
    teams = {f"team{number}": names[number :: max(1, agents // TEAM)] for number in range(max(1, agents // TEAM))}
    for team, members in {**teams, "all": names}.items():
        listed = ", ".join(f'"{name}"' for name in members)
        parts.append(f'[teams.{team}]\nmembers = [{listed}]\nduty = ["agent0"]\n')
    return "".join(parts)


def _fill(store: Store, agents: int, cases: int) -> None:
    """Open cases past everything that checks rows one by one, which a million would wait for; and the loads that they make."""
    is_sqlite = store.is_sqlite
    dialect, now = store.engine.dialect.name, "'2026-11-22T10:00:00.000000Z'"
    values = {
        "numbers": _NUMBERS[dialect].format(cases=cases),
        "teams": max(1, agents // TEAM), "agents": agents, "away": 1000, "now": now, "no": "0" if is_sqlite else "false",
    }  # fmt: skip
    statement = _CASES.format(**values)
    with store.write() as connection:
        people = [{"id": number, "name": "c", "tags": [], "created_at": utc_now()} for number in range(1, 1001)]
        connection.execute(sa.insert(contacts), people)
    borrowed = store.engine.raw_connection()
    driver: Any = borrowed.driver_connection
    if not is_sqlite:
        driver.autocommit = True
        statement = statement.replace(now, f"{now}::timestamptz")
    driver.execute("PRAGMA foreign_keys = OFF" if is_sqlite else "SET session_replication_role = replica")
    driver.execute(statement)
    driver.execute(f"UPDATE agents SET load = {cases // agents}")
    driver.execute("ANALYZE")
    borrowed.detach()  # it is not for others any more
    driver.close()
