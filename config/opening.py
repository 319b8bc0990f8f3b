"""Opens the store that a configuration names."""

from __future__ import annotations

from config.schema import Config
from ventanilla.store.engine import Store, open_store


def open_configured_store(config: Config) -> Store:
    """The store of `store.url`, with its blobs beside the data. Connects lazily; migrating is not its business."""
    return open_store(config.store_url(), config.service.data_dir / "blobs")
