"""`erase` and the law: a complaint is kept as long as its pack says, and a case whose legal deadline runs is not touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from router.keeping import why_kept
from tests.cli.test_erase import LUCIA, finish, keys_of
from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store
from ventanilla.store.tables import clocks, conversations

LAW = '[promises.quejas]\npack = "es-ley-10-2025"\napplies_to = { kind = "complaint" }\nfirst_response = { within = "1h" }\n'


def ended_complaint(store: Store, folder: Path) -> Town:
    town = build_town(store, folder, more=LAW)
    town.write(LUCIA)
    finish(town, keys_of(town, LUCIA))
    with store.write() as connection:
        connection.execute(sa.update(conversations).values(kind="complaint"))
    return town


def reasons(town: Town, *, later: timedelta = timedelta(0)) -> list[tuple[str, datetime | None]]:
    with town.store.read() as connection:
        found = why_kept(connection, town.house, [1], now=datetime.now(UTC) + later)
    return [(one.why, one.until) for one in found]


def test_a_complaint_is_kept_for_as_long_as_its_law_says(sqlite_store: Store, tmp_path: Path) -> None:
    town = ended_complaint(sqlite_store, tmp_path)
    with sqlite_store.write() as connection:
        connection.execute(sa.update(conversations).values(resolved_at=datetime(2024, 2, 29, 9, tzinfo=UTC)))
    assert reasons(town) == [("law", datetime(2029, 3, 1, 9, tzinfo=UTC))]
    assert reasons(town, later=timedelta(days=6 * 366)) == []
    with sqlite_store.write() as connection:
        connection.execute(sa.update(conversations).values(kind="query"))
    assert reasons(town) == []


def test_a_case_whose_legal_deadline_runs_is_not_erased(sqlite_store: Store, tmp_path: Path) -> None:
    town = ended_complaint(sqlite_store, tmp_path)
    due = datetime.now(UTC) + timedelta(days=9)
    row = {"conversation_id": 1, "metric": "legal", "number": 1, "name": "es-consumidores:claim", "channel": "soporte"}
    row |= {
        "team": "atencion",
        "kind": "query",
        "priority": "normal",
        "started_at": due - timedelta(days=15),
        "due_at": due,
    }
    with sqlite_store.write() as connection:
        connection.execute(sa.update(conversations).values(kind="query"))
        connection.execute(sa.delete(clocks))
        connection.execute(sa.insert(clocks).values(config_version=1, day="2026-11-22", hour=9, **row))
    assert reasons(town) == [("deadline", due)]


def test_what_holds_for_a_case_holds_for_what_was_merged_into_it(sqlite_store: Store, tmp_path: Path) -> None:
    town = build_town(sqlite_store, tmp_path)
    town.write(LUCIA)
    town.write(LUCIA)
    first, second = keys_of(town, LUCIA)
    assert town.run("merge", second, "--into", first, "--as", "ana") in (0, 2)
    with sqlite_store.read() as connection:
        merged = connection.scalar(sa.select(conversations.c.merged_into).where(conversations.c.key == second))
        assert merged == 1
        found = why_kept(connection, town.house, [2], now=datetime.now(UTC))
    assert [(one.case_id, one.key, one.why) for one in found][:1] == [(2, first, "open")]
