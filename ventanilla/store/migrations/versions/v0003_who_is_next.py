"""An index of those who are there by what they hold, so that who is next is found without reading a whole team."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_agents_next", "agents", ["on_duty", "enabled", "capacity", "load", "last_assigned_at", "name"])
