"""A page by its address, what it asks of whoever comes, and one visit to it. Knows no page in particular."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.carried import pack, unpack
from desk.entry.person import Person, Right
from desk.pages.rendering import Pencil
from desk.room import Desk
from desk.words import say
from router.moves.base import Move

TOLD = "ventanilla_told"
"""The cookie that carries one sentence over to the next page."""
LONGEST_TOLD = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address. `path` is as Starlette writes it. `view` runs in a thread of its own and may raise Refused, NotFound, Temporary,
    BadInput: each becomes a page that says so. `right` None: strangers too. `largest`: bytes of a form that it takes."""

    path: str
    view: Callable[[Visit], Response]
    right: Right | None = Right.LOOK
    methods: tuple[str, ...] = ("GET",)
    largest: int = 256 * 1024


class NotFound(Exception):
    """Nothing stands there that this person may see: both are answered alike, so that nobody learns which cases there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who may make it. `form` is what was sent, "" for what was not. `now` is read once."""

    desk: Desk
    pencil: Pencil
    request: Request
    now: datetime
    stranger: Person | None = None  # None for a stranger, on pages that take them
    language: str = "es"
    form: FormData = field(default_factory=FormData)

    @property
    def person(self) -> Person:
        """Who has come. Raises NotFound for a stranger."""
        if self.stranger is None:
            raise NotFound
        return self.stranger

    def given(self, name: str) -> str:
        """A field of the form, else of the address, without white space around it; "" where there is none."""
        value = self.form.get(name)
        if value is None:
            value = self.request.query_params.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """A field as a number that a store can have; None for anything else."""
        value = self.given(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None

    def every(self, name: str) -> list[str]:
        """Each value of a field that may come more than once."""
        found = [value for value in self.form.getlist(name) if isinstance(value, str)]
        return [value.strip() for value in found or self.request.query_params.getlist(name) if value.strip()]

    def files(self, name: str) -> list[UploadFile]:
        """The files that were sent under this name; empty ones are none."""
        return [value for value in self.form.getlist(name) if isinstance(value, UploadFile) and value.filename]

    def place(self, name: str) -> str:
        """What stands in the address for a name in braces."""
        return str(self.request.path_params[name])

    def say(self, key: str, /, **values: object) -> str:
        """One of the desk's texts in this person's language."""
        return say(self.language, key, **values)

    def render(self, template: str, /, *, status: int = 200, **values: Any) -> Response:
        """A page, or a part of one where `template` is a part."""
        html = self.pencil.draw(self, template, values)
        response = HTMLResponse(html, status)
        if self.request.cookies.get(TOLD):
            response.delete_cookie(TOLD, path=self.desk.prefix or "/")
        return response

    def url(self, path: str, /, **query: object) -> str:
        """An address of ours as this person's browser sees it."""
        asked = {name: value for name, value in query.items() if value not in (None, "", False)}
        return f"{self.desk.prefix}{path}" + (f"?{urlencode(asked, doseq=True)}" if asked else "")

    def go(self, path: str, /, *, told: str = "", anchor: str = "", **query: object) -> Response:
        """Send the browser on to another page, where the sentence `told` is shown once."""
        response = RedirectResponse(self.url(path, **query) + (f"#{anchor}" if anchor else ""), 303)
        if told:
            response.set_cookie(
                TOLD,
                pack(self.desk, TOLD, told[:LONGEST_TOLD]),
                max_age=60,
                path=self.desk.prefix or "/",
                httponly=True,
                samesite="lax",
                secure=self.desk.is_encrypted,
            )
        return response

    def moving(self) -> AbstractContextManager[Move]:
        """A move of this person at the desk in one transaction (router/moves); see Desk.moving."""
        return self.desk.moving(self.person.agent, now=self.now)

    @property
    def told(self) -> str:
        """The sentence that the page before left for this one."""
        return unpack(self.desk, TOLD, self.request.cookies.get(TOLD, ""))
