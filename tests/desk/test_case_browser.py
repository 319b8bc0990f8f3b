"""A case in a real browser: answered by keys alone, news that leave alone what somebody writes, a draft that stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import SiteHouse, site_house
from tests.desk.window import sitting
from tests.servers.chromium import until
from ventanilla.store.engine import Store
from ventanilla.store.tables import messages
from ventanilla.words import Direction

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("chromium")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path, members='"ana"')


def test_a_case_is_answered_with_keys_and_a_draft_outlives_the_page(window: Page, house: SiteHouse) -> None:
    key = house.receive(text="Hola, ¿cuándo llega?")
    with sitting(window, house, "ana") as root:
        window.goto(f"{root}/cases/{key}")
        _write(window, "Mañana por la mañana")
        window.goto(f"{root}/cases/{key}/record")
        window.goto(f"{root}/cases/{key}")
        kept = window.locator("#answer-text").input_value()
        window.locator("#answer-text").focus()
        window.keyboard.press("Control+Enter")
        window.locator(".entry.out").wait_for()
        until(window, "!location.search.includes('said=')")  # the page has taken note that it was sent
        window.goto(f"{root}/cases/{key}")
        left = window.locator("#answer-text").input_value()
        window.keyboard.press("e")
        window.locator("#case-dialog[open] form").wait_for()
        window.keyboard.press("Escape")
        window.locator("#case-dialog:not([open])").wait_for(state="attached")

    sent = house.house.rows(messages, lambda table: table.c.direction == Direction.OUT)
    assert [row.text for row in sent] == ["Mañana por la mañana"]
    assert (kept, left) == ("Mañana por la mañana", "")


def test_news_neither_move_nor_lose_what_somebody_writes(window: Page, house: SiteHouse) -> None:
    key = house.receive(message_id="<1@c.example>", text="Hola, ¿cuándo llega?")
    thread = {"In-Reply-To": "<1@c.example>", "References": "<1@c.example>"}
    with sitting(window, house, "ana") as root:
        window.goto(f"{root}/cases/{key}")
        _write(window, "Mañana por la")
        before = window.locator("#answer-text").bounding_box()
        house.house.later(minutes=1)
        house.receive(message_id="<2@c.example>", headers=thread, text="¿Hay alguien? " * 60)
        window.locator("#case-stream .entry.in").nth(1).wait_for()
        until(
            window,
            "y => Math.abs(document.getElementById('answer-text').getBoundingClientRect().top - y) < 3",
            arg=before["y"] if before else 0,
        )
        text = window.locator("#answer-text").input_value()
        focused = window.evaluate("document.activeElement.id")

    assert (text, focused) == ("Mañana por la", "answer-text")


def _write(page: Page, text: str) -> None:
    """Press the key that answers, then type."""
    until(page, "document.readyState === 'complete'")
    page.keyboard.press("r")
    until(page, "document.activeElement.id === 'answer-text'")
    page.keyboard.type(text)
