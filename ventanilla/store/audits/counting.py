"""How a check counts what breaks its promise."""

from __future__ import annotations

import sqlalchemy as sa


def count(connection: sa.Connection, table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> int:
    """Rows of a table that meet every condition."""
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return int(connection.scalar(query) or 0)


def rows_with(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.Exists:
    """Whether another table has rows that meet every condition; the conditions may speak of the row outside."""
    return sa.exists(sa.select(sa.literal(1)).select_from(table).where(*conditions))
