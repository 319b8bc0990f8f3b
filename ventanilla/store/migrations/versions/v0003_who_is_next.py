"""An index of those who are there by what they hold, so that who is next is found without reading a whole team."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_INDEX = "CREATE INDEX ix_agents_next ON agents (on_duty, enabled, capacity, load, last_assigned_at{nulls_first}, name)"


def upgrade() -> None:
    """Add the index: whoever never had a case comes first, as SQLite orders by itself."""
    nulls_first = "" if op.get_bind().dialect.name == "sqlite" else " NULLS FIRST"
    op.execute(_INDEX.format(nulls_first=nulls_first))
