"""Upgrades: from nothing to the schema of tables.py, in one transaction, never backwards, and every promise still refuses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from tests.store.ddl import create_statements
from tests.store.promises import BREAKS, check_refused, lay_ground
from tests.store.rows import everything
from tests.store.schema import schema_of
from ventanilla.errors import Temporary, Unreachable
from ventanilla.store import migrate
from ventanilla.store.engine import Store, open_store
from ventanilla.store.migrate import current_revision, require_current, upgrade
from ventanilla.store.revision import newest_revision
from ventanilla.store.tables import metadata

FIRST = "0001"

REBUILDS = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9001", "{before}"

def upgrade():
    for table in ("assignments", "conversations", "messages", "inbox", "outbox", "agents", "events"):
        with op.batch_alter_table(table, recreate="always" if op.get_bind().dialect.name == "sqlite" else "auto") as batch:
            batch.add_column(sa.Column("later", sa.Text))
"""
BREAKS_A_REFERENCE = """
from alembic import op

revision, down_revision = "9001", "{before}"

def upgrade():
    op.execute("CREATE TABLE half_way (id INTEGER)")
    op.execute("DELETE FROM teams")
"""


def test_an_empty_database_is_brought_up_to_date_and_a_repeat_does_nothing(new_store: Callable[[], Store]) -> None:
    store = new_store()

    first = upgrade(store)
    again = upgrade(store)

    assert first[0] == FIRST
    assert first[-1] == newest_revision()
    assert again == ()
    require_current(store)


def test_the_migrations_arrive_at_the_schema_of_tables_py(store: Store, new_store: Callable[[], Store]) -> None:
    direct = new_store()
    with direct.write() as connection:
        for statement in create_statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

    migrated, written = schema_of(store.engine), schema_of(direct.engine)
    assert migrated["triggers"] == written["triggers"]
    for name, table in written["tables"].items():
        assert migrated["tables"].pop(name) == table
    assert migrated["tables"] == {}


def _is_declared(name: str | None, kind: str, _parents: object) -> bool:
    """What finds words is written out (tables/search.py): Alembic knows neither FTS5's tables nor indexes over functions."""
    return "_search" not in (name or "") or kind not in ("table", "index")


def _is_for(index: sa.Index, connection: sa.Connection) -> bool:
    """Whether it is meant for this engine, which Alembic does not ask."""
    condition: Any = getattr(index, "_ddl_if", None)
    return condition is None or condition.dialect == connection.dialect.name


@pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")  # cases and assignments name each other, on purpose
def test_alembic_finds_nothing_to_migrate(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.read() as connection:
        for table in metadata.tables.values():
            monkeypatch.setattr(table, "indexes", {index for index in table.indexes if _is_for(index, connection)})
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_declared})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_a_store_of_a_newer_version_is_refused_with_the_cure(
    new_store: Callable[[], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store()
    with monkeypatch.context() as later:
        add_migration(later, tmp_path, REBUILDS)
        upgrade(store)

    for use in (upgrade, require_current):
        with pytest.raises(Unreachable, match=r"newer version \(schema 9001, this program knows \d+\): upgrade this"):
            use(store)
    with store.read() as connection:
        assert current_revision(connection) == "9001"


def test_a_store_of_an_older_version_is_told_what_to_run(new_store: Callable[[], Store]) -> None:
    with pytest.raises(Unreachable, match="ventanilla migrate"):
        require_current(new_store())


def test_two_upgrades_at_once_take_turns(new_store: Callable[[], Store]) -> None:
    done: list[tuple[str, ...]] = []
    stores = [new_store() for _ in range(4)]
    start = threading.Barrier(len(stores))

    def run(store: Store) -> None:
        start.wait()
        done.append(upgrade(store))

    threads = [threading.Thread(target=run, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(len, done))[:-1] == [0, 0, 0]
    assert max(done)[-1] == newest_revision()


def test_a_migration_that_breaks_a_reference_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_ground(store)
    before = contents(store)

    add_migration(monkeypatch, tmp_path, BREAKS_A_REFERENCE)
    with pytest.raises((Unreachable, sa.exc.IntegrityError)):
        upgrade(store)

    assert contents(store) == before
    assert "half_way" not in sa.inspect(store.engine).get_table_names()
    with store.read() as connection:
        assert current_revision(connection) == newest_revision()


def test_a_store_out_of_reach_is_told_in_our_words(tmp_path: Path) -> None:
    nobody = open_store(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}", tmp_path)

    with pytest.raises(Temporary, match="the store did not answer"):
        upgrade(nobody)


def test_foreign_keys_are_on_again_after_an_upgrade(sqlite_store: Store) -> None:
    upgrade(sqlite_store)

    with sqlite_store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_tables_that_a_migration_rebuilds_keep_their_rows_and_their_promises(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_ground(store)
    before = contents(store)

    add_migration(monkeypatch, tmp_path, REBUILDS)
    upgrade(store)

    assert contents(store) == before
    check_all_refused(store)


def check_all_refused(store: Store) -> None:
    for name in BREAKS:
        check_refused(store, name)


def add_migration(monkeypatch: pytest.MonkeyPatch, folder: Path, source: str) -> None:
    """Give the program one more migration after its newest."""
    (folder / "v9001_later.py").write_text(source.replace("{before}", newest_revision()))
    real = migrate._configuration

    def configuration() -> Config:
        made = real()
        made.set_main_option("version_locations", f"{Path(migrate.__file__).parent}/migrations/versions:{folder}")
        return made

    monkeypatch.setattr(migrate, "_configuration", configuration)


def contents(store: Store) -> object:
    with store.read() as connection:
        return everything(connection)
