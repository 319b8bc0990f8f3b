"""What a transaction gathers is sent together, and nobody in it can tell."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.rows import NOW
from ventanilla.store.engine import Store
from ventanilla.store.later import begin_gathering, later
from ventanilla.store.once import remember, remember_no_more
from ventanilla.store.reserved import reserve_ids, take_id
from ventanilla.store.tables import addresses, contacts

ADD = sa.insert(contacts)
ADD_ADDRESS = sa.insert(addresses)
RENAME = sa.update(contacts).where(contacts.c.id == sa.bindparam("which")).values(name=sa.bindparam("new"))
NAMES = sa.select(contacts.c.name).order_by(contacts.c.id)
ADDRESSES = sa.select(addresses.c.value)


def contact(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"n{number}", "tags": [], "created_at": NOW}


def address(number: int) -> dict[str, Any]:
    return {"kind": "email", "value": f"{number}@example.com", "name": "", "contact_id": number, "created_at": NOW}


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(NAMES))


def waiting(connection: Any) -> bool:
    return bool(connection.gathered)


@pytest.mark.parametrize("times", [1, 3])  # the third time by a plan
def test_what_is_gathered_is_sent_at_the_end(store: Store, times: int) -> None:
    for turn in range(times):
        with store.write() as connection:
            begin_gathering(connection)
            later(connection, ADD, [contact(turn * 10 + number) for number in range(1, 4)])
            later(connection, RENAME, [])
            assert waiting(connection)
    assert len(names(store)) == 3 * times


def test_without_gathering_it_is_done_at_once(store: Store) -> None:
    with store.write() as connection:
        later(connection, ADD, [contact(1)])
        assert sa.Connection.execute(connection, NAMES).all() == [("n1",)]


@pytest.mark.parametrize("times", [1, 3])
def test_whoever_asks_for_it_finds_it_and_whoever_does_not_leaves_it_waiting(store: Store, times: int) -> None:
    for number in range(1, times + 1):
        with store.write() as connection:
            begin_gathering(connection)
            connection.execute(ADDRESSES).all()
            later(connection, ADD, [contact(number)])
            connection.execute(ADDRESSES).all()
            assert waiting(connection)
            assert list(connection.scalars(NAMES))[-1] == f"n{number}"
            assert not waiting(connection)


@pytest.mark.parametrize("times", [1, 3])
def test_a_row_that_refers_to_one_that_waits_comes_after_it(store: Store, times: int) -> None:
    for number in range(1, times + 1):
        with store.write() as connection:
            begin_gathering(connection)
            later(connection, ADD, [contact(number)])
            connection.execute(ADD_ADDRESS, address(number))
    for number in range(11, 11 + times):
        with store.write() as connection:
            begin_gathering(connection)
            later(connection, ADD, [contact(number)])
            later(connection, ADD_ADDRESS, [address(number)])
    with store.read() as connection:
        assert len(list(connection.scalars(ADDRESSES))) == 2 * times


def test_two_statements_on_one_table_keep_their_order(store: Store) -> None:
    with store.write() as connection:
        begin_gathering(connection)
        later(connection, ADD, [contact(1)])
        later(connection, RENAME, [{"which": 1, "new": "x"}, {"which": 1, "new": "y"}])
        later(connection, ADD, [contact(2)])
        later(connection, ADD, [{**contact(3), "language": "es"}])  # other columns: another statement
    assert names(store) == ["y", "n2", "n3"]


def test_statements_as_text_and_savepoints_come_after_it(store: Store) -> None:
    with store.write() as connection:
        begin_gathering(connection)
        later(connection, ADD, [contact(1)])
        assert connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar() == 1
        later(connection, ADD, [contact(2)])
        with connection.begin_nested() as savepoint:
            later(connection, ADD, [contact(3)])
            savepoint.rollback()
        later(connection, ADD, [contact(4)])
    assert names(store) == ["n1", "n2", "n4"]


def test_nothing_of_it_is_left_where_something_is_refused(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        _add_all(store, [contact(1), contact(2), contact(1)])
    with pytest.raises(ValueError, match="stop"):
        _add_all(store, [contact(1)], error=ValueError("stop"))
    assert names(store) == []


def _add_all(store: Store, rows: list[dict[str, Any]], *, error: Exception | None = None) -> None:
    with store.write() as connection:
        begin_gathering(connection)
        later(connection, ADD, rows)
        if error is not None:
            raise error


def test_who_watches_statements_sees_them(store: Store) -> None:
    seen: list[str] = []

    def watch(*words: Any) -> None:
        seen.append(words[2])

    for number in (1, 2):
        with store.write() as connection:
            begin_gathering(connection)
            later(connection, ADD, [contact(number)])
    sa.event.listen(store.engine, "before_cursor_execute", watch)
    try:
        with store.write() as connection:
            begin_gathering(connection)
            later(connection, ADD, [contact(3)])
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", watch)
    assert any("INSERT INTO contacts" in statement for statement in seen)


def test_a_number_taken_ahead_is_nobody_elses(store: Store) -> None:
    with store.write() as connection:
        connection.execute(ADD, {"name": "before", "tags": [], "created_at": NOW})
        assert take_id(connection, contacts) is None
        remember(connection)
        reserve_ids(connection, {"contacts": 3})
        taken = [take_id(connection, contacts) for _ in range(4)]
        assert taken == [2, 3, 4, None]
        for number in taken[:3]:
            assert number is not None
            later(connection, ADD, [contact(number)])
        remember_no_more(connection)
    with store.write() as connection:
        made = connection.execute(ADD.returning(contacts.c.id), {"name": "x", "tags": [], "created_at": NOW})
        assert made.scalar_one() == 5
