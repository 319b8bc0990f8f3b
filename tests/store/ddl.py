"""The tables as statements for one engine: what the first migration was written from, and what all together must arrive at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import ExecutableDDLElement

from ventanilla.store.tables import append_only_ddl, metadata
from ventanilla.store.tables.search import search_ddl

_URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def create_statements(dialect: str) -> tuple[str, ...]:
    """Every CREATE of tables.py, in an order that works, for `sqlite` or `postgresql`."""
    statements: list[str] = []

    def note(item: ExecutableDDLElement, *_args: object, **_kwargs: object) -> None:
        statements.append(str(item.compile(dialect=engine.dialect)).strip())

    engine = create_mock_engine(_URLS[dialect], note)
    metadata.create_all(engine, checkfirst=False)
    return (*_always_in_one_order(statements), *append_only_ddl(dialect), *search_ddl(dialect))


def _always_in_one_order(statements: list[str]) -> Iterator[str]:
    """SQLAlchemy keeps indexes and late foreign keys in sets. PostgreSQL checks foreign keys in the order they were made:
    backwards by name, the one that ties a case to its responsible person is the first to refuse."""
    for kind, run in groupby(statements, key=_kind):
        part = list(run)
        yield from part if kind == "CREATE TABLE" else sorted(part, reverse=kind == "ALTER TABLE")


def _kind(statement: str) -> str:
    return " ".join(statement.replace("UNIQUE ", "").split(maxsplit=2)[:2])
