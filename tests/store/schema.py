"""A database's schema as plain data, so that two can be compared: every column, constraint, index and trigger by name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

_IGNORED = "alembic_version"
_TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


def schema_of(engine: sa.Engine) -> dict[str, Any]:
    """Tables by name with all that they consist of, and the triggers."""
    look = sa.inspect(engine)
    with engine.connect() as connection:
        triggers = [tuple(row) for row in connection.exec_driver_sql(_TRIGGERS[engine.dialect.name])]
    tables = {name: _table(look, name) for name in look.get_table_names() if name != _IGNORED}
    return {"tables": tables, "triggers": triggers}


def _table(look: sa.Inspector, name: str) -> dict[str, Any]:
    return {
        "columns": {each["name"]: _plain(each) for each in look.get_columns(name)},
        "primary key": _plain(look.get_pk_constraint(name)),
        "foreign keys": _named(look.get_foreign_keys(name)),
        "unique": _named(look.get_unique_constraints(name)),
        "checks": _named(look.get_check_constraints(name)),
        "indexes": _named(look.get_indexes(name)),
    }


def _named(parts: Any) -> dict[str, Any]:
    unnamed = [part for part in parts if not part["name"]]
    assert not unnamed, f"without a name a migration on SQLite loses it: {unnamed}"
    return {part["name"]: _plain(part) for part in parts}


def _plain(part: Any) -> Any:
    return {key: _plain(value) for key, value in part.items()} if isinstance(part, dict) else str(part)
