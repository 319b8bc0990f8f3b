"""Whether the store's schema is the one this version expects, told without Alembic (and, by name alone, without SQLAlchemy)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ventanilla.errors import AnotherSchema, Temporary

if TYPE_CHECKING:
    from ventanilla.store.engine import Store

NEWEST = "0003"
"""The revision that this version's migrations lead to. It stands here and is not looked up: a process that runs on while its
program is replaced on disk must go on knowing what it was made for."""
FIND_REVISION = "SELECT version_num FROM alembic_version"


def newest_revision() -> str:
    """The revision that this version's migrations lead to."""
    return NEWEST


def is_current(store: Store) -> bool:
    """Whether the schema is up to date; if so, the store is used under this revision and no other from now on.

    False also where there is none, or where the store does not answer: `require_current` then says what is wrong, with the cure.
    """
    import sqlalchemy as sa

    try:
        with store.read() as connection:
            found = str(connection.scalar(sa.text(FIND_REVISION)))
    except (Temporary, AnotherSchema, sa.exc.DBAPIError):
        return False
    if found == newest_revision():
        store.fence.revision = found
    return found == newest_revision()
