"""Stores as an older version left them, from files of their rows that nobody writes again.

`rows_of_0001.sql` is what every broken promise starts from, `rows_of_0001.jsonl` has something in every table,
`town_of_0001.jsonl` is a small house in the middle of its day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.migrate import upgrade
from ventanilla.store.rows import insert_into, rows_of

HERE = Path(__file__).parent


def lay_statements(store: Store, *, revision: str) -> None:
    """The ground of the promises, on the tables of that revision."""
    upgrade(store, to=revision)
    with store.write() as connection:
        for statement in (HERE / f"rows_of_{revision}.sql").read_text(encoding="utf-8").split(";\n"):
            connection.exec_driver_sql(statement)


def lay_rows(store: Store, name: str, *, revision: str) -> datetime | None:
    """The rows of a file, on the tables of that revision; returns when they were written down, where the file says so."""
    upgrade(store, to=revision)
    made_at = None
    with store.write() as connection:
        for table, lines in _tables(name):
            if table is None:
                made_at = datetime.fromisoformat(json.loads(lines[0])["made_at"])
                continue
            kinds, rows = rows_of(line.encode() for line in lines)
            for row in rows:
                connection.execute(insert_into(table, kinds), row)
    return made_at


def rows_by_table(store: Store, tables: dict[str, list[str]] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these columns, as the database itself has them; by default of all columns that there are."""
    look = sa.inspect(store.engine)
    columns = tables or {name: [one["name"] for one in look.get_columns(name)] for name in _plain_tables(look)}
    with store.read() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(_all_of(name, names))), key=repr)
            for name, names in columns.items()
        }


def columns_of(store: Store) -> dict[str, list[str]]:
    """The columns of every table, by its name."""
    look = sa.inspect(store.engine)
    return {name: [one["name"] for one in look.get_columns(name)] for name in _plain_tables(look)}


def _plain_tables(look: sa.Inspector) -> list[str]:
    return [name for name in look.get_table_names() if name != "alembic_version" and "_search" not in name]


def _all_of(name: str, names: list[str]) -> Any:
    return sa.select(*(sa.column(each) for each in names)).select_from(sa.table(name))


def _tables(name: str) -> Iterator[tuple[str | None, list[str]]]:
    """The file's tables by name, each with its lines; under None what stands before the first."""
    lines = [f"{line}\n" for line in (HERE / name).read_text(encoding="utf-8").split("\n") if line]
    current: list[str | None] = [None]

    def table_of(line: str) -> str | None:
        if line.startswith('{"table"'):
            current[0] = str(json.loads(line)["table"])
        return current[0]

    for table, group in groupby(lines, key=table_of):
        own = [line for line in group if not line.startswith('{"table"')]
        if own:
            yield table, own
