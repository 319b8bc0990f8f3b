"""The register of the changes that must not be possible, and how one is tried. Knows no table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from tests.store.rows import everything
from ventanilla.store.engine import Store

Change = Callable[[sa.Connection], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A change that must not be possible, and the constraint, trigger or type that says so."""

    change: Change
    refused_by: str


BREAKS: dict[str, Break] = {}
"""By name; the changes start from tests.store.promises.ground."""


def promise(refused_by: str) -> Callable[[Change], Change]:
    """Enter a change under its name; a name that is taken raises ValueError."""

    def note(change: Change) -> Change:
        if change.__name__ in BREAKS:
            raise ValueError(f"{change.__name__}: two changes have this name")
        BREAKS[change.__name__] = Break(change=change, refused_by=refused_by)
        return change

    return note


def check_refused(store: Store, name: str) -> None:
    """One break fails, at its statement or at the commit, and leaves everything as it was."""
    with store.read() as connection:
        before = everything(connection)
    with pytest.raises(StatementError) as caught, store.write() as connection:
        BREAKS[name].change(connection)
    assert _is_the_reason(caught.value, BREAKS[name].refused_by), caught.value
    with store.read() as connection:
        assert everything(connection) == before


def _is_the_reason(error: StatementError, refused_by: str) -> bool:
    """Whether the engine names this constraint. SQLite names CHECKs alone, and of a foreign key or a key only its sort."""
    if isinstance(error.orig, sqlite3.IntegrityError) and refused_by.startswith(("fk_", "uq_", "pk_")):
        return str(error.orig).startswith(("FOREIGN KEY", "UNIQUE"))
    return refused_by in str(error.orig)
