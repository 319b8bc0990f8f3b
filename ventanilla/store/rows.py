"""Rows as lines of JSON that both engines can read, and back: instants, bytes and documents keep their meaning.

Each file begins with its columns and what they hold, so that a back-up of an older schema can be read without its tables.py.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.errors import BadInput
from ventanilla.store.types import Json, Utc

_TYPES: dict[str, Any] = {
    "instant": Utc(),
    "bytes": sa.LargeBinary(),
    "document": Json,
    "flag": sa.Boolean(),
    "number": sa.BigInteger(),
    "text": sa.Text(),
}
_ENCODE: dict[str, Callable[[Any], Any]] = {
    "instant": lambda value: value.isoformat(),
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
}
_DECODE: dict[str, Callable[[Any], Any]] = {
    "instant": datetime.fromisoformat,
    "bytes": base64.b64decode,
}


def lines_of(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    """The columns, then every row, in the order of the primary key; read in pieces, so that memory does not grow."""
    kinds = {column.name: _kind(column.type) for column in table.columns}
    yield _line(kinds)
    encoders = [_ENCODE.get(kind) for kind in kinds.values()]
    query = sa.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=500)
    for row in connection.execute(query):
        yield _line(
            [
                value if encode is None or value is None else encode(value)
                for encode, value in zip(encoders, row, strict=True)
            ]
        )


def rows_of(lines: Iterable[bytes]) -> tuple[Mapping[str, str], Iterator[dict[str, Any]]]:
    """The columns with what they hold, and the rows. Raises BadInput for what is none of our files, at the row that is none too."""
    each = iter(lines)
    try:
        kinds = json.loads(next(each))
    except (StopIteration, ValueError, RecursionError):
        raise BadInput("a file of rows has no first line that names its columns") from None
    if not isinstance(kinds, dict) or not all(isinstance(kind, str) and kind in _TYPES for kind in kinds.values()):
        raise BadInput("a file of rows names columns of a kind that this version does not know")
    return kinds, _decoded(kinds, each)


def insert_into(name: str, kinds: Mapping[str, str]) -> sa.Insert:
    """The INSERT for a table with just these columns."""
    return sa.insert(sa.table(name, *(sa.column(column, _TYPES[kind]) for column, kind in kinds.items())))


def _decoded(kinds: Mapping[str, str], lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    decoders = [_DECODE.get(kind) for kind in kinds.values()]
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line)
            yield {
                column: value if decode is None or value is None else decode(value)
                for column, decode, value in zip(kinds, decoders, values, strict=True)
            }
        except (ValueError, TypeError, RecursionError):
            raise BadInput(f"row {number:,} of a file of rows cannot be read") from None


def _kind(type_: sa.types.TypeEngine[Any]) -> str:
    if isinstance(type_, Utc):
        return "instant"
    for kind, known in (("bytes", sa.LargeBinary), ("document", sa.JSON), ("flag", sa.Boolean), ("number", sa.Integer)):
        if isinstance(type_, known):
            return kind
    return "text"


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
