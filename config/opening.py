"""Opens the store that a configuration names."""

from __future__ import annotations

from pathlib import Path

from config.schema import Config
from ventanilla.errors import Unreachable
from ventanilla.store.engine import Store, open_store


def open_configured_store(config: Config) -> Store:
    """The store of `store.url`, with its blobs beside the data. Connects lazily; migrating is not its business."""
    return open_store(config.store_url(), config.service.data_dir / "blobs")


def open_existing_store(config: Config) -> Store:
    """The same for whoever only looks. Raises Unreachable where SQLite would make an empty file of what is asked for."""
    if not has_store(config):
        raise Unreachable(
            f"there is no store at {_sqlite_path(config)}: `ventanilla up` (or `migrate`) makes one; is it the right file?"
        )
    return open_configured_store(config)


def has_store(config: Config) -> bool:
    """False where SQLite's file is not there yet. Whether a PostgreSQL server has the database only it can say: True."""
    path = _sqlite_path(config)
    return path is None or path.exists()


def _sqlite_path(config: Config) -> Path | None:
    scheme, _, path = config.store_url().partition(":///")
    return Path(path) if scheme == "sqlite" else None
