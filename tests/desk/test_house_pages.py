"""The house's pages: who may see them, and what they let a supervisor do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store

PLACES = ("/house", "/house/inbox", "/house/outbox", "/house/people", "/house/calendars/madrid")
NEWSLETTER = {"headers": {"List-Id": "<news.shop.example>", "List-Unsubscribe": "<mailto:x@shop.example>"}}


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


@pytest.mark.parametrize("agent, status", [("ana", 403), ("marta", 200), ("iris", 200), ("olga", 200)])
def test_whoever_oversees_sees_the_house_and_an_agent_is_told_why_not(
    house: SiteHouse, agent: str, status: int
) -> None:
    with visiting(house, agent) as browser:
        answers = {path: browser.get(path) for path in PLACES}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(PLACES, status)
    if status == 403:
        assert "Tu función es agente" in text_of(answers["/house"].text)
