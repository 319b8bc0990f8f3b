"""The schema's history, oldest first; Alembic runs it."""
