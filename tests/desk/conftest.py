"""One browser for all tests of a worker: each makes contexts of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 MiB and a quarter of a second for each password's hash would be most of what the tests of the door do."""
    from argon2 import PasswordHasher
    from argon2.profiles import CHEAPEST

    from desk.entry import passwords

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher.from_parameters(CHEAPEST))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's chromium, without a window. A test that uses it is marked `pytest.mark.xdist_group("chromium")`."""
    from tests.servers.chromium import started_chromium

    with started_chromium() as browser:
        yield browser
