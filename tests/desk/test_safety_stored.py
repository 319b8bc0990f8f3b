"""What customers and colleagues write is text wherever it is shown: in pages and parts of them, in file names, in spreadsheets."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from io import StringIO

import pytest

from desk.pages.case.view import PARTS
from desk.pages.every import PAGES
from tests.desk.site_house import Browser, SiteHouse, site_house
from tests.servers.stores import migrated_store
from ventanilla.store.tables import contacts, conversations, inbox, messages

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
FORMULA = "=cmd|' /C calc'!A0"
EXCEPT = ("/logout", "/live", "/welcome", "/oidc", "/login", "/help", "/reports", "/house/calendars", "/board/plots")
"""Where nothing stands that others wrote; reports are escaped by the room that draws them (tests/reports)."""


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteHouse]:
    folder = tmp_path_factory.mktemp("stored")
    with migrated_store(request, "sqlite", folder) as store:
        yield site_house(store, folder)


@pytest.fixture(scope="module")
def iris(house: SiteHouse) -> Iterator[Browser]:
    browser = house.browser("iris")
    browser.headers["user-agent"] = EVIL
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def key(house: SiteHouse, iris: Browser) -> str:
    """A case in which everything that somebody can write is hostile."""
    house.house.receive(_mail("Eva <eva@clientes.example>", FORMULA))
    house.house.receive(_mail(f'"{EVIL.replace(chr(34), "")}" <mala@clientes.example>', EVIL))
    found = str(house.house.rows(conversations)[-1].key)
    iris.submit(f"/cases/{found}/do/note", text=EVIL)
    iris.submit(f"/cases/{found}/do/tags", add=f"{EVIL},{FORMULA}")
    iris.submit(f"/cases/{found}/do/called", outcome="reached", text=EVIL)
    iris.submit("/answers", name=EVIL[:60], text=EVIL, language="es", whose="mine")
    iris.submit("/account/tokens", name=EVIL[:60], scopes="read", days="30")
    iris.submit("/customers/2", do="change", name=EVIL, tags=EVIL)
    return found


def _mail(sender: str, subject: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "soporte@example.com", subject
    made["Date"] = "Mon, 23 Nov 2026 09:59:00 +0100"
    made.set_content(f"{EVIL}\nhttps://example.com/{EVIL} javascript:alert(3)")
    made.add_alternative(f"<p>{EVIL}</p><a href='javascript:alert(3)'>x</a>", subtype="html")
    made.add_attachment(b"<svg onload=alert(1)>", maintype="image", subtype="svg+xml", filename=f'{EVIL}"\\.svg')
    return made.as_bytes()


def _addresses(house: SiteHouse, key: str) -> Iterator[str]:
    case = next(row for row in house.house.rows(conversations) if row.key == key)
    number = next(row.id for row in house.house.rows(messages) if row.conversation_id == case.id)
    places = {"key": key, "message": number, "contact": case.contact_id, "file": f"{number}-0"}
    places |= {"id": house.house.rows(inbox)[-1].id, "number": 1, "name": "none", "form": "html"}
    for page in PAGES:
        if "GET" not in page.methods or page.path.startswith(EXCEPT):
            continue
        parts = PARTS if "{part}" in page.path else ("note", "tags", "merge") if "{move}" in page.path else ("",)
        for part in parts:
            path = page.path.replace("{part}", part).replace("{move}", part)
            for name, value in places.items():
                path = re.sub(rf"\{{{name}(:\w+)?\}}", str(value), path)
            yield re.sub(r"\{[^}]+\}", "1", path)


class _Reader(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if (tag == "script" and "src" not in told) or any(name.startswith("on") for name in told):
            self.alive.append(tag)
        if any((told.get(name) or "").strip().lower().startswith(("javascript:", "x")) for name in ("href", "src")):
            self.alive.append(tag)


def alive_in(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.alive


@pytest.mark.fault(15)
def test_what_others_wrote_is_text_on_every_page(house: SiteHouse, iris: Browser, key: str) -> None:
    assert house.house.rows(contacts)[-1].name == EVIL
    assert alive_in(EVIL) == ["script", "img", "img"]
    seen = 0
    for path in _addresses(house, key):
        answer = iris.get(path, params={"q": "alert", "all": "1"})
        if "text/html" in answer.headers.get("content-type", ""):
            seen += "&lt;script&gt;alert" in answer.text
            assert alive_in(answer.text) == [], path
            assert "49" not in answer.text.partition("onerror=alert(2)&gt;")[2][:4], path
        assert answer.status_code < 500, path

    assert seen > 15  # it was there to be shown


def test_a_file_is_given_under_its_name_as_a_download_that_runs_nowhere(
    house: SiteHouse, iris: Browser, key: str
) -> None:
    number = house.house.rows(messages)[-1].id
    found = [iris.get(f"/cases/{key}/files/{one}-0") for one in range(1, number + 1)]
    given = next(answer for answer in found if answer.status_code == 200)

    assert given.headers["content-type"] == "application/octet-stream"
    assert given.headers["content-disposition"].startswith("attachment; filename")
    assert "sandbox" in given.headers["content-security-policy"]


def test_no_cell_of_a_file_is_a_formula(iris: Browser, key: str) -> None:
    assert iris.get("/house/trail", params={"who": FORMULA}).status_code == 200  # the trail keeps what was asked of it
    for path in ("/cases.csv?list=all", "/house/trail.csv", "/reports/report.csv?by=tag"):
        answer = iris.get(path)
        if answer.status_code == 303:  # its figures are still being worked out
            continue
        cells = [cell for row in csv.reader(StringIO(answer.text)) for cell in row]
        assert cells, path
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))], path
    assert f"'{FORMULA}" in iris.get("/cases.csv?list=all").text
