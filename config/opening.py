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
    scheme, _, path = config.store_url().partition(":///")
    if scheme == "sqlite" and not Path(path).exists():
        raise Unreachable(
            f"there is no store at {path}: `ventanilla up` (or `migrate`) makes one; is it the right file?"
        )
    return open_configured_store(config)
