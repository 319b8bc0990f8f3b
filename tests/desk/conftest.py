"""What the tests of the desk share."""

from __future__ import annotations

import pytest


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 MiB and a quarter of a second for each password's hash would be most of what the tests of the door do."""
    from argon2 import PasswordHasher
    from argon2.profiles import CHEAPEST

    from desk.entry import passwords

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher.from_parameters(CHEAPEST))
