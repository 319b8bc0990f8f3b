"""Migrated, empty stores for fixtures of any scope, on either engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.postgresql import PostgreSQL
from ventanilla.store.engine import Store, open_store


@contextmanager
def migrated_store(request: pytest.FixtureRequest, dialect: str, folder: Path) -> Iterator[Store]:
    """A store of its own: a copy of the session's template, with its blobs in `folder`."""
    copy = _copied_file if dialect == "sqlite" else _copied_database
    with copy(request, folder) as url:
        store = open_store(url, folder / "blobs")
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _copied_file(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    path = folder / "ventanilla.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    yield f"sqlite:///{path}"


@contextmanager
def _copied_database(request: pytest.FixtureRequest, _folder: Path) -> Iterator[str]:
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.create(template=request.getfixturevalue("postgresql_template"))
    try:
        yield server.url(name)
    finally:
        server.drop(name)
