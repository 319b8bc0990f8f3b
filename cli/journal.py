"""A command's transaction together with what it notes in the log, under the name of whoever runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.context import Context

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ventanilla.store.events import Journal


@contextmanager
def writing(run: Context) -> Iterator[tuple[sa.Connection, Journal]]:
    """One transaction that may write; what the journal was told is written at its end. Raises Temporary as `Store.write`."""
    from cli.inbox import this_user
    from ventanilla.store.events import Journal

    journal = Journal(now=run.now(), actor=this_user())
    with run.store.write() as connection:
        yield connection, journal
        journal.flush(connection)
