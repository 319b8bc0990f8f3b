"""The one window of the real browser that most tests share: whoever sits at it, and where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.desk.site_house import SiteHouse
from tests.servers.chromium import served

if TYPE_CHECKING:
    from playwright.sync_api import Page


def sit_down(window: Page, house: SiteHouse, root: str, agent: str | None) -> None:
    """This person has come in at this address, and nobody else."""
    window.context.clear_cookies()
    with house.browser(agent) as browser:
        for each in browser.cookies.jar:
            window.context.add_cookies([{"name": each.name, "value": each.value or "", "url": root}])


def get_up(window: Page) -> None:
    """The window is as it was: empty, of the usual size, nobody's. To be called while the desk still answers."""
    window.goto("about:blank")
    window.context.clear_cookies()
    window.set_viewport_size({"width": 1280, "height": 800})
    window.emulate_media(color_scheme="light", reduced_motion="no-preference")


@contextmanager
def sitting(window: Page, house: SiteHouse, agent: str) -> Iterator[str]:
    """The house's desk is served and this person is at it until the block ends; the desk's address."""
    with served(house.app) as root:
        sit_down(window, house, root, agent)
        try:
            yield root
        finally:
            get_up(window)
