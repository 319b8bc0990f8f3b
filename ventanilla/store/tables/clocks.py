"""What is timed, and what makes the log trustworthy: clocks (derived from the events), seals (the log's chain), holds.

`clocks` is a projection of the event log: it can be emptied and worked out again. Lengths are microseconds. `day`, `hour`,
`end_day` and `end_hour` are on the wall of the house, kept so that no report has to convert a million times.
"""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import Ended, Kind, Metric, Priority

clocks = sa.Table(
    "clocks",
    metadata,
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("metric", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),  # which legal deadline; else empty
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("agent", sa.Text),  # who is credited: who wrote the answer, who owned the wait
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("stopped_at", Utc),
    sa.Column("ended", sa.Text),
    sa.Column("paused_since", Utc),
    sa.Column("elapsed", sa.BigInteger),  # all of it, pauses too
    sa.Column("business", sa.BigInteger),  # open hours of the promise's calendar, without pauses
    sa.Column("paused", sa.BigInteger, nullable=False, server_default="0"),  # time waiting on the customer
    sa.Column("promise", sa.Text),
    sa.Column("calendar", sa.Text),
    sa.Column("config_version", Id, nullable=False),
    sa.Column("within", sa.BigInteger),
    sa.Column("target", sa.Integer),  # the committed level: percent
    sa.Column("warn_at", Utc),
    sa.Column("due_at", Utc),  # none while paused, or where nothing is promised
    sa.Column("warned_at", Utc),  # when that was recorded and told; once
    sa.Column("breached_at", Utc),
    sa.Column("day", sa.Text, nullable=False),  # 2026-11-22
    sa.Column("hour", sa.Integer, nullable=False),
    sa.Column("end_day", sa.Text),
    sa.Column("end_hour", sa.Integer),
    sa.CheckConstraint(one_of("metric", Metric), name="metric"),
    sa.CheckConstraint(one_of("ended", Ended), name="ended"),
    sa.CheckConstraint(one_of("kind", Kind), name="kind"),
    sa.CheckConstraint(one_of("priority", Priority), name="priority"),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.CheckConstraint("(stopped_at IS NULL) = (ended IS NULL)", name="ended_when_stopped"),
    sa.CheckConstraint("(stopped_at IS NULL) = (elapsed IS NULL)", name="measured_when_stopped"),
    sa.CheckConstraint("(elapsed IS NULL) = (business IS NULL)", name="measured_twice"),
    sa.CheckConstraint("stopped_at IS NULL OR stopped_at >= started_at", name="runs_forward"),
    sa.CheckConstraint("stopped_at IS NULL OR paused_since IS NULL", name="paused_while_running"),
    sa.Index(  # all that a report over a year is counted by: it reads this alone, not the rows
        "ix_clocks_metric_day",
        "metric",
        "day",
        "ended",
        "elapsed",
        "business",
        "paused",
        "within",
        "conversation_id",
        "number",
        "channel",
        "team",
        "agent",
        "kind",
        "priority",
        "promise",
        "target",
        "due_at",
        "stopped_at",
    ),
    sa.Index("ix_clocks_metric_end_day", "metric", "end_day"),
    sa.Index(
        "ix_clocks_to_warn",
        "warn_at",
        sqlite_where=sa.text("stopped_at IS NULL AND warn_at IS NOT NULL"),
        postgresql_where=sa.text("stopped_at IS NULL AND warn_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_clocks_to_break",
        "due_at",
        sqlite_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
        postgresql_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_clocks_running",
        "metric",
        "started_at",
        sqlite_where=sa.text("stopped_at IS NULL"),
        postgresql_where=sa.text("stopped_at IS NULL"),
    ),
)

seals = sa.Table(
    "seals",
    metadata,
    sa.Column("number", Id, primary_key=True, autoincrement=False),  # 1, 2, 3: the chain's own order, no gaps
    sa.Column("event_id", Id, nullable=False, unique=True),
    sa.Column("hash", sa.Text, nullable=False),  # SHA-256, in hex, of the one before and of this event
)

bookkeeping = sa.Table(
    "bookkeeping",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", Json, nullable=False),
    sa.CheckConstraint("id = 1", name="single"),
)
"""One row: how far the books are. Whoever writes seals or clocks locks it first."""

legal_holds = sa.Table(
    "legal_holds",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("set_by", sa.Text, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("until", Utc),
    sa.Column("ended_at", Utc),
    sa.Column("ended_by", sa.Text),
    sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
    sqlite_autoincrement=True,
)
