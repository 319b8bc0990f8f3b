"""What a routing transaction remembers, and when it no longer does."""

from __future__ import annotations

from ventanilla.store.engine import Store
from ventanilla.store.once import note, noted, once, remember, remember_no_more


def test_what_is_remembered_is_asked_once_and_what_is_no_longer_each_time(sqlite_store: Store) -> None:
    answers = iter(range(10))
    with sqlite_store.write() as connection:
        remember(connection)
        assert [once(connection, "a", lambda: next(answers)) for _ in range(2)] == [0, 0]

        remember_no_more(connection)

        assert [once(connection, "a", lambda: next(answers)) for _ in range(2)] == [1, 2]
        note(connection, "b", 1)
        assert noted(connection, "b") is None


def test_the_next_transaction_knows_nothing_of_what_this_one_found_out(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        remember(connection)
        note(connection, "a", 1)
    with sqlite_store.write() as connection:
        assert noted(connection, "a") is None
