"""What the tests of the door have in common: people with passwords, forms as a browser reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from desk.entry import passwords
from tests.desk.site_house import Browser, SiteHouse, visiting
from ventanilla.store.accounts import set_password
from ventanilla.store.events import Journal
from ventanilla.store.invitations import invite
from ventanilla.store.tables import events

PASSWORD = "cuatro palabras sin relación"
OTHER = "otras palabras muy distintas"


def give_password(house: SiteHouse, agent: str, password: str = PASSWORD) -> None:
    """This agent has an account with this password."""
    journal = Journal(now=house.desk.clock(), actor=agent)
    with house.desk.store.write() as connection:
        set_password(connection, agent, passwords.hash_password(password), journal=journal)


def invited(house: SiteHouse, agent: str) -> str:
    """The path of a new invitation's page."""
    journal = Journal(now=house.desk.clock(), actor="cli")
    with house.desk.store.write() as connection:
        made = invite(connection, agent, "desk", journal=journal)
        journal.flush(connection)
    return f"/welcome/{made.token}"


@contextmanager
def stranger_at(house: SiteHouse, path: str = "/login") -> Iterator[Browser]:
    """A stranger's browser that has loaded this page, and knows what its form carries."""
    with visiting(house, None) as browser:
        browser.csrf = csrf_in(browser.get(path).text)
        yield browser


def csrf_in(html: str) -> str:
    """What the first form on a page carries."""
    found = re.search(r'name="csrf" value="(\w+)"', html)
    return found[1] if found else ""


def log_in(browser: Browser, name: str, password: str = PASSWORD, **more: Any) -> Any:
    """One try at the door."""
    return browser.submit("/login", name=name, password=password, **more)


def told(house: SiteHouse, *kinds: str) -> list[tuple[str, str | None, Any]]:
    """The events of these kinds, in order: kind, agent, data."""
    query = (
        sa.select(events.c.kind, events.c.agent, events.c.data).where(events.c.kind.in_(kinds)).order_by(events.c.id)
    )
    with house.desk.store.read() as connection:
        return [(row.kind, row.agent, row.data) for row in connection.execute(query)]
