"""Pages in a real browser: what they look like to whoever comes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import site_house
from tests.desk.window import sitting
from ventanilla.store.engine import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("chromium")


def test_a_page_that_is_not_there_says_so(window: Page, sqlite_store: Store, tmp_path: Path) -> None:
    with sitting(window, site_house(sqlite_store, tmp_path), "marta") as root:
        window.goto(f"{root}/nothing-here")

        assert window.get_by_role("heading").inner_text() == "Aquí no hay nada"
