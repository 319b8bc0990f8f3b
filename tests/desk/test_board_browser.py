"""The board in a real browser: a card is dragged onto a person, or given with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import SiteHouse, site_house
from tests.servers.chromium import served
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("chromium")


@contextmanager
def opened(chromium: Chromium, house: SiteHouse, agent: str, path: str) -> Iterator[Page]:
    with served(house.app) as root, house.browser(agent) as browser:
        context = chromium.new_context(base_url=root)
        jar = [{"name": each.name, "value": each.value or "", "url": root} for each in browser.cookies.jar]
        context.add_cookies(jar)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(path)
        try:
            yield page
        finally:
            context.close()


def owner(house: SiteHouse) -> str:
    return str(house.house.rows(conversations)[-1].owner)


def test_a_card_is_dragged_onto_somebody_and_handed_back(
    chromium: Chromium, sqlite_store: Store, tmp_path: Path
) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()
    before = owner(house)

    with opened(chromium, house, "marta", "/board") as page:
        page.locator(f"#case-{key}").drag_to(page.locator("#person-pau h3"))
        page.locator(f"#person-pau #case-{key}").wait_for()
        given = owner(house)
        page.locator("[data-undo]").click()
        page.locator(f"#person-{before} #case-{key}").wait_for()

    assert (given, owner(house)) == ("pau", before)


def test_a_card_is_given_with_the_keyboard_alone(chromium: Chromium, sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()

    with opened(chromium, house, "marta", "/board") as page:
        page.locator(f"#give-{key} summary").focus()
        page.keyboard.press("Enter")
        page.wait_for_function(f"document.activeElement.id === 'to-{key}'")
        page.keyboard.type("Pau")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(f"#person-pau #case-{key}").wait_for()

    assert owner(house) == "pau"
