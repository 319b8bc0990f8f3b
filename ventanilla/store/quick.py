"""Runs statements that are built once and used again without what SQLAlchemy does anew at each call, in a third of its time.

A statement is compiled when it is seen for the second time; from then on its values go straight to the driver. Whatever is out of
the ordinary (many rows at once, an empty list, streaming, somebody who listens, an error in a value) goes SQLAlchemy's own way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler

from ventanilla.store.later import Gathered

_PLAIN = (sa.Select, sa.Insert, sa.Update, sa.Delete, sa.CompoundSelect)
_NO_VALUES: Mapping[str, Any] = {}
_ABSENT = object()
MOST_TEXTS = 200
"""Of one statement, for lists of as many different lengths: the longest may name everybody."""

Plans = dict[tuple[str, ...], "Plan | None"]


class Done:
    """What a statement that returns no rows comes to."""

    __slots__ = ("rowcount",)
    returns_rows = False

    def __init__(self, rowcount: int) -> None:
        self.rowcount = rowcount

    def close(self) -> None:
        """There is nothing to close."""


class Rows(IteratorResult[Any]):
    """All rows of a statement, read from the driver already."""

    returns_rows = True

    def __init__(self, keys: SimpleResultMetaData, rows: Sequence[Any], rowcount: int) -> None:
        super().__init__(keys, iter(rows))
        self.rowcount = rowcount


class Plan:
    """One statement, compiled for one engine and one set of names of values."""

    __slots__ = (
        "_asks",
        "_compiled",
        "_keys",
        "_listed",
        "_plain",
        "_positional",
        "_slots",
        "_sql",
        "_texts",
        "parents",
        "returns_rows",
        "words",
    )

    def __init__(self, compiled: SQLCompiler) -> None:
        self._compiled = compiled
        self._sql = compiled.string
        self.words = frozenset(re.findall(r"\w+", self._sql))
        self.parents = _parents(compiled.statement)
        self._positional = compiled.positional
        names = compiled.positiontup if compiled.positional else list(compiled.bind_names.values())
        lists, processors = compiled.post_compile_params, cast("dict[str, Any]", compiled._bind_processors)
        self._slots = [
            (
                name, bind.key, _ABSENT if bind.required else bind.effective_value, bind.callable is not None,
                processors.get(name), bind in lists,
            )
            for name in names or () for bind in (compiled.binds[name],)
        ]  # fmt: skip
        self._listed = bool(lists)
        self._plain = [(key, default, process) for _, key, default, _, process, _ in self._slots]
        self._asks = any(is_callable for _, _, _, is_callable, _, _ in self._slots)
        self._texts: dict[tuple[int, ...], tuple[str, Mapping[str, Sequence[str]]]] = {}
        self._keys: SimpleResultMetaData | None = None
        self.returns_rows = bool(compiled._result_columns)

    def run_each(self, connection: Any, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Run it with each of these in one go; False where it is to go SQLAlchemy's way. Raises SQLAlchemy's errors."""
        try:
            found = [self._values(row) for row in rows]
        except Exception:  # as in `run`
            return False
        if None in found:
            return False
        values = [one[1] for one in found if one is not None]
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(self._sql, values)
        except BaseException as error:
            connection._handle_dbapi_exception(error, self._sql, values, cursor, None)
        cursor.close()
        return True

    def run(self, connection: Any, given: Mapping[str, Any]) -> tuple[list[Any], int] | None:
        """The rows and how many were concerned; None where it is to go SQLAlchemy's way. Raises SQLAlchemy's errors."""
        try:
            found = self._values(given)
        except Exception:  # SQLAlchemy says what is wrong with a value in its own words
            return None
        if found is None:
            return None
        sql, values = found
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, values)
            rows = cursor.fetchall() if self.returns_rows else []
            if self.returns_rows and self._keys is None:
                self._keys = self._described(cursor.description)
        except BaseException as error:
            connection._handle_dbapi_exception(error, sql, values, cursor, None)
        rowcount = cursor.rowcount
        cursor.close()
        return rows, rowcount

    def result(self, rows: Sequence[Any], rowcount: int) -> Rows | Done:
        """As SQLAlchemy gives it."""
        return Done(rowcount) if self._keys is None else Rows(self._keys, rows, rowcount)

    def first_value(self, rows: Sequence[Any]) -> Any:
        """The first column of the first row; None without one."""
        if not rows or self._keys is None:
            return None
        process = (self._keys._processors or (None,))[0]
        return rows[0][0] if process is None else process(rows[0][0])

    def _values(self, given: Mapping[str, Any]) -> tuple[str, Any] | None:
        """The text and its values; None for an empty list, which has a text of its own."""
        if self._positional and not self._listed and not self._asks:
            flat = [
                given.get(key, default) if process is None else process(given.get(key, default))
                for key, default, process in self._plain
            ]
            return None if _ABSENT in flat else (self._sql, flat)
        named: dict[str, Any] = {}
        flat = []
        lengths: list[int] = []
        text, spread = (self._sql, {}) if not self._listed else self._expanded(given)
        for name, key, default, is_callable, process, is_list in self._slots:
            value = given.get(key, default)
            if value is _ABSENT or is_callable:
                return None
            if is_list:
                parts = list(value) if process is None else [process(one) for one in value]
                if not parts:
                    return None
                lengths.append(len(parts))
                if self._positional:
                    flat += parts
                else:
                    named.update(zip(spread[name], parts, strict=True))
                continue
            if process is not None:
                value = process(value)
            if self._positional:
                flat.append(value)
            else:
                named[name] = value
        return text, flat if self._positional else named

    def _expanded(self, given: Mapping[str, Any]) -> tuple[str, Mapping[str, Sequence[str]]]:
        """The text for lists of these lengths, and the names of their parts."""
        lengths = tuple(len(given.get(key, default)) for _, key, default, _, _, is_list in self._slots if is_list)
        known = self._texts.get(lengths)
        if known is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            state = self._compiled.construct_expanded_state(dict(given))
            known = self._texts[lengths] = (state.statement, state.parameter_expansion)
        return known

    def _described(self, description: Sequence[Any]) -> SimpleResultMetaData:
        """Names of the columns, and how what the driver gives becomes what we know."""
        dialect, columns = self._compiled.dialect, self._compiled._result_columns
        processors = [
            column.type._cached_result_processor(dialect, told[1])
            for column, told in zip(columns, description, strict=True)
        ]
        return SimpleResultMetaData(
            [column.keyname for column in columns],
            extra=[tuple(column.objects) for column in columns],
            _processors=processors if any(processors) else None,
        )


