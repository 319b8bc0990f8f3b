"""Bringing the books up to date before figures are read. Knows no figure."""

from __future__ import annotations

from cli.context import Context


def keep_books(run: Context) -> None:
    """Have the clocks say what has happened until now. Left to the service where the file is not the one in force: its promises
    are not what these clocks run by."""
    from config.apply import is_in_force
    from router.timekeeping.keeper import catch_up

    with run.store.read() as connection:
        if not is_in_force(connection, run.glimpsed):
            return
    catch_up(run.store, run.house(), now=run.now())
