"""A desk whose pages listen: a page with a part that changes, and a stream as a program reads it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from jinja2 import DictLoader
from starlette.responses import Response

from desk.app import build_app
from desk.calls.webhooks import Webhooks
from desk.pages.every import PAGES
from desk.pages.page import Page, Visit
from desk.site import Site
from tests.desk.site_house import SiteHouse
from ventanilla.store.tables import conversations

_PART = """
<section id="mine" data-live="{{ url('/try') }}" data-on="cases"{% if key %} data-key="{{ key }}"{% endif %}>
  <ul>{% for row in rows %}<li id="row-{{ row.key }}">{{ row.subject }}</li>{% endfor %}</ul>
  <label>Nota <input id="note" name="note"></label>
  <details id="more"><summary>Más</summary><p>Hay {{ rows|count }}</p></details>
</section>
"""
_PAGE = """{% extends "base.html" %}{% block title %}Prueba{% endblock %}
{% block content %}<h1>Prueba</h1>{% include "try-part.html" %}
{% if key %}<div id="looking" data-live-looking="{{ key }}"></div>
<textarea id="answer" aria-label="Respuesta"></textarea>{% endif %}
{% endblock %}"""


def _try(visit: Visit) -> Response:
    """What the visitor owns; with X-Part the part alone."""
    with visit.desk.store.read() as connection:
        rows = list(connection.execute(conversations.select().where(conversations.c.owner == visit.person.agent)))
    template = "try-part.html" if visit.request.headers.get("x-part") else "try.html"
    return visit.render(template, rows=rows, key=visit.given("key"))


def listening_app(house: SiteHouse) -> Any:
    """The house's application with one page more, `/try`, that has a live part."""
    webhooks = Webhooks(store=house.house.store, hooks={}, enqueue=house.desk.enqueue, clock=house.desk.clock)
    site = Site(desk=house.desk, pages=(Page(path="/try", view=_try), *PAGES))
    loader: Any = site.pencil._environment.loader
    given = DictLoader({"try.html": _PAGE, "try-part.html": _PART})
    found = loader.get_source
    loader.get_source = lambda environment, name: (
        given.get_source(environment, name) if name.startswith("try") else found(environment, name)
    )
    house.app = build_app(webhooks, public_url=house.desk.public_url or None, site=site)
    house.app.state.site = site
    return house.app


class Listening:
    """One browser's stream, read by hand."""

    def __init__(self, root: str, cookies: dict[str, str], query: str = "") -> None:
        place = urlsplit(root)
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
        said = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.connection.request("GET", f"/live{query}", headers={"Cookie": said})
        self.answer = self.connection.getresponse()

    def next(self) -> tuple[str, dict[str, Any]] | None:
        """The next event and what it says; None at the end."""
        event = ""
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                return event, json.loads(value)
        return None

    def told(self) -> dict[str, Any]:
        """What the next letter says."""
        while (found := self.next()) is not None:
            if found[0] == "told":
                return found[1]
        raise AssertionError("the stream ended")


@contextmanager
def listening(root: str, house: SiteHouse, agent: str, query: str = "") -> Iterator[Listening]:
    """A stream of this person until the block ends, which has begun."""
    with house.browser(agent) as browser:
        cookies = {each.name: each.value or "" for each in browser.cookies.jar}
    stream = Listening(root, cookies, query)
    try:
        if stream.answer.status == 200:
            assert stream.next() == ("hello", {})
        yield stream
    finally:
        stream.connection.close()


def logged_in(chromium: Any, house: SiteHouse, root: str, agent: str, **options: Any) -> Any:
    """A context of the real browser in which this person has come in."""
    context = chromium.new_context(base_url=root, **options)
    with house.browser(agent) as browser:
        context.add_cookies(
            [{"name": each.name, "value": each.value or "", "url": root} for each in browser.cookies.jar]
        )
    return context