class QuickConnection(sa.Connection):
    """A connection that runs what it has seen before by a plan, unless somebody watches its statements, and sends what it has
    gathered (`ventanilla/store/later.py`) before anything that could see that it is missing."""

    gathered: Gathered | None = None

    @property
    def is_watched(self) -> bool:
        """Whether somebody listens to its statements now."""
        watchers: Any = self.dispatch
        return bool(
            self._echo
            or watchers.before_cursor_execute
            or watchers.after_cursor_execute
            or watchers.before_execute
            or watchers.after_execute
        )

    def execute(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """As SQLAlchemy's; the result has rows or a rowcount, and no primary key of what was inserted."""
        plan, found = self._by_plan(statement, parameters, execution_options)
        if plan is not None and found is not None:
            return plan.result(*found)
        return super().execute(statement, parameters, execution_options=execution_options)

    def scalar(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """As SQLAlchemy's."""
        plan, found = self._by_plan(statement, parameters, execution_options, wants_rows=True)
        if plan is not None and found is not None:
            return plan.first_value(found[0])
        return super().scalar(statement, parameters, execution_options=execution_options)

    def exec_driver_sql(self, *words: Any, **options: Any) -> Any:
        """As SQLAlchemy's."""
        if self.gathered:
            self.send_gathered()
        return super().exec_driver_sql(*words, **options)

    def begin_nested(self) -> Any:
        """As SQLAlchemy's. What was gathered before stays, whatever becomes of the savepoint; within it nothing is."""
        if self.gathered is not None:
            self.send_gathered()
            self.gathered = None
        return super().begin_nested()

    def send_gathered(self) -> None:
        """Run what was gathered, each statement with all of its rows."""
        for statement, rows in self.gathered.take() if self.gathered else ():
            plan = _plan(self, statement, rows[0])
            if plan is None or not plan.run_each(self, rows):
                super().execute(statement, rows)

    def _by_plan(
        self, statement: Any, parameters: Any, options: Any, *, wants_rows: bool = False
    ) -> tuple[Plan | None, tuple[list[Any], int] | None]:
        """What it is run by and what came of it; (None, None) where it is to go SQLAlchemy's way."""
        given = _alone(parameters) if options is None else None
        plan = None if given is None else _plan(self, statement, given)
        if self.gathered and (plan is None or self.gathered.concerns(plan.words, plan.parents)):
            self.send_gathered()
        if plan is None or given is None or (wants_rows and not plan.returns_rows):
            return None, None
        return plan, plan.run(self, given)


def _alone(parameters: Any) -> Mapping[str, Any] | None:
    """The values of a statement that is run once; None for those of many."""
    if parameters is None:
        return _NO_VALUES
    if type(parameters) is dict:
        return parameters
    is_one = type(parameters) is list and len(parameters) == 1 and type(parameters[0]) is dict
    return parameters[0] if is_one else None


def make_quick(engine: sa.Engine) -> None:
    """From now on this engine's connections are quick."""
    engine._connection_cls = QuickConnection
    engine.plans = WeakKeyDictionary()  # type: ignore[attr-defined]


def _plan(connection: Any, statement: Any, given: Mapping[str, Any]) -> Plan | None:
    if not isinstance(statement, _PLAIN) or not _is_ordinary(connection):
        return None
    plans: WeakKeyDictionary[Any, Plans] = connection.engine.plans
    known = plans.get(statement)
    if known is None:  # many are built for one use
        plans[statement] = {}
        return None
    keys = tuple(given)
    plan = known.get(keys, _ABSENT)
    if plan is _ABSENT:
        plan = known[keys] = _made(connection.dialect, statement, keys)
    return plan  # type: ignore[return-value]


def _is_ordinary(connection: Any) -> bool:
    options = connection._execution_options
    if connection.is_watched or not connection.in_transaction():
        return False
    return "yield_per" not in options and "stream_results" not in options and "schema_translate_map" not in options


def _parents(statement: Any) -> frozenset[str]:
    """The tables that must have what a row that is written refers to, at once and not only at COMMIT."""
    keys = getattr(getattr(statement, "table", None), "foreign_keys", ())
    return frozenset(key.column.table.name for key in keys if key.initially != "DEFERRED")


def _made(dialect: sa.engine.Dialect, statement: Any, keys: tuple[str, ...]) -> Plan | None:
    """A plan; None for a statement that has to do with values which SQLAlchemy makes or looks up itself."""
    if statement.get_execution_options():
        return None
    # As one of many an INSERT does not ask for the key it is given.
    alone = isinstance(statement, sa.Insert) and not statement._returning
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(keys), for_executemany=alone)
    names = [column.keyname for column in compiled._result_columns]
    odd = (
        compiled.literal_execute_params,
        any(bind.type._is_tuple_type for bind in compiled.post_compile_params),
        compiled.escaped_bind_names,
        compiled._numeric_binds,
        compiled._textual_ordered_columns,
        compiled._loose_column_name_matching,
        len(set(names)) != len(names),
        getattr(compiled, "insert_prefetch", ()),
        getattr(compiled, "update_prefetch", ()),
    )
    return None if any(odd) else Plan(compiled)
