"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Utc(TypeDecorator[datetime]):
    """An instant: aware UTC in, aware UTC out, to the microsecond; a naive datetime is refused.

    PostgreSQL keeps `timestamptz`; SQLite keeps fixed-width ISO text, so that comparing text compares instants.
    """

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        instant = value if value.tzinfo is UTC else value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else f"{instant.isoformat(timespec='microseconds')[:-6]}Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number the database hands out."""

Json = sa.JSON().with_variant(postgresql.JSONB, "postgresql")
"""A document; never searched inside."""
