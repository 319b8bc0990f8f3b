"""Pages that listen, in a real browser: they change by themselves and leave alone what somebody is doing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desk.live import hub as desk_hub
from tests.desk.live_house import listening_app, logged_in
from tests.desk.site_house import SiteHouse, site_house
from tests.servers.chromium import served, until
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.sessions import end_sessions

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.xdist_group("chromium")


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteHouse:
    monkeypatch.setattr(desk_hub, "LOOK_EVERY", 0.05)
    made = site_house(sqlite_store, tmp_path, members='"ana"')
    made.house.later(minutes=5)
    return made


def test_a_page_changes_by_itself_and_leaves_what_is_being_typed(chromium: Chromium, house: SiteHouse) -> None:
    from playwright.sync_api import expect

    with served(listening_app(house)) as root:
        context = logged_in(chromium, house, root, "ana")
        page, second = context.new_page(), context.new_page()
        page.goto("/try")
        second.goto("/try")  # of one browser one tab alone holds a stream
        page.locator("summary", has_text="Más").click()
        page.locator("#note").press_sequentially("medio escri")

        house.receive(subject="Pedido 7")
        house.house.later(minutes=5)

        for each in (page, second):
            expect(each.locator("#mine li")).to_have_text(["Pedido 7"])
        expect(page.locator("#note")).to_have_value("medio escri")
        expect(page.locator("#note")).to_be_focused()
        expect(page.locator("#more")).to_have_attribute("open", "")
        expect(page.locator("#more p")).to_have_text("Hay 1")
        assert len(house.app.state.site.live.hub.streams) == 1

        page.close()  # whichever had the stream, the other goes on
        house.receive(subject="Pedido 8", sender="otro@clientes.example")
        expect(second.locator("#mine li")).to_have_text(["Pedido 7", "Pedido 8"])

        _end_sessions(house, "ana")
        house.receive(subject="Pedido 9", sender="nadie@clientes.example")
        expect(second.locator("#live-sign")).to_contain_text("Tu sesión ha terminado")
        context.close()


_COUNT_TOASTS = """
window.toasts = 0;
const added = (changes) => changes.flatMap((each) => [...each.addedNodes]).filter((node) => node.classList?.contains("toast"));
new MutationObserver((changes) => (window.toasts += added(changes).length)).observe(document, { childList: true, subtree: true });
"""


def test_without_locks_each_tab_listens_by_itself(chromium: Chromium, house: SiteHouse) -> None:
    from playwright.sync_api import expect

    with served(listening_app(house)) as root:
        context = logged_in(chromium, house, root, "ana")
        context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })")
        context.add_init_script(_COUNT_TOASTS)
        pages = [context.new_page(), context.new_page()]
        for page in pages:
            page.goto("/try")

        house.receive(subject="Pedido 7")

        for page in pages:
            expect(page.locator("#mine li")).to_have_text(["Pedido 7"])
            until(page, "window.toasts === 1")
        context.close()


def test_who_else_has_the_case_open_is_shown(chromium: Chromium, house: SiteHouse, valkey: str) -> None:
    from playwright.sync_api import expect

    key = house.receive()
    house.desk = replace(house.desk, queue_url=valkey)
    with served(listening_app(house)) as root:
        ana, marta = (logged_in(chromium, house, root, agent) for agent in ("ana", "marta"))
        mine, theirs = ana.new_page(), marta.new_page()
        mine.goto(f"/try?key={key}")
        theirs.goto(f"/try?key={key}")
        expect(mine.locator("#looking")).to_have_text("Marta está mirando este caso")
        expect(theirs.locator("#looking")).to_have_text("Ana está mirando este caso")

        theirs.locator("#answer").press_sequentially("Hola")
        expect(mine.locator("#looking")).to_have_text("Marta está escribiendo")
        theirs.goto("/account")
        expect(mine.locator("#looking")).to_have_text("")
        ana.close()
        marta.close()


def _end_sessions(house: SiteHouse, agent: str) -> None:
    journal = Journal(now=house.house.now, actor=agent)
    with house.house.store.write() as connection:
        end_sessions(connection, agent, journal=journal)
        journal.flush(connection)
