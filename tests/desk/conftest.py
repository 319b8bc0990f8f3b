"""One browser for all tests of a worker: each makes contexts of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's chromium, without a window. A test that uses it is marked `pytest.mark.xdist_group("chromium")`."""
    from tests.servers.chromium import started_chromium

    with started_chromium() as browser:
        yield browser
