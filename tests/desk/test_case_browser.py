"""A case in a real browser: answered by keys alone, news that leave alone what somebody writes, a draft that stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import SiteHouse, site_house
from tests.servers.chromium import served
from ventanilla.store.engine import Store
from ventanilla.store.tables import messages
from ventanilla.words import Direction

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("chromium")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path, members='"ana"')


def test_a_case_is_answered_with_keys_and_a_draft_outlives_the_page(chromium: Chromium, house: SiteHouse) -> None:
    key = house.receive(text="Hola, ¿cuándo llega?")
    with served(house.app) as root, house.browser("ana") as browser:
        context = chromium.new_context(base_url=root)
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": root} for one in browser.cookies.jar])
        page = context.new_page()
        page.goto(f"/cases/{key}")
        _write(page, "Mañana por la mañana")
        page.goto(f"/cases/{key}/record")
        page.goto(f"/cases/{key}")
        kept = page.locator("#answer-text").input_value()
        page.locator("#answer-text").focus()
        page.keyboard.press("Control+Enter")
        page.locator(".entry.out").wait_for()
        page.goto(f"/cases/{key}")
        left = page.locator("#answer-text").input_value()
        page.keyboard.press("e")
        page.locator("#case-dialog[open] form").wait_for()
        page.keyboard.press("Escape")
        page.locator("#case-dialog:not([open])").wait_for(state="attached")
        context.close()

    sent = house.house.rows(messages, lambda table: table.c.direction == Direction.OUT)
    assert [row.text for row in sent] == ["Mañana por la mañana"]
    assert (kept, left) == ("Mañana por la mañana", "")


def test_news_neither_move_nor_lose_what_somebody_writes(chromium: Chromium, house: SiteHouse) -> None:
    key = house.receive(message_id="<1@c.example>", text="Hola, ¿cuándo llega?")
    thread = {"In-Reply-To": "<1@c.example>", "References": "<1@c.example>"}
    with served(house.app) as root, house.browser("ana") as browser:
        context = chromium.new_context(base_url=root, viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": root} for one in browser.cookies.jar])
        page = context.new_page()
        page.goto(f"/cases/{key}")
        _write(page, "Mañana por la")
        before = page.locator("#answer-text").bounding_box()
        house.house.later(minutes=1)
        house.receive(message_id="<2@c.example>", headers=thread, text="¿Hay alguien? " * 60)
        page.locator("#case-stream .entry.in").nth(1).wait_for()
        page.wait_for_function(
            "y => Math.abs(document.getElementById('answer-text').getBoundingClientRect().top - y) < 3",
            arg=before["y"] if before else 0,
        )
        text = page.locator("#answer-text").input_value()
        focused = page.evaluate("document.activeElement.id")
        context.close()

    assert (text, focused) == ("Mañana por la", "answer-text")


def _write(page: Page, text: str) -> None:
    """Press the key that answers, then type."""
    page.wait_for_function("document.readyState === 'complete'")
    page.keyboard.press("r")
    page.wait_for_function("document.activeElement.id === 'answer-text'")
    page.keyboard.type(text)
