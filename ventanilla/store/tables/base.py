"""The metadata that every table belongs to, and how constraints are named. Knows no table."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def one_of(column: str, values: type | tuple[str, ...]) -> str:
    """The CHECK that a column holds one of these words."""
    allowed = ", ".join(f"'{value}'" for value in values)  # type: ignore[union-attr]
    return f"{column} IN ({allowed})"


def filled(column: str, *, default: str) -> sa.Column[str]:
    """A text that is never missing."""
    return sa.Column(column, sa.Text, nullable=False, server_default=default)
