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


def surplus(
    connection: sa.Connection, table: sa.FromClause, *columns: sa.ColumnElement[object], among: sa.ColumnElement[bool]
) -> int:
    """Among some rows of a table, how many too many there are where each value of these columns should stand once."""
    extra = (
        sa.select((sa.func.count() - 1).label("extra")).select_from(table).where(among).group_by(*columns).subquery()
    )
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(extra.c.extra), 0))) or 0)
