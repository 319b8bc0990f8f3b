"""The desk's pages as routes: who has come, whether they may, what their form says, and what every answer's headers insist on.

The order is always the same: session, right, form, then the view in a thread. What a view raises becomes a page that says so.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import structlog
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from desk.body import NoForm, TooLarge, read_form
from desk.entry.door import stranger_csrf
from desk.entry.person import Person
from desk.entry.sessions import person_of
from desk.live.live import Live
from desk.pages.page import NotFound, Page, Visit
from desk.pages.rendering import STATIC, Pencil, size_in_words
from desk.pages.wrong import wrong
from desk.room import Desk
from desk.words import spoken
from router.moves.refusals import Refused
from ventanilla.errors import BadInput, Temporary

log = structlog.get_logger(__name__)

PART = "x-part"
"""The header by which a page's own script asks for a part of it again."""
_LARGEST = 2**63 - 1
THREADS = 16
"""Views at once in one process; the others wait for a moment."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(slots=True, kw_only=True)
class Site:
    """Every page of one process. Used by one event loop."""

    desk: Desk
    pages: Sequence[Page]
    pencil: Pencil = field(default_factory=Pencil)
    live: Live = field(init=False)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="page"))

    def __post_init__(self) -> None:
        self.live = Live(desk=self.desk)

    def routes(self, start: str) -> list[Route]:
        """Every page and every static file below the path `start`. Two pages may share a path by different methods."""
        made = [Route(f"{start}/static/{{name:path}}", _static, methods=["GET"])]
        made.append(Route(f"{start}/live", self.live, methods=["GET"]))
        made += [Route(f"{start}{page.path}", _Endpoint(self, page), methods=list(page.methods)) for page in self.pages]
        return made

    def rest(self) -> Route:
        """Whatever has no page: it says so. It must be the last route of all."""
        return Route(
            "/{rest:path}", _Endpoint(self, Page(path="/{rest:path}", view=_nothing, right=None)), methods=["GET"]
        )

    async def answer(self, page: Page, request: Request) -> Response:
        """One visit, from its cookie to its headers."""
        now = self.desk.clock()
        loop = asyncio.get_running_loop()
        visit = Visit(desk=self.desk, pencil=self.pencil, request=request, now=now, language=_asked_language(request))
        try:
            is_used = PART not in request.headers
            person = await loop.run_in_executor(
                self._pool, lambda: person_of(self.desk, request, now=now, is_used=is_used)
            )
            if person is not None:
                visit = replace(visit, stranger=person, language=person.language)
            response = await self._admitted(page, visit)
        except Temporary as error:
            log.warning("page_put_off", path=page.path, problem=str(error))
            response = wrong(visit, "away", status=503)
        except ClientDisconnect:
            return Response(status_code=400)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    async def _admitted(self, page: Page, visit: Visit) -> Response:
        if page.right is not None:
            if visit.stranger is None:
                return self._to_login(visit)
            if not visit.person.has(page.right):
                return wrong(visit, "forbidden", status=403, role=visit.say(f"role.{visit.person.role}"))
        request = visit.request
        if request.method not in ("GET", "HEAD"):
            try:
                form = await read_form(request, largest=page.largest)
            except TooLarge:
                return wrong(visit, "too_large", status=413, size=size_in_words(page.largest, visit.language))
            except NoForm:
                return wrong(visit, "input", status=400)
            if not self._is_ours(visit, form):
                return wrong(visit, "stale", status=403)
            visit = replace(visit, form=form)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._view, page, visit)
        finally:
            await visit.form.close()

    def _view(self, page: Page, visit: Visit) -> Response:
        if _is_nowhere(visit.request):
            return wrong(visit, "not_found", status=404)
        try:
            return page.view(visit)
        except NotFound:
            return wrong(visit, "not_found", status=404)
        except Refused as error:
            return wrong(visit, "refused", status=409, refused=error)
        except BadInput as error:
            return wrong(visit, "input", status=422, detail=str(error))
        except Temporary:
            raise
        except Exception:
            number = secrets.token_hex(4)
            log.exception("page_failed", path=page.path, number=number)
            return wrong(visit, "broken", status=500, number=number)

    def _to_login(self, visit: Visit) -> Response:
        request = visit.request
        if request.method != "GET" or PART in request.headers:
            return wrong(visit, "login", status=401)
        path = request.url.path.removeprefix(self.desk.prefix)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(visit.url("/login", then="" if path == "/" else path + query), 303)

    def _is_ours(self, visit: Visit, form: FormData) -> bool:
        """Whether a form comes from a page of ours: it carries the session's own mark, and no browser says otherwise."""
        headers = visit.request.headers
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        person: Person | None = visit.stranger
        wanted = person.csrf if person is not None else stranger_csrf(self.desk, visit.request)
        given = form.get("csrf") or headers.get("x-csrf-token", "")
        return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())


class _Endpoint:
    """A page as Starlette calls it: as an ASGI application, so that it is asked for every method that its route has."""

    def __init__(self, site: Site, page: Page) -> None:
        self._site, self._page = site, page

    async def __call__(self, scope: Scope, receive: object, send: object) -> None:
        request = Request(_fit(scope), receive)  # type: ignore[arg-type]
        response = await self._site.answer(self._page, request)
        await response(scope, receive, send)  # type: ignore[arg-type]


def _fit(scope: Scope) -> Scope:
    """The same request; U+0000, which no store keeps, is left out of what it asks for."""
    query: bytes = scope.get("query_string", b"")
    return {**scope, "query_string": query.replace(b"%00", b"")} if b"%00" in query else scope


def _is_nowhere(request: Request) -> bool:
    """Whether an address names what cannot be: a number or a sign that no store has."""
    places = request.path_params.values()
    return any(place > _LARGEST if isinstance(place, int) else "\0" in str(place) for place in places)


def _nothing(visit: Visit) -> Response:
    raise NotFound


def _asked_language(request: Request) -> str:
    """The language a stranger's browser asks for."""
    return spoken(request.headers.get("accept-language", "es").partition(",")[0])


async def _static(request: Request) -> Response:
    try:
        path = (STATIC / request.path_params["name"]).resolve()
        is_there = path.is_relative_to(STATIC) and path.suffix in _TYPES and path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        is_there = False
    if not is_there:
        return PlainTextResponse("not found\n", 404)
    lasting = "public, max-age=31536000, immutable" if request.query_params.get("v") else "no-cache"
    headers = {"Cache-Control": lasting, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=headers)
