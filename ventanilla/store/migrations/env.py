"""What Alembic runs: the migrations, on the connection that `ventanilla.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from ventanilla.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller holds one transaction over all of them
    render_as_batch=True,
)
context.run_migrations()
