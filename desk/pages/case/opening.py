"""From the key in an address to the case behind it, for whoever may see it. Everybody else learns nothing, not even that it is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from desk.entry.seeing import may_see
from desk.pages.page import NotFound, Visit
from router.incoming.matching import survivor
from ventanilla.keys import read_key
from ventanilla.store.views.cases import case_rows, case_rows_by_id


def find_case_row(visit: Visit, connection: sa.Connection) -> sa.Row[Any]:
    """The case of the key in the address, as `case_rows` gives it, merged or not. Raises NotFound for one that this person may
    not see."""
    key = read_key(visit.place("key"))
    row = case_rows(connection, [key]).get(key) if key else None
    if row is None or not may_see(connection, visit.person, row.id):
        raise NotFound
    return row


def find_survivor(visit: Visit, connection: sa.Connection) -> sa.Row[Any]:
    """The same; of a case that was merged, the one that goes on."""
    row = find_case_row(visit, connection)
    last = survivor(connection, row)
    return row if last.id == row.id else case_rows_by_id(connection, [last.id])[last.id]
