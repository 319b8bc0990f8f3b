"""Inserts that leave alone what is there already, as each engine spells them. Knows no table."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_ignoring(table: sa.Table, *returning: sa.Column[Any]) -> dict[str, Any]:
    """The statement for each engine, by the engine's name, built once.

    A row whose key is taken is passed over and returns nothing. Where somebody else is about to commit that key, PostgreSQL
    waits to see whether they do.
    """
    statements = {name: engine.insert(table).on_conflict_do_nothing() for name, engine in _ENGINES.items()}
    return {name: one.returning(*returning) if returning else one for name, one in statements.items()}


_ENGINES: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
