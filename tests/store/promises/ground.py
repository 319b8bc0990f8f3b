"""The rows that every change of this folder starts from: three cases, an inbox, a log and a letter."""

from __future__ import annotations

from tests.store.rows import (
    NOW,
    add_case,
    add_event,
    add_house,
    add_inbox,
    add_letter,
    add_message,
    hand_over,
    resolve,
)
from ventanilla.store.engine import Store
from ventanilla.store.seals import seal_pending


def lay_ground(store: Store) -> None:
    """Commit them, which shows that all of this is allowed.

    Case 1 is ana's under assignment 1; case 2 was ana's and is luis's under assignment 2; case 3 is resolved; inbox rows 1 and 2
    wait, and row 3 is case 2's first message.
    """
    with store.write() as connection:
        add_house(connection)
        add_case(connection, 1, "ana")
        add_case(connection, 2, "ana")
        add_case(connection, 3, "marta")
        add_event(connection)
        for row_id in (1, 2):
            add_inbox(connection, row_id)
        add_inbox(connection, 3, state="routed", routed_at=NOW)
        add_message(connection, 2, inbox_id=3)
        add_letter(connection)
    with store.write() as connection:
        hand_over(connection, 2, 2, "luis")
        resolve(connection, 3, 1)
        seal_pending(connection, now=NOW, limit=100)
