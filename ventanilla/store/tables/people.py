"""The staff: agents with their load, absences and invitations, and teams."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import metadata, one_of
from ventanilla.store.types import Id, Utc

_NEXT = ("on_duty", "enabled", "capacity", "load")

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("telegram", sa.Text, unique=True),
    sa.Column("telegram_proven_at", Utc),
    sa.Column("telegram_refused_at", Utc),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("load", sa.Integer, nullable=False, server_default="0"),
    sa.Column("on_duty", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("duty_since", Utc),
    sa.Column("duty_changes_at", Utc, index=True),
    sa.Column("last_assigned_at", Utc),
    sa.CheckConstraint("load >= 0", name="load"),
    sa.CheckConstraint("capacity >= 1", name="capacity"),
    sa.CheckConstraint("(telegram IS NULL) = (telegram_proven_at IS NULL)", name="telegram_is_proven"),
    sa.CheckConstraint("telegram_refused_at IS NULL OR telegram IS NOT NULL", name="telegram_refused"),
    sa.Index("ix_agents_next", *_NEXT, "last_assigned_at", "name").ddl_if(dialect="sqlite"),
    sa.Index("ix_agents_next", *_NEXT, sa.text("last_assigned_at NULLS FIRST"), "name").ddl_if(dialect="postgresql"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("token_sha256", sa.Text, primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("used_at", Utc),
    sa.CheckConstraint(one_of("purpose", ("telegram", "desk")), name="purpose"),
)

absences = sa.Table(
    "absences",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("starts_at", Utc, nullable=False),
    sa.Column("ends_at", Utc),
    sa.Column("cover", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("created_at", Utc, nullable=False),
    sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
    sqlite_autoincrement=True,
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
)

team_members = sa.Table(
    "team_members",
    metadata,
    sa.Column("team", sa.Text, sa.ForeignKey("teams.name"), primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), primary_key=True),
    sa.Index("ix_team_members_agent", "agent"),
)
