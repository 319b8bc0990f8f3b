"""The tables as statements for one engine: what the first migration was written from, and what later ones must arrive at."""

from __future__ import annotations

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import ExecutableDDLElement

from ventanilla.store.tables import append_only_ddl, metadata

_URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def create_statements(dialect: str) -> tuple[str, ...]:
    """Every CREATE of tables.py, in an order that works, for `sqlite` or `postgresql`."""
    statements: list[str] = []

    def note(item: ExecutableDDLElement, *_args: object, **_kwargs: object) -> None:
        statements.append(str(item.compile(dialect=engine.dialect)).strip())

    engine = create_mock_engine(_URLS[dialect], note)
    metadata.create_all(engine, checkfirst=False)
    return (*statements, *append_only_ddl(dialect))
