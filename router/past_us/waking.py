"""Brings back what one of us sent, or what came back of it, where it was set aside in the moment in which its case came to be."""

from __future__ import annotations

from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.past_us import known_by_now, wake_row

AT_ONCE = 50


def wake_what_is_known(store: Store, journal: Journal, *, limit: int = AT_ONCE) -> list[int]:
    """Rows of the ledger that wait for an id which a case knows are pending again; returns which, `limit` at the most.

    Whoever writes an id into a case wakes what waits for it. Two transactions that look before either commits see nothing of
    each other, which PostgreSQL allows: this is for them. A row is woken here once; one that then still finds nothing waits on.
    """
    with store.read() as connection:
        found = known_by_now(connection, actor=journal.actor, limit=limit)
    woken = []
    for row_id in found:
        with store.write() as connection:
            if wake_row(connection, row_id, journal):
                woken.append(row_id)
            journal.flush(connection)
    return woken
