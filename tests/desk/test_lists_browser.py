"""Keys in a real browser: a list is walked and opened, places are gone to, fields are left alone, and all of it can be off."""

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


def test_a_list_is_walked_opened_and_left_by_keys_alone(window: Page, sqlite_store: Store, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    house = site_house(sqlite_store, tmp_path, members='"ana"')
    keys = [house.receive(sender=f"c{number}@clientes.example", subject=f"Asunto {number}") for number in range(3)]
    with sitting(window, house, "ana") as root:
        window.goto(f"{root}/cases")
        for key in ("j", "j", "ArrowDown", "k"):
            window.keyboard.press(key)
        expect(window.get_by_role("link", name="Asunto 1")).to_be_focused()
        window.keyboard.press("Enter")
        window.wait_for_url(f"**/cases/{keys[1]}")
        window.keyboard.press("g")
        window.keyboard.press("c")
        window.wait_for_url("**/cases")
        window.keyboard.press("/")
        window.keyboard.type("jgc?")
        expect(window.get_by_role("searchbox")).to_have_value("jgc?")
        window.keyboard.press("Escape")
        window.keyboard.press("?")
        expect(window.get_by_role("dialog")).to_contain_text("Buscar en todos los textos")
        window.keyboard.press("j")  # under a dialog nothing moves
        window.keyboard.press("Escape")
        expect(window.get_by_role("dialog")).to_have_count(0)
        assert not window.evaluate("document.activeElement.matches('.case-link')")


def test_keys_that_were_turned_off_do_nothing(window: Page, sqlite_store: Store, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    house = site_house(sqlite_store, tmp_path, members='"ana"')
    house.receive(subject="Asunto")
    with house.browser("ana") as browser:
        browser.submit("/account/preferences", language="", theme="auto")
    with sitting(window, house, "ana") as root:
        window.goto(f"{root}/cases")
        for key in ("j", "?", "g", "u"):
            window.keyboard.press(key)
        window.get_by_role("button", name="Atajos de teclado").click()
        expect(window.get_by_role("dialog")).to_contain_text("desactivados")

        assert window.url.endswith("/cases")
