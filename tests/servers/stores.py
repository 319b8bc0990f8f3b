"""Migrated, empty stores for fixtures of any scope, on either engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.servers.reuse import Reused
from ventanilla.store.engine import Store, open_store


@contextmanager
def migrated_store(request: pytest.FixtureRequest, dialect: str, folder: Path) -> Iterator[Store]:
    """A store of its own: like the session's template, with its blobs in `folder`."""
    copy = _copied_file if dialect == "sqlite" else _lent_database
    with copy(request, folder) as url:
        store = open_store(url, folder / "blobs")
        _know_what_others_compiled(store.engine)
        try:
            yield store
        finally:
            store.close()


_FIRST: dict[str, sa.Engine] = {}


def _know_what_others_compiled(engine: sa.Engine) -> None:
    """Share the texts of statements with every other store of this engine's kind, as one long-lived process would.

    A statement's text is kept by the dialect object that wrote it, and both are the engine's own: without this each test writes
    all of them anew, which is a third of its time.
    """
    if engine.name not in _FIRST:
        with engine.connect():  # a dialect knows its server only after the first connection
            _FIRST[engine.name] = engine
    _share(engine)


def open_knowing(url: str, blobs: Path) -> Store:
    """`open_store`, with the texts of statements that others of its kind compiled. Connects to nothing."""
    store = open_store(url, blobs)
    if store.engine.name in _FIRST:
        _share(store.engine)
    return store


def _share(engine: sa.Engine) -> None:
    first: Any = _FIRST[engine.name]
    mine: Any = engine
    mine.dialect, mine._compiled_cache = first.dialect, first._compiled_cache


@contextmanager
def _copied_file(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    path = folder / "ventanilla.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    yield f"sqlite:///{path}"


@contextmanager
def _lent_database(request: pytest.FixtureRequest, _folder: Path) -> Iterator[str]:
    databases: Reused = request.getfixturevalue("postgresql_databases")
    name = databases.take()
    try:
        yield databases.server.url(name)
    finally:
        databases.give_back(name)
