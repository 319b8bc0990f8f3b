"""Keys in a real browser: a list is walked and opened, places are gone to, fields are left alone, and all of it can be off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import SiteHouse, site_house
from tests.servers.chromium import served
from ventanilla.store.engine import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("chromium")


@contextmanager
def _visiting(chromium: Chromium, house: SiteHouse, agent: str) -> Iterator[Page]:
    with served(house.app) as root, house.browser(agent) as browser:
        context = chromium.new_context(base_url=root)
        context.add_cookies(
            [{"name": each.name, "value": each.value or "", "url": root} for each in browser.cookies.jar]
        )
        yield context.new_page()
        context.close()


def test_a_list_is_walked_opened_and_left_by_keys_alone(
    chromium: Chromium, sqlite_store: Store, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    house = site_house(sqlite_store, tmp_path, members='"ana"')
    keys = [house.receive(sender=f"c{number}@clientes.example", subject=f"Asunto {number}") for number in range(3)]
    with _visiting(chromium, house, "ana") as page:
        page.goto("/cases")
        for key in ("j", "j", "ArrowDown", "k"):
            page.keyboard.press(key)
        expect(page.get_by_role("link", name="Asunto 1")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/cases/{keys[1]}")
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/cases")
        page.keyboard.press("/")
        page.keyboard.type("jgc?")
        expect(page.get_by_role("searchbox")).to_have_value("jgc?")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Buscar en todos los textos")
        page.keyboard.press("j")  # under a dialog nothing moves
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert not page.evaluate("document.activeElement.matches('.case-link')")


def test_keys_that_were_turned_off_do_nothing(chromium: Chromium, sqlite_store: Store, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    house = site_house(sqlite_store, tmp_path, members='"ana"')
    house.receive(subject="Asunto")
    with house.browser("ana") as browser:
        browser.submit("/account/preferences", language="", theme="auto")
    with _visiting(chromium, house, "ana") as page:
        page.goto("/cases")
        for key in ("j", "?", "g", "u"):
            page.keyboard.press(key)
        page.get_by_role("button", name="Atajos de teclado").click()
        expect(page.get_by_role("dialog")).to_contain_text("desactivados")

        assert page.url.endswith("/cases")
