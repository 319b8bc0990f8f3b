"""The installation itself: who we are, which file was in force when, and the channels with their leases and checkpoints."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import Mode

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("instance", sa.Text, nullable=False),
    sa.Column("signing_key", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("restored_at", Utc),
    sa.Column("blobs_folder", sa.Text),
    sa.CheckConstraint("id = 1", name="single"),
)

config_versions = sa.Table(
    "config_versions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("content", Json, nullable=False),
    sa.Column("applied_at", Utc, nullable=False),
)

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("forced_observe", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("since", Utc, nullable=False),
    sa.Column("last_pull_at", Utc),
    sa.Column("last_item_at", Utc),
    sa.Column("paused_at", Utc),
    sa.Column("quiet_since", Utc),
    sa.Column("problem", sa.Text),
    sa.Column("problem_part", sa.Text),
    sa.Column("cure", sa.Text),
    sa.Column("retry_at", Utc),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint(one_of("mode", Mode), name="mode"),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("token", Id, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("updated_at", Utc, nullable=False),
)

hook_refusals = sa.Table(
    "hook_refusals",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", Utc, nullable=False),
)
