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


def test_the_account_says_what_this_browser_allows_and_asks_only_when_told_to(
    window: Page, sqlite_store: Store, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    asked = "() => { window.asked = 0; Notification.requestPermission = async () => (window.asked += 1, 'denied'); }"
    with sitting(window, site_house(sqlite_store, tmp_path), "ana") as root:
        window.goto(f"{root}/account")
        said = window.locator(".notify p:visible")
        expect(said).to_have_count(1)
        window.evaluate("document.documentElement.dataset.notify = 'default'")
        window.evaluate(asked)
        expect(said).to_contain_text("todavía no tiene permiso")
        assert window.evaluate("window.asked") == 0

        window.get_by_role("button", name="Permitirlo").click()

        expect(window.locator(".toast.bad")).to_contain_text("bloqueados")
        assert window.evaluate("window.asked") == 1
