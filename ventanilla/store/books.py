"""The one row that says how far the books are. Whoever writes seals or clocks holds it locked; knows neither."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import bookkeeping

_FIRST = insert_ignoring(bookkeeping)
_LOCKED = sa.select(bookkeeping.c.data).where(bookkeeping.c.id == 1).with_for_update()


def lock_books(connection: sa.Connection) -> dict[str, Any]:
    """Hold the books until this transaction ends, and return what stands in them; made at the first call ever.

    Another process that asks for them waits. Within one transaction it may be called again.
    """
    found = connection.scalar(_LOCKED)
    if found is None:
        connection.execute(_FIRST[connection.dialect.name], {"id": 1, "data": {}})
        found = connection.scalar(_LOCKED)
    return dict(found or {})


def note_in_books(connection: sa.Connection, **values: Any) -> None:
    """Put these under their names and leave the rest; the caller holds the books. What is so already writes nothing."""
    found = lock_books(connection)
    if {**found, **values} != found:
        connection.execute(sa.update(bookkeeping).where(bookkeeping.c.id == 1).values(data={**found, **values}))
