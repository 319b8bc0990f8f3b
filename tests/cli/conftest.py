"""The town of the commands' tests, on SQLite; where the engine matters, on both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path) -> Town:
    return build_town(sqlite_store, tmp_path)


@pytest.fixture
def either_town(store: Store, tmp_path: Path) -> Town:
    return build_town(store, tmp_path)
