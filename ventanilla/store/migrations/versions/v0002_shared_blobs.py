"""Which folder of blobs is the house's, so that a machine that sees another one can say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; whoever starts first names the folder."""
    op.add_column("installation", sa.Column("blobs_folder", sa.Text))
