"""Brings the store's schema up to date, in one transaction, and never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ventanilla.errors import Unreachable
from ventanilla.store.engine import Store, in_our_words
from ventanilla.store.revision import newest_revision
from ventanilla.store.tables import append_only_ddl
from ventanilla.store.tables.search import search_ddl

# A table that somebody reads at length must not hold up everybody behind the migration that waits for it.
_LOCK_SECONDS = 20
_LOCK = 7_351_240_118  # any number that nobody else uses: two upgrades at once take turns


def upgrade(store: Store, *, to: str = "head") -> tuple[str, ...]:
    """Run what is missing up to a revision; return the revisions that were run, none at a repeat.

    Foreign keys are off while SQLite rebuilds tables and checked before the commit. Raises Unreachable when the store was
    written by a newer version (upgrade the program, or restore a back-up), Temporary when the store does not answer.
    """
    with _migrating(store) as connection:
        before = current_revision(connection)
        _refuse_newer(before)
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, to)
        _keep_triggers(connection)
        _check_foreign_keys(connection)
        after = current_revision(connection)
    return tuple(_between(before, after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A migration: its revision and what it does."""

    revision: str
    about: str


def missing_steps(store: Store) -> tuple[Step, ...]:
    """What `upgrade` would run, in order. Changes nothing. Raises as `upgrade` does."""
    with store.read() as connection:
        before = current_revision(connection)
    _refuse_newer(before)
    return _steps(before)


def all_steps() -> tuple[Step, ...]:
    """What `upgrade` would run where there is no store yet."""
    return _steps(None)


def _steps(before: str | None) -> tuple[Step, ...]:
    scripts = {script.revision: script for script in _scripts().walk_revisions()}
    head = _scripts().get_current_head()
    return tuple(
        Step(revision=each, about=(scripts[each].doc or "").splitlines()[0]) for each in _between(before, head)
    )


def current_revision(connection: sa.Connection) -> str | None:
    """The schema's revision; None for an empty store."""
    return MigrationContext.configure(connection).get_current_revision()


def revision_of(store: Store) -> str | None:
    """The same for who has no connection at hand. Raises Temporary."""
    with store.read() as connection:
        return current_revision(connection)


def require_current(store: Store) -> None:
    """Raise Unreachable, with the cure, unless the schema is the one this version expects."""
    with store.read() as connection:
        revision = current_revision(connection)
    _refuse_newer(revision)
    if revision is None:
        raise Unreachable("the store is empty: run `ventanilla migrate` (or `up`, which does) to make its tables")
    if revision != _scripts().get_current_head():
        raise Unreachable(
            "the store's schema is older than this version: run `ventanilla migrate` (or `up`, which does)"
        )


@contextmanager
def _migrating(store: Store) -> Iterator[sa.Connection]:
    with in_our_words(), store.engine.connect().execution_options(begin="IMMEDIATE") as connection:
        driver = connection.connection.driver_connection
        if store.is_sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                if not store.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
                yield connection
        finally:
            if store.is_sqlite and driver is not None:
                driver.execute("PRAGMA foreign_keys = ON")


def _keep_triggers(connection: sa.Connection) -> None:
    """On SQLite a migration that rebuilds a table loses its triggers without a word: they are put back."""
    if connection.dialect.name == "sqlite":
        there = set(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
        for statement in (*append_only_ddl("sqlite"), *search_ddl("sqlite")):
            if statement.startswith("CREATE TRIGGER") and statement.split()[2] not in there:
                connection.exec_driver_sql(statement)


def _check_foreign_keys(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise Unreachable(
                f"the upgrade would break {len(broken)} references (first: {broken[0][0]}); nothing was changed"
            )


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise Unreachable(
            f"the store was written by a newer version (schema {revision}, this program knows {newest_revision()}): upgrade this "
            "program, or restore a back-up that an older one made"
        )


def _between(before: str | None, after: str | None) -> Iterator[str]:
    for script in reversed(list(_scripts().walk_revisions())):
        if (before or "") < script.revision <= (after or ""):
            yield script.revision


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "ventanilla.store:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration
