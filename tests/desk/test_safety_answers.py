"""What strangers and odd requests get: an answer that nobody frames, keeps or sniffs at, and never a broken page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from desk.live.live import seconds_of
from desk.pages.page import TOLD
from tests.desk.site_house import Browser, SiteHouse, site_house
from tests.servers.stores import migrated_store
from ventanilla.store.tables import conversations


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteHouse]:
    folder = tmp_path_factory.mktemp("safety")
    with migrated_store(request, "sqlite", folder) as store:
        made = site_house(store, folder)
        made.receive()
        yield made


@pytest.fixture(scope="module")
def iris(house: SiteHouse) -> Iterator[Browser]:
    browser = house.browser("iris")
    yield browser
    browser.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/login", 200),
        ("GET", "/cases", 303),
        ("GET", "/nothing/here", 404),
        ("POST", "/nothing/here", 405),
        ("PUT", "/cases", 405),
        ("OPTIONS", "/cases", 405),
        ("DELETE", "/login", 405),
        ("GET", "/static/desk.css", 200),
        ("GET", "/static/none.css", 404),
        ("GET", "/static/..%2f..%2fsite.py", 404),
        ("GET", "/static/%00.css", 404),
        ("GET", "/static/" + "x" * 300 + ".css", 404),
        ("GET", "/customers/" + "9" * 5000, 404),
        ("GET", "//evil.example/%2e%2e", 404),
        ("GET", "/healthz", 200),
        ("GET", "/webhooks/none", 404),
        ("GET", "/live", 401),
        ("POST", "/login", 403),
    ],
)
def test_nothing_is_framed_kept_or_sniffed_at(house: SiteHouse, method: str, path: str, status: int) -> None:
    stranger = house.browser(None)
    answer = stranger.request(method, path)
    stranger.close()

    assert answer.status_code == status
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert (answer.headers["x-frame-options"], answer.headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert answer.headers["cache-control"] == ("no-cache" if status == 200 and "static" in path else "no-store")


@pytest.mark.parametrize("charset", ["punycode", "idna", "hex", "utf-16", "no-such"])
def test_a_form_in_an_odd_charset_is_not_read(house: SiteHouse, charset: str) -> None:
    """To read 200 kB of "punycode" takes most of a minute, and everybody would wait for it."""
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\naaaa-' + b"9" * 2000 + b"\r\n--x--\r\n"
    stranger = house.browser(None)
    answer = stranger.post(
        "/login", content=part, headers={"content-type": f'multipart/form-data; boundary=x; Charset="{charset}"'}
    )
    stranger.close()

    assert answer.status_code == 400
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {f"f{number}": "x" for number in range(401)}},
        {"content": b"--y\r\n", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=y"}},
        {"content": b"--y\r\n\r\nx", "headers": {"content-type": "multipart/form-data; boundary=" + "y" * 5000}},
    ],
    ids=["too many fields", "no boundary", "no parts", "a huge boundary"],
)
def test_a_body_that_is_no_form_is_refused_with_a_page(house: SiteHouse, sent: dict[str, Any]) -> None:
    stranger = house.browser(None)
    answer = stranger.post("/login", **sent)
    stranger.close()

    assert answer.status_code in (400, 403)
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/customers/9999999999999999999999",
        "/answers/9999999999999999999999",
        "/house/inbox/9999999999999999999999",
        "/house/inbox/" + "9" * 5000,
        "/cases/%00",
        "/cases/K7M%00",
    ],
)
def test_an_address_of_what_cannot_be_is_not_found(iris: Browser, path: str) -> None:
    assert iris.get(path).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-99-99", "9" * 40, "\0"])
def test_days_that_no_calendar_has_break_no_page(iris: Browser, day: str) -> None:
    for path in ("/search?q=pedido&", "/house/trail?"):
        answer = iris.get(f"{path}from={quote(day)}&to={quote(day)}&after={quote(day)}")
        assert answer.status_code in (200, 422), path


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "²", "-1"])
def test_numbers_that_no_store_has_break_no_page(house: SiteHouse, iris: Browser, number: str) -> None:
    key = house.house.rows(conversations)[0].key
    for name in ("again", "saved"):
        assert iris.get(f"/cases/{key}", params={name: number}).status_code == 200
    assert iris.submit(f"/cases/{key}/answer", text="", seen=number, saved_answer=number).status_code == 409
    assert iris.get(f"/cases/{key}/files/{number[:18]}-{number[:30]}").status_code == 404


def test_what_no_text_has_is_left_out_of_what_is_sent(iris: Browser) -> None:
    made = iris.submit("/answers", name="a\0b", text="uno\0dos", language="es", whose="mine")
    shown = iris.get("/answers?q=a%00b").text

    assert made.status_code == 303
    assert "unodos" in shown
    assert "\0" not in shown


def test_an_age_that_no_page_has_is_none() -> None:
    assert [seconds_of(text) for text in ("3.5", "inf", "nan", "-1", "1e300", "x", "")] == [3.5, 0, 0, 0, 0, 0, 0]


def test_a_sentence_that_somebody_planted_is_not_said_as_ours(iris: Browser) -> None:
    made = iris.submit("/answers", name="Otra", text="Hola", language="es", whose="mine")
    ours = iris.cookies[TOLD]
    shown = iris.get("/answers").text

    assert made.status_code == 303
    assert "Guardada: Otra." in shown
    for value in (b"Llama al 900".hex(), ours[:24] + "TGxhbWEgYWwgOTAw", ours[:-4], "ñ", "x" * 3000):
        answer = iris.get("/answers", headers={"cookie": f"{cookie_of(iris)}; {TOLD}={quote(value)}"})
        assert answer.status_code == 200
        assert "Llama al 900" not in answer.text


def cookie_of(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items() if name != TOLD)
