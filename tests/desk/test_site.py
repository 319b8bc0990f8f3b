"""What holds for every page: who comes in, what a form must carry, what every answer insists on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.site_house import SiteHouse, site_house, visiting
from ventanilla.store.engine import Store


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def test_a_stranger_is_sent_to_the_door_and_back(house: SiteHouse) -> None:
    with visiting(house, None) as stranger:
        answer = stranger.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_each_begins_where_they_work(house: SiteHouse) -> None:
    places = {}
    for agent in ("ana", "marta", "olga"):
        with visiting(house, agent) as browser:
            places[agent] = browser.get("/").headers["location"]

    assert places == {"ana": "/cases", "marta": "/board", "olga": "/board"}


def test_a_session_that_ended_lets_nobody_in(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        assert browser.get("/").headers["location"] == "/cases"
        house.house.later(hours=13)

        assert browser.get("/").headers["location"] == "/login"


def test_every_answer_forbids_scripts_of_others(house: SiteHouse) -> None:
    with visiting(house, "ana") as browser:
        answer = browser.get("/")

    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_static_files_may_be_kept_while_they_are_the_same(house: SiteHouse) -> None:
    with visiting(house, None) as stranger:
        answer = stranger.get("/static/desk.css?v=1")
        outside = stranger.get("/static/../site.py")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]
    assert outside.status_code == 404
