"""The append-only log of events, and what makes the engine refuse to change it or its chain."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import metadata
from ventanilla.store.types import Id, Json, Utc

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("conversation_id", Id, index=True),
    sa.Column("assignment_number", sa.Integer),
    sa.Column("message_id", Id, index=True),
    sa.Column("inbox_id", Id, index=True),
    sa.Column("outbox_id", Id, index=True),
    sa.Column("agent", sa.Text),
    sa.Column("data", Json, nullable=False),
    sa.Index("ix_events_kind_at", "kind", "at"),
    sa.Index("ix_events_actor", "actor", "id"),  # what one person did, newest first
    sqlite_autoincrement=True,
)

APPEND_ONLY = (events.name, "seals")
"""The tables whose rows are never changed and never go."""


def append_only_ddl(dialect: str) -> tuple[str, ...]:
    """The statements that make the event log and its chain refuse UPDATE and DELETE on this engine."""
    refuse = _refuse_postgresql if dialect == "postgresql" else _refuse_sqlite
    return tuple(statement for table in APPEND_ONLY for statement in refuse(table))


def append_only_function(table: str) -> str:
    """The function that refuses on PostgreSQL, by its name."""
    return f"{table}_are_append_only()"


def _refuse_sqlite(table: str) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
        for change in ("UPDATE", "DELETE")
    )


def _refuse_postgresql(table: str) -> tuple[str, ...]:
    return (
        f"""CREATE FUNCTION {append_only_function(table)} RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} are append-only'; END $$""",
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {append_only_function(table)}""",
    )
