"""Whether the store's schema is the one this version expects, told without Alembic (and, by name alone, without SQLAlchemy)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ventanilla.errors import Temporary

if TYPE_CHECKING:
    from ventanilla.store.engine import Store

FIND_REVISION = "SELECT version_num FROM alembic_version"
_SCRIPT = re.compile(r"v(\d+)_\w+\.py")


def newest_revision() -> str:
    """The revision that this version's migrations lead to, by the names of their files."""
    names = (path.name for path in (Path(__file__).parent / "migrations" / "versions").iterdir())
    return max(found[1] for name in names if (found := _SCRIPT.fullmatch(name)))


def is_current(store: Store) -> bool:
    """Whether the schema is up to date. False also where there is none, or where the store does not answer: `require_current`
    then says what is wrong, with the cure."""
    import sqlalchemy as sa

    try:
        with store.read() as connection:
            return str(connection.scalar(sa.text(FIND_REVISION))) == newest_revision()
    except (Temporary, sa.exc.DBAPIError):
        return False
