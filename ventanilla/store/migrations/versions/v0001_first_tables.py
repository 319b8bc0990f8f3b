"""The first tables, with every promise that the database keeps. The statements stand in the .sql files beside this one."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the frozen statements of this engine."""
    bind = op.get_bind()
    script = Path(__file__).with_name(f"v0001_first_tables.{bind.dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.split(";;\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
