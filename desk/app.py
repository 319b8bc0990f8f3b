"""The web side as one application: its addresses, how much it reads, how long it lets anybody wait. Stores nothing itself."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from desk.body import TooLarge, read_body
from desk.calls.webhooks import AWAY, Reply, Webhooks
from desk.insisting import Insisting
from desk.machine.scraping import Scraping
from desk.media import Media
from desk.readiness import Readiness
from desk.site import Site
from ventanilla.channel import Hook, HookRequest

THREADS = 8
MOST_AT_ONCE = 64
"""Calls read or judged at once; the bodies of so many at most are in memory."""
ANSWER_WITHIN = 10.0
"""Seconds after which a provider gets 503, before it would give up by itself (Twilio waits 15); what was begun goes on."""
METHODS = ("GET", "POST")


def build_app(
    webhooks: Webhooks,
    *,
    public_url: str | None,
    ready: Readiness | None = None,
    media: Media | None = None,
    scraping: Scraping | None = None,
    site: Site | None = None,
    api: ASGIApp | None = None,
) -> Starlette:
    """The application. `public_url` is where the world sees it: providers sign the address that they called, and what a proxy
    says of host and scheme is not believed. A path in it may be stripped by the proxy or left. Without `media` no file of ours
    is given out; without `ready` nobody is told whether we can work; without `site` and `api` nobody of us can come in. `/metrics`
    is there with `scraping`, never below the public path."""
    desk = _Desk(webhooks, (public_url or "").rstrip("/"))
    below = ("", desk.prefix) if desk.prefix else ("",)
    routes: list[BaseRoute] = [Route("/healthz", _healthz, methods=["GET"])]
    if ready is not None:
        routes.append(Route("/ready", ready.give, methods=["GET"]))
    if scraping is not None:
        routes.append(Route("/metrics", scraping.give, methods=["GET"]))
    for start in below:
        routes.append(Route(f"{start}/webhooks/{{channel}}", desk.webhook, methods=METHODS))
        routes.append(Route(f"{start}/webhooks/{{channel}}/{{path:path}}", desk.webhook, methods=METHODS))
        if media is not None:
            routes.append(Route(f"{start}{media.route}", media.give, methods=["GET"]))
        if api is not None:
            routes.append(Mount(f"{start}/api/v1", app=api))
        if site is not None:
            routes.extend(site.routes(start))
    if site is not None:
        routes.append(site.rest())
    app = Starlette(routes=routes, middleware=[Middleware(Insisting)])
    app.router.redirect_slashes = False
    return app


class _Desk:
    def __init__(self, webhooks: Webhooks, public_url: str) -> None:
        self._webhooks = webhooks
        self._public_url = public_url
        self.prefix = urlsplit(public_url).path
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")
        self._busy = 0

    async def webhook(self, request: Request) -> Response:
        """One call of a provider's."""
        channel, path = request.path_params["channel"], request.path_params.get("path", "")
        hook = self._webhooks.find(channel, path)
        if hook is None:
            return PlainTextResponse("not found\n", 404)
        if self._busy >= MOST_AT_ONCE:
            return _response(AWAY)
        self._busy += 1
        try:
            return await self._take(channel, hook, request)
        finally:
            self._busy -= 1

    async def _take(self, channel: str, hook: Hook, request: Request) -> Response:
        try:
            body = await read_body(request, largest=hook.largest)
        except TooLarge:
            return PlainTextResponse("too large\n", 413, {"Connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        called = HookRequest(method=request.method, url=self._called(request), headers=_headers(request), body=body)
        loop = asyncio.get_running_loop()
        judged = loop.run_in_executor(self._pool, self._webhooks.take, channel, hook, called)
        try:
            return _response(await asyncio.wait_for(judged, ANSWER_WITHIN))
        except TimeoutError:
            return _response(AWAY)

    def _called(self, request: Request) -> str:
        """The public address that was called, spelled as it was called."""
        path = request.scope["raw_path"].decode("ascii")
        if self.prefix and path.startswith(f"{self.prefix}/webhooks/"):
            path = path.removeprefix(self.prefix)
        query = request.scope["query_string"].decode("ascii")
        return f"{self._public_url}{path}" + (f"?{query}" if query else "")


def _headers(request: Request) -> dict[str, str]:
    """By lower-case name; one that comes twice has both values."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _response(reply: Reply) -> Response:
    headers = {"content-type": reply.content_type}
    if reply.retry_after is not None:
        headers["retry-after"] = str(reply.retry_after)
    return Response(reply.body, reply.status, headers)


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")
