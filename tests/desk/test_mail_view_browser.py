"""Mails that attack, looked at in a real browser: nothing happens, and what was asked for does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from starlette.responses import HTMLResponse, Response

from desk.app import build_app
from desk.calls.webhooks import Webhooks
from desk.pages.every import PAGES
from desk.pages.page import Page, Visit
from desk.pages.rendering import Hand
from desk.site import Site
from tests.desk.hostile_mails import PICTURE, SCRIPTS, html_mail
from tests.desk.site_house import SiteHouse, site_house
from tests.servers.chromium import served
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, messages

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Dialog
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.xdist_group("chromium")

_FRAMES = """{% extends "base.html" %}{% from "original/frame.html" import mail_frame with context %}
{% block title %}Marcos{% endblock %}
{% block styles %}<link rel="stylesheet" href="{{ static('original.css') }}">{% endblock %}
{% block content %}<h1>Encima</h1>
{% for key, message in frames %}{{ mail_frame(key, message) }}{% endfor %}
<p id="below">Debajo</p>{% endblock %}"""
_UNCLOSED = ("script without its end", "unclosed", "unclosed attribute", "plaintext", "mutation: math")
_LARGE = "<table><tr>" + "<td>x</td>" * 30_000 + "</table>" + "<div>" * 500


def _frames(visit: Visit) -> Response:
    """A page with every message in its frame, as a case's page has them."""
    with visit.desk.store.read() as connection:
        keys = {row.id: row.key for row in connection.execute(conversations.select())}
        frames = [(keys[row.conversation_id], row.id) for row in connection.execute(messages.select())]
    about = {"visit": visit, "person": visit.person, "language": "es", "now": visit.now}
    values = {**about, **Hand(visit, "").does(), "frames": frames}
    return HTMLResponse(visit.pencil._environment.from_string(_FRAMES).render(values))


def _note(elsewhere: list[str], url: str, ours: str) -> None:
    if urlsplit(url).netloc not in (ours, ""):
        elsewhere.append(url)


def _refuse(dialogs: list[str], dialog: Dialog) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()


@contextmanager
def looking(chromium: Chromium, house: SiteHouse) -> Iterator[tuple[Tab, list[str], list[str]]]:
    """A supervisor's browser at the frames, the addresses that it asks for elsewhere, and the dialogs that open."""
    webhooks = Webhooks(store=house.house.store, hooks={}, enqueue=house.desk.enqueue, clock=house.desk.clock)
    pages = (*PAGES, Page(path="/frames", view=_frames))
    app = build_app(webhooks, public_url=None, site=Site(desk=house.desk, pages=pages))
    elsewhere: list[str] = []
    dialogs: list[str] = []
    with served(app) as root, house.browser("marta") as browser:
        context = chromium.new_context(base_url=root, viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": root} for one in browser.cookies.jar])
        ours = urlsplit(root).netloc
        context.on("request", lambda request: _note(elsewhere, request.url, ours))
        context.route(lambda url: urlsplit(url).netloc not in (ours, ""), lambda route: route.abort())
        context.on("dialog", lambda dialog: _refuse(dialogs, dialog))
        tab = context.new_page()
        yield tab, elsewhere, dialogs
        context.close()


def test_hostile_mails_do_nothing(chromium: Chromium, sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    closed = "".join(f"<div>{html}</div>" for name, html in SCRIPTS.items() if name not in _UNCLOSED)
    hostile = [closed, *(SCRIPTS[name] for name in _UNCLOSED), _LARGE]
    attack = "</title><script>alert(1)</script>"
    for number, html in enumerate(hostile):
        sender = f'"{attack}" <a{number}@clientes.example>'
        house.house.receive(html_mail(html, subject=attack, sender=sender, picture=PICTURE, filename=f"{attack}.png"))

    with looking(chromium, house) as (tab, elsewhere, dialogs):
        tab.goto("/frames", wait_until="domcontentloaded")
        before = tab.evaluate("document.querySelector('main').outerHTML")
        for number in range(len(hostile)):
            frame = tab.frame_locator("iframe").nth(number)
            tab.locator("iframe").nth(number).scroll_into_view_if_needed()
            frame.locator("body").wait_for()
            top = tab.locator("iframe").nth(number).bounding_box()
            assert top is not None
            over = "([x, y]) => document.elementFromPoint(x, y)?.tagName"
            assert tab.evaluate(over, [top["x"] + 20, max(top["y"] - 12, 0)]) != "IFRAME"
            assert (
                frame.locator("script, style ~ style, form, iframe, object, svg, base, meta[http-equiv]").count() == 0
            )
            assert frame.locator(".v-mail [onclick], .v-mail [onerror], .v-mail [id], .v-mail [name]").count() == 0
        tab.wait_for_load_state("networkidle")

        assert tab.evaluate("document.querySelector('main').outerHTML") == before
        assert tab.locator("#below").inner_text() == "Debajo"
        assert all(urlsplit(frame.url).path.endswith(("/frames", "/html")) for frame in tab.frames)
        assert (dialogs, elsewhere, len(tab.context.pages)) == ([], [], 1)


def test_pictures_come_when_asked_for_and_it_opens_alone(
    chromium: Chromium, sqlite_store: Store, tmp_path: Path
) -> None:
    house = site_house(sqlite_store, tmp_path)
    html = '<p>Hola</p><img src="cid:punto@clientes.example"><img src="http://fotos.example/a.png" alt="Foto">'
    house.house.receive(html_mail(html + '<a href="https://tienda.example/">tienda</a>', picture=PICTURE))

    with looking(chromium, house) as (tab, elsewhere, _):
        tab.goto(f"/cases/{house.house.rows(conversations)[-1].key}")
        tab.get_by_text("Ver el correo con su formato").click()
        frame = tab.frame_locator("iframe")
        frame.get_by_text("No se ha cargado 1 imagen").wait_for()
        assert frame.locator("img").evaluate("image => image.naturalWidth") == 1
        assert elsewhere == []

        tab.get_by_role("link", name="Mostrar imágenes").click()
        frame.get_by_text("carga 1 imagen").wait_for()
        tab.wait_for_load_state("networkidle")
        assert elsewhere == ["https://fotos.example/a.png"]

        with tab.expect_popup() as opened:
            tab.get_by_role("link", name="Abrir aparte").click()
        alone = opened.value
        alone.get_by_text("Hola").wait_for()
        assert alone.evaluate("self.origin") == "null"
        alone.get_by_role("link", name="Mostrar imágenes").click()
        alone.get_by_text("carga 1 imagen").wait_for()
