"""A small house with its desk, in this process: people of every role, browsers that have come in, mail that customers send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from desk.app import build_app
from desk.calls.webhooks import Webhooks
from desk.entry.sessions import cookie_name, csrf_of
from desk.pages.every import PAGES
from desk.pages.rendering import Pencil
from desk.room import Desk
from desk.site import Site
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.sessions import begin_session
from ventanilla.store.tables import conversations
from ventanilla.words import EntryWay

PEOPLE = """
[agents.iris]
name = "Iris"
role = "admin"

[agents.olga]
name = "Olga"
role = "auditor"

[agents.pau]
name = "Pau"

[teams.otros]
members = ["pau"]
duty = ["pau"]
"""
"""ana and luis are agents of the team atencion, marta is its supervisor, pau an agent of another team."""


PENCIL = Pencil()
"""One for all houses of a run: it reads each template once and knows no house."""


class Browser(TestClient):
    """One person's browser, logged in. `csrf` is what their forms carry."""

    def __init__(self, app: Starlette, desk: Desk, agent: str | None) -> None:
        super().__init__(app, base_url="http://desk.example", follow_redirects=False)
        self.csrf = csrf_of(desk, "")
        if agent is not None:
            journal = Journal(now=desk.clock(), actor=agent)
            with desk.store.write() as connection:
                _, token = begin_session(connection, agent, EntryWay.PASSWORD, browser="tests", journal=journal)
                journal.flush(connection)
            self.cookies.set(cookie_name(desk), token)
            self.csrf = csrf_of(desk, token)

    def submit(self, path: str, /, files: Any = None, **fields: Any) -> Any:
        """Send a form of ours."""
        return self.post(path, data={"csrf": self.csrf, **fields}, files=files)


@dataclass
class SiteHouse:
    """The house, its desk and whoever visits. The clock stands still until `house.later` moves it."""

    house: House

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Build the desk anew, as a process does after the file was changed (`house.apply`)."""
        self.enqueued: list[int] = []
        self.desk = Desk(
            store=self.house.store,
            house=self.house.router.house,
            clock=lambda: self.house.now,
            enqueue=lambda ids: self.enqueued.extend(ids),
            queue_url="",
        )
        webhooks = Webhooks(store=self.house.store, hooks={}, enqueue=self.desk.enqueue, clock=self.desk.clock)
        site = Site(desk=self.desk, pages=PAGES, pencil=PENCIL)
        self.app = build_app(webhooks, public_url=self.desk.public_url or None, site=site)

    def browser(self, agent: str | None) -> Browser:
        """A browser of this person, or of a stranger. Close it, or use `visiting`."""
        return Browser(self.app, self.desk, agent)

    def receive(self, **about: Any) -> str:
        """A customer's mail comes in; the key of the case that it is in now, which is the newest."""
        self.house.receive(mail(**about))
        return str(self.house.rows(conversations)[-1].key)


def site_house(store: Store, folder: Path, **settings: str) -> SiteHouse:
    """The house with everybody on duty; `settings` as for House."""
    more = settings.pop("more", "")
    marta = 'role = "supervisor"\n' + settings.pop("marta", "")
    return SiteHouse(House(store, folder, {"more": PEOPLE + more, "marta": marta, **settings}))


@contextmanager
def visiting(house: SiteHouse, agent: str | None) -> Iterator[Browser]:
    """A browser of this person until the block ends."""
    browser = house.browser(agent)
    try:
        yield browser
    finally:
        browser.close()


def text_of(html: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
