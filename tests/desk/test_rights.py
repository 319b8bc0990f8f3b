"""Every page there is, asked for by everybody: who has no right to it is told so clearly, whatever the page is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from desk.entry.person import RIGHTS, Right
from desk.pages.every import PAGES
from desk.pages.page import Page
from tests.desk.site_house import Browser, SiteHouse, site_house
from tests.servers.stores import migrated_store
from ventanilla.words import Role

WHO = {"ana": Role.AGENT, "marta": Role.SUPERVISOR, "iris": Role.ADMIN, "olga": Role.AUDITOR}
READING = ("/live/here", "/cases/{key}/evidence")
"""What is posted and changes no case: that one has a page open, and the proof of a case as a file."""
GUARDED = [(page, method) for page in PAGES if page.right is not None for method in page.methods]
NAMED = [pytest.param(page, method, id=f"{method} {page.path}") for page, method in GUARDED]


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteHouse]:
    folder = tmp_path_factory.mktemp("rights")
    with migrated_store(request, "sqlite", folder) as store:
        yield site_house(store, folder)


@pytest.fixture(scope="module")
def browsers(house: SiteHouse) -> Iterator[dict[str | None, Browser]]:
    made = {agent: house.browser(agent) for agent in (None, *WHO)}
    yield made
    for each in made.values():
        each.close()


def address(page: Page) -> str:
    return re.sub(r"\{[^}]+\}", "1", page.path)


@pytest.mark.parametrize(("page", "method"), NAMED)
def test_who_has_no_right_is_told_so_and_a_stranger_is_shown_the_door(
    browsers: dict[str | None, Browser], page: Page, method: str
) -> None:
    stranger = browsers[None].request(method, address(page))
    assert stranger.status_code in (303, 401)
    if stranger.status_code == 303:
        assert stranger.headers["location"].startswith("/login")

    for agent, role in WHO.items():
        if page.right in RIGHTS[role]:
            continue
        answer = browsers[agent].request(
            method, address(page), data={"csrf": browsers[agent].csrf} if method == "POST" else None
        )
        assert answer.status_code == 403, agent
        assert "No tienes permiso para esto" in answer.text


@pytest.mark.parametrize(("page", "method"), [each for each in NAMED if each.values[1] == "POST"])
def test_a_form_that_does_not_come_from_a_page_of_ours_changes_nothing(
    browsers: dict[str | None, Browser], page: Page, method: str
) -> None:
    able = next(agent for agent, role in WHO.items() if page.right in RIGHTS[role])
    here = browsers[able]

    for data, headers in (
        ({}, {}),
        ({"csrf": browsers[None].csrf}, {}),
        ({"csrf": here.csrf}, {"sec-fetch-site": "cross-site"}),
    ):
        answer = here.request(method, address(page), data=data, headers=headers)
        assert answer.status_code == 403
        assert "El formulario ha caducado" in answer.text


def test_an_auditor_can_do_nothing_but_with_their_own_account() -> None:
    changing = [page for page, method in GUARDED if method == "POST" and page.path not in READING]
    theirs = {page.right for page in changing} & RIGHTS[Role.AUDITOR]

    assert theirs <= {Right.OWN}
