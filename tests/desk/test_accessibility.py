"""Every kind of page in a real browser, looked at by axe-core, and at the width of a telephone: nothing serious is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desk.site_house import SiteHouse, site_house
from tests.desk.window import get_up, sit_down
from tests.router.house_for_tests import mail
from tests.servers.chromium import served
from tests.servers.stores import migrated_store
from ventanilla.store.tables import conversations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.xdist_group("chromium"), pytest.mark.timeout(200)]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PLACES = {
    "ana": (
        "/cases",
        "/cases/{key}",
        "/cases/{key}/do/resolve",
        "/search?q=pedido",
        "/answers",
        "/presence",
        "/account",
        "/help",
    ),
    "marta": (
        "/board",
        "/board/breaking",
        "/reports",
        "/customers",
        "/customers/1",
        "/house",
        "/house/inbox",
        "/house/outbox",
    ),
    "iris": ("/house/people", "/house/tokens", "/house/trail", "/house/webhooks", "/nothing-here"),
    None: ("/login",),
}
ALL = [(agent, path) for agent, paths in PLACES.items() for path in paths]


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest, window: Page, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SiteHouse, str]]:
    """A busy house, and where its desk is served."""
    folder = tmp_path_factory.mktemp("pages")
    with migrated_store(request, "sqlite", folder) as store:
        it = site_house(store, folder)
        for number in range(5):
            it.receive(
                sender=f"Cliente {number} <c{number}@clientes.example>",
                subject="¿Cuándo llega mi pedido?" * (1 + number % 3),
                text="Hola, ¿cuándo llega mi pedido? Gracias. " * (1 + 12 * (number % 4)),
                attachment=b"\x89PNG\r\n\x1a\n" if number == 3 else None,
            )
            it.house.later(minutes=7)
        it.house.receive(
            mail(sender="noreply@boletines.example", headers={"List-Unsubscribe": "<mailto:x@example.com>"})
        )
        with served(it.app) as root:
            yield it, root
            get_up(window)


@pytest.fixture
def at(window: Page, house: tuple[SiteHouse, str], agent: str | None) -> Page:
    """The window, and who sits at it."""
    sit_down(window, *house, agent)
    window.emulate_media(color_scheme="light", reduced_motion="reduce")
    window.set_viewport_size({"width": 1280, "height": 800})
    return window


def problems(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds that is serious or worse: rule, and where. `rules`: only these."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations'], preload: false})", only)
    serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in serious for node in each["nodes"]]


@pytest.mark.parametrize(("agent", "path"), ALL, ids=[f"{agent} {path}" for agent, path in ALL])
def test_a_page_is_for_everybody(at: Page, house: tuple[SiteHouse, str], path: str) -> None:
    it, root = house
    key = it.house.rows(conversations)[3].key

    at.goto(root + path.format(key=key))
    assert problems(at) == []
    at.emulate_media(color_scheme="dark")
    at.set_viewport_size({"width": 380, "height": 800})
    assert at.evaluate("document.documentElement.scrollWidth") <= 380, "wider than a telephone"
    assert problems(at, rules=["color-contrast", "target-size"]) == []
