"""What the ledger keeps of the machine's own times, for each row and without a statement more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.service import route_items
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.inbox import reopen_row
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def statements(store: Store) -> list[str]:
    """Fills with every change of the ledger that is made from now on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE inbox"):
            seen.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    return seen


def test_a_row_says_when_it_was_taken_and_how_long_the_router_took(house: House) -> None:
    ids = [house.commit(mail(sender=f"c{n}@clientes.example")) for n in range(3)]
    house.later(seconds=40)
    changes = statements(house.store)

    route_items(house.router, ids)

    rows = house.rows(inbox)
    assert [row.taken_at for row in rows] == [house.now] * 3
    assert all(row.route_ms is not None and 0 <= row.route_ms < 60_000 for row in rows)
    assert [row.route_ms for row in rows] == sorted(row.route_ms for row in rows)
    assert len(changes) == 1 + 3  # the claim, and each row's outcome: as before


def test_what_is_unreadable_is_timed_too_and_a_row_let_in_again_begins_afresh(house: House) -> None:
    def broken(_raw: bytes) -> Any:
        raise ValueError

    row_id = house.commit(mail(sender="eva@clientes.example"))
    readers = house.router.readers.by_channel
    readers["soporte"], read = broken, readers["soporte"]  # type: ignore[index]
    route_items(house.router, [row_id])
    (row,) = house.rows(inbox)
    assert (row.state, row.taken_at) == ("quarantined", house.now)
    assert row.route_ms is not None

    readers["soporte"] = read  # type: ignore[index]
    with house.store.write() as connection:
        assert reopen_row(connection, row_id, states=(InboxState.QUARANTINED,), released_by="marta")
    (row,) = house.rows(inbox)
    assert (row.taken_at, row.route_ms, row.again) == (None, None, True)
