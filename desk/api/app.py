"""The API as one application, mounted at /api/v1: its operations, its OpenAPI document, what every answer's headers insist on."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.api.moving import answers, beginning, endings, owners, presence
from desk.api.openapi import complete
from desk.api.pace import Pace
from desk.api.problems import problem_of
from desk.api.reading import cases, customers, house
from desk.api.routing import Operation, Room
from desk.entry.sessions import cookie_name
from desk.room import Desk
from ventanilla import __version__

PATH = "/api/v1"
OPENAPI = "/openapi.json"
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}
ROUTERS = (cases, beginning, answers, owners, endings, customers, house, presence)


def build_api(desk: Desk, *, pace: Pace | None = None) -> ASGIApp:
    """The application. `pace` is how fast each token may ask. Nothing in it is shown as a page, and no script comes from elsewhere:
    `openapi.json` is for the tools of whoever writes a program."""
    api = FastAPI(
        title="Ventanilla",
        version=__version__,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        servers=[{"url": f"{desk.public_url}{PATH}"}],
    )
    api.state.room = Room(desk=desk) if pace is None else Room(desk=desk, pace=pace)
    for each in ROUTERS:
        api.router.routes.extend(each.router.routes)  # included, each would be made anew at its first request
    api.add_exception_handler(HTTPException, _of_http)
    api.add_exception_handler(RequestValidationError, _of_error)
    api.openapi = lambda: _openapi(api, cookie_name(desk))  # type: ignore[method-assign]
    return _Outside(api)


def _openapi(api: FastAPI, cookie: str) -> dict[str, Any]:
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, routes=api.routes, servers=api.servers)
        api.openapi_schema = complete(made, cookie)
    return api.openapi_schema


async def _of_error(request: Request, error: Exception) -> Response:
    return problem_of(error)


async def _of_http(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        error = HTTPException(405, headers={"Allow": ", ".join(_methods(request))})
    return problem_of(error)


def _methods(request: Request) -> list[str]:
    """Every method of this address: two operations may share it."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found = {"GET", "HEAD"} if path == OPENAPI else set()
    for route in (route for each in ROUTERS for route in each.router.routes):
        if isinstance(route, Operation) and route.path_regex.match(path):
            found |= set(route.methods or ())
    return sorted(found)


class _Outside:
    """The application with the headers of every answer."""

    def __init__(self, api: FastAPI) -> None:
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                more = [
                    (name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in there
                ]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.api(scope, receive, with_headers)
