"""What the tests of the desk share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Iterator[Page]:
    """One window for all who need no more (tests/desk/window.py): to open one takes the browser longer than most tests."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """19 MiB and some tens of milliseconds for each password's hash would be most of what the tests of the door do."""
    from argon2 import PasswordHasher
    from argon2.profiles import CHEAPEST

    from desk.entry import passwords

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher.from_parameters(CHEAPEST))
