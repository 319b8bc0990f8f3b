"""Statements that are used again go straight to the driver, and nobody can tell by what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.rows import NOW
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.once import forget, note, noted, once, remember
from ventanilla.store.tables import agents, contacts

ADD = sa.insert(contacts).returning(contacts.c.id, contacts.c.tags)
ADD_AGENT = sa.insert(agents)
ADD_ONCE = insert_ignoring(agents, agents.c.name)
NAMED = sa.select(contacts).where(contacts.c.name.in_(sa.bindparam("names", expanding=True))).order_by(contacts.c.id)
SOME = sa.select(contacts.c.id, contacts.c.name).where(contacts.c.name.in_(("a", "c"))).order_by(contacts.c.id).limit(5)
COUNT = sa.select(sa.func.count()).select_from(contacts).where(contacts.c.created_at <= sa.bindparam("at"))
RENAME = sa.update(contacts).where(contacts.c.id == sa.bindparam("which")).values(name=sa.bindparam("new"))
FORGET = sa.delete(contacts).where(contacts.c.name == sa.bindparam("which"))
TWICE = sa.select(contacts.c.id, contacts.c.id.label("again"), agents.c.name).select_from(
    contacts.join(agents, sa.true())
)
UNION = sa.union_all(sa.select(contacts.c.name), sa.select(agents.c.name)).order_by("name")


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as connection:
        for name in ("a", "b", "c"):  # the third time by a plan
            row = connection.execute(ADD, {"name": name, "tags": [name], "created_at": NOW}).one()
            assert row.tags == [name]
        connection.execute(ADD_AGENT, {"name": "ana", "display_name": "Ana", "capacity": 3, "on_duty": True})
    return store


def plainly(store: Store, statement: Any, values: Any = None) -> list[Any]:
    """What SQLAlchemy itself answers: a statement built for one use is none that is used again."""
    with store.engine.connect() as connection:
        return [tuple(row) for row in sa.Connection.execute(connection, statement, values)]


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (NAMED, {"names": ["a", "c"]}),
        (NAMED, {"names": ["b"]}),
        (NAMED, {"names": []}),
        (SOME, None),
        (COUNT, {"at": NOW}),
        (TWICE, None),
        (UNION, None),
        (sa.select(agents).where(agents.c.on_duty), None),
    ],
)
def test_a_statement_answers_the_same_however_often_it_was_asked(filled: Store, statement: Any, values: Any) -> None:
    expected = plainly(filled, statement, values)
    assert expected or values == {"names": []}
    with filled.read() as connection:
        for _ in range(4):
            assert [tuple(row) for row in connection.execute(statement, values)] == expected


def test_rows_have_names_columns_and_types_as_ever(filled: Store) -> None:
    with filled.read() as connection:
        for _ in range(3):
            row = connection.execute(NAMED, {"names": ["a"]}).one()
            assert (row.name, row.tags, row.created_at) == ("a", ["a"], NOW)
            assert row._mapping[contacts.c.name] == row._mapping["name"] == "a"
            assert row.created_at.tzinfo is not None
            assert connection.scalars(SOME).all() == [1, 3]
            assert connection.scalar(COUNT, {"at": NOW}) == 3
            assert connection.scalar(NAMED, {"names": ["nobody"]}) is None
            assert connection.execute(NAMED, {"names": ["nobody"]}).one_or_none() is None


def test_what_changes_says_how_many_rows_it_changed(filled: Store) -> None:
    with filled.write() as connection:
        for new in ("x", "y", "z"):
            assert connection.execute(RENAME, {"which": 1, "new": new}).rowcount == 1
            assert connection.execute(RENAME, {"which": 99, "new": new}).rowcount == 0
            assert connection.execute(FORGET, {"which": "nobody"}).rowcount == 0
        assert connection.scalar(sa.select(contacts.c.name).where(contacts.c.id == 1)) == "z"


def test_one_row_in_a_list_and_many_are_both_written(filled: Store) -> None:
    people = [{"name": f"p{number}", "display_name": "P", "capacity": 1} for number in range(6)]
    with filled.write() as connection:
        for part in (people[:1], people[1:2], people[2:3], people[3:], people[:1]):
            connection.execute(ADD_ONCE[connection.dialect.name], part)
        assert connection.scalar(sa.select(sa.func.count()).select_from(agents)) == 7


def test_a_statement_made_of_another_is_not_taken_for_it(filled: Store) -> None:
    with filled.read() as connection:
        for _ in range(3):
            assert connection.scalar(COUNT, {"at": NOW}) == 3
            assert connection.scalar(COUNT.where(contacts.c.name == "b"), {"at": NOW}) == 1


@pytest.mark.parametrize("times", [1, 4])
def test_what_the_database_or_the_value_refuses_is_told_in_the_same_words(filled: Store, times: int) -> None:
    row = {"name": "ana", "display_name": "Ana", "capacity": 1}
    naive = datetime(2026, 11, 22, 10)
    for _ in range(times):
        with pytest.raises(sa.exc.IntegrityError), filled.write() as connection:
            connection.execute(ADD_AGENT, row)
        with pytest.raises(sa.exc.StatementError, match="naive"), filled.read() as connection:
            connection.scalar(COUNT, {"at": naive})
        with pytest.raises(sa.exc.StatementError, match="which"), filled.write() as connection:
            connection.execute(RENAME, {"new": "x"})
    with filled.write() as connection:
        assert connection.execute(RENAME, {"which": 1, "new": "still works"}).rowcount == 1


def test_who_watches_statements_sees_those_that_are_used_again_too(filled: Store) -> None:
    seen: list[str] = []

    def watch(*words: Any) -> None:
        seen.append(words[2])

    with filled.read() as connection:
        for _ in range(3):
            connection.scalar(COUNT, {"at": NOW})
    sa.event.listen(filled.engine, "before_cursor_execute", watch)
    try:
        with filled.read() as connection:
            connection.scalar(COUNT, {"at": NOW})
    finally:
        sa.event.remove(filled.engine, "before_cursor_execute", watch)
    assert any("count(" in statement for statement in seen)


def test_a_lost_connection_is_told_as_for_any_other_statement(postgresql_store: Store) -> None:
    with pytest.raises(Temporary), postgresql_store.read() as connection:  # noqa: PT012
        for _ in range(3):
            connection.scalar(COUNT, {"at": NOW})
        mine = connection.scalar(sa.select(sa.func.pg_backend_pid()))
        with postgresql_store.engine.connect() as other:
            other.execute(sa.select(sa.func.pg_terminate_backend(mine)))
        connection.scalar(COUNT, {"at": NOW})
    with postgresql_store.read() as connection:
        assert connection.scalar(COUNT, {"at": NOW}) == 0


def test_what_was_found_out_holds_for_one_transaction_that_wants_it(store: Store) -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    with store.read() as connection:
        assert [once(connection, "x", ask), once(connection, "x", ask)] == [1, 2]
        note(connection, "y", 5)
        assert noted(connection, "y") is None
        remember(connection)
        assert [once(connection, "x", ask), once(connection, "x", ask)] == [3, 3]
        note(connection, "y", 5)
        assert noted(connection, "y") == 5
        forget(connection, "x")
        assert once(connection, "x", ask) == 4
    with store.read() as connection:
        assert noted(connection, "y") is None
