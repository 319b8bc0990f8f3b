"""The board in a real browser: a card is dragged onto a person, or given with the keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import SiteHouse, site_house
from tests.desk.window import sitting
from tests.servers.chromium import until
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("chromium")


def owner(house: SiteHouse) -> str:
    return str(house.house.rows(conversations)[-1].owner)


def test_a_card_is_dragged_onto_somebody_and_handed_back(window: Page, sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()
    before = owner(house)

    with sitting(window, house, "marta") as root:
        window.goto(f"{root}/board")
        window.locator(f"#case-{key}").drag_to(window.locator("#person-pau h3"))
        window.locator(f"#person-pau #case-{key}").wait_for()
        given = owner(house)
        window.locator("[data-undo]").click()
        window.locator(f"#person-{before} #case-{key}").wait_for()

    assert (given, owner(house)) == ("pau", before)


def test_a_card_is_given_with_the_keyboard_alone(window: Page, sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()

    with sitting(window, house, "marta") as root:
        window.goto(f"{root}/board")
        window.locator(f"#give-{key} summary").focus()
        window.keyboard.press("Enter")
        until(window, f"document.activeElement.id === 'to-{key}'")
        window.keyboard.type("Pau")
        window.keyboard.press("Tab")
        window.keyboard.press("Enter")
        window.locator(f"#person-pau #case-{key}").wait_for()

    assert owner(house) == "pau"
