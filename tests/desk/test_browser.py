"""Pages in a real browser: what they look like to whoever comes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import site_house
from tests.servers.chromium import served
from ventanilla.store.engine import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.xdist_group("chromium")


def test_a_page_that_is_not_there_says_so(chromium: Chromium, sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    with served(house.app) as root, house.browser("marta") as browser:
        context = chromium.new_context(base_url=root)
        context.add_cookies(
            [{"name": each.name, "value": each.value or "", "url": root} for each in browser.cookies.jar]
        )
        page = context.new_page()
        page.goto("/nothing-here")

        assert page.get_by_role("heading").inner_text() == "Aquí no hay nada"
        context.close()
