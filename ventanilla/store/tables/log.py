"""The append-only log of events, and what makes the engine refuse to change it."""

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
    sqlite_autoincrement=True,
)

_REFUSE_SQLITE = (
    "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
)
_REFUSE_POSTGRESQL = (
    """CREATE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    """CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_are_append_only()""",
)


def append_only_ddl(dialect: str) -> tuple[str, ...]:
    """The statements that make the event log refuse UPDATE and DELETE on this engine."""
    return _REFUSE_POSTGRESQL if dialect == "postgresql" else _REFUSE_SQLITE
