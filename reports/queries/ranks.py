"""Percentiles by nearest rank, picked by the database itself: its sort spills to disk, so memory does not grow with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from reports.figures import Spread

PERCENTS = (50, 90, 95)
SECOND = 1_000_000
_KEPT = "report_rows"
Ranks = Mapping[Any, Iterable[int]]


class _Keep(sa.Executable, sa.ClauseElement):
    """CREATE TEMP TABLE … AS a query, with its values bound as in the query itself."""

    inherit_cache = False

    def __init__(self, query: sa.Select[Any]) -> None:
        self.query = query


@compiles(_Keep)
def _compile_keep(keep: _Keep, compiler: Any, **options: Any) -> str:
    return f"CREATE TEMP TABLE {_KEPT} AS {compiler.process(keep.query, **options)}"


@dataclass(slots=True)
class Counted:
    """How many rows a group has, and of each column its mean, its largest, and the values at the ranks that were asked for."""

    count: int = 0
    mean: dict[str, float] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)
    at: dict[tuple[str, int], float] = field(default_factory=dict)

    def spread(self, column: str) -> Spread:
        """In seconds."""
        if not self.count:
            return Spread()
        p50, p90, p95 = (self.at[column, nearest_rank(self.count, percent)] for percent in PERCENTS)
        return Spread(p50=p50, p90=p90, p95=p95, max=self.largest[column], mean=self.mean[column])


def nearest_rank(count: int, percent: int) -> int:
    """Which of `count` values in order, from 1, is the percentile: the smallest that so many percent are not above."""
    return max(1, -(-count * percent // 100))


def spread_of(values: Sequence[float]) -> Spread:
    """The spread of values at hand, in order already."""
    if not values:
        return Spread()
    p50, p90, p95 = (values[nearest_rank(len(values), percent) - 1] for percent in PERCENTS)
    return Spread(p50=p50, p90=p90, p95=p95, max=values[-1], mean=sum(values) / len(values))


def count_groups(
    connection: sa.Connection, rows: sa.Subquery, columns: Sequence[str], *, grouped: bool
) -> dict[str, Counted]:
    """Number, means and largest of `rows` (columns g and `columns`, microseconds) by group."""
    several = [measure(rows.c[name]) for name in columns for measure in (sa.func.avg, sa.func.max)]
    query = sa.select(rows.c.g if grouped else sa.literal_column("''"), sa.func.count(), *several)
    if grouped:
        query = query.group_by(rows.c.g)
    found = {}
    for group, count, *values in connection.execute(query.select_from(rows)):
        if count:
            pairs = zip(columns, values[::2], values[1::2], strict=True)
            each = {name: (float(mean) / SECOND, largest / SECOND) for name, mean, largest in pairs}
            found[group] = Counted(
                count, {name: pair[0] for name, pair in each.items()}, {name: pair[1] for name, pair in each.items()}
            )
    return found


def pick(
    connection: sa.Connection, rows: sa.Subquery, column: str, ranks: Ranks, *, keys: Sequence[str] = ("g",)
) -> dict[tuple[Any, ...], float]:
    """The values (in seconds) at some ranks of each group: (*group, rank) → value. `keys` are the columns that make a group;
    none: all rows are one."""
    over = sa.func.row_number().over(partition_by=[rows.c[key] for key in keys] or None, order_by=rows.c[column])
    ordered = sa.select(*(rows.c[key] for key in keys), rows.c[column].label("value"), over.label("k")).subquery()
    group = [ordered.c[key] for key in keys]
    if keys:
        places = [(*_key(each, keys), rank) for each, wanted in ranks.items() for rank in set(wanted)]
        here = sa.tuple_(*group, ordered.c.k).in_(places)
    else:
        here = ordered.c.k.in_(sorted({rank for wanted in ranks.values() for rank in wanted}))
    found = connection.execute(sa.select(*group, ordered.c.k, ordered.c.value).where(here))
    return {tuple(row[:-1]): row[-1] / SECOND for row in found}


def pick_streaming(
    connection: sa.Connection, rows: sa.Subquery, column: str, counts: Mapping[str, int], ranks: Ranks
) -> dict[tuple[str, int], float]:
    """The same on SQLite, where numbering rows takes longer than walking past them: in order of group and value, as far as the
    last that is wanted. Texts are in the same order there as here. `counts` are the rows of each group."""
    query = sa.select(rows.c[column]).order_by(*([rows.c.g] if len(counts) > 1 else []), rows.c[column])
    cursor: Any = connection.execute(query).cursor  # the driver's own: nothing is made of rows that are only passed
    found: dict[tuple[str, int], float] = {}
    passed = before = 0
    for group in sorted(counts):
        for rank in sorted(set(ranks[group])):
            value = next(islice(cursor, before + rank - passed - 1, None))[0]
            passed = before + rank
            found[group, rank] = value / SECOND
        before += counts[group]
    cursor.close()
    return found


def usual_ranks(counted: Mapping[str, Counted]) -> dict[str, set[int]]:
    """The ranks of the usual percentiles in each group."""
    return {group: {nearest_rank(each.count, percent) for percent in PERCENTS} for group, each in counted.items()}


def fill_in(
    connection: sa.Connection,
    rows: sa.Subquery,
    column: str,
    counted: Mapping[str, Counted],
    ranks: Ranks,
    *,
    grouped: bool,
) -> None:
    """Write the values at the ranks into what was counted."""
    if not counted:
        return
    if connection.dialect.name == "sqlite":
        counts = {group: each.count for group, each in counted.items()}
        found = pick_streaming(connection, rows, column, counts, ranks)
    else:
        places = pick(connection, rows, column, ranks, keys=("g",) if grouped else ())
        found = {(place[0] if grouped else "", place[-1]): value for place, value in places.items()}
    for (group, rank), value in found.items():
        counted[group].at[column, rank] = value


def spreads(
    connection: sa.Connection, rows: sa.Subquery, columns: Sequence[str], *, grouped: bool
) -> dict[str, Counted]:
    """Everything of `rows` by group: number, means, largest, percentiles."""
    counted = count_groups(connection, rows, columns, grouped=grouped)
    for column in columns:
        fill_in(connection, rows, column, counted, usual_ranks(counted), grouped=grouped)
    return counted


@contextmanager
def kept(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[sa.Subquery]:
    """The rows of a query that takes long, to be asked several times. SQLite keeps them in a temporary file meanwhile; PostgreSQL,
    where nothing may be made in a transaction that only reads, works them out again."""
    if connection.dialect.name != "sqlite":
        yield query.subquery()
        return
    table = sa.table(_KEPT, *(sa.column(column.name, column.type) for column in query.selected_columns))
    connection.execute(_Keep(query))
    try:
        yield sa.select(table).subquery()
    finally:
        connection.exec_driver_sql(f"DROP TABLE temp.{_KEPT}")


def _key(group: Any, keys: Sequence[str]) -> tuple[Any, ...]:
    return group if len(keys) > 1 else (group,)
