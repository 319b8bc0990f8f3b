"""Who may read the machine's own figures, and that nobody can make us work by asking often. Knows no figure."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from config.servers import is_loopback
from config.service import WebSettings
from ventanilla.errors import LoginRefused, Temporary, Unreachable

log = structlog.get_logger(__name__)

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
KEPT = 1.0
"""Seconds for which one answer serves everybody who asks."""
ANSWER_WITHIN = 8.0
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A proxy of ours on this machine is loopback, and whoever asks through it is not."""


@dataclass(slots=True, kw_only=True)
class Scraping:
    """`/metrics`. `scrape` makes the page; it runs in one thread of its own. Used by one event loop."""

    settings: WebSettings
    scrape: Callable[[], bytes]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="metrics"))
    _kept: bytes = b""
    _kept_at: float = -KEPT
    _under_way: asyncio.Future[bytes] | None = None

    async def give(self, request: Request) -> Response:
        """The page; 403 for whoever may not see it, 401 without the token that the file asks for, 503 while the store is away."""
        if not self._is_from_allowed(request):
            return PlainTextResponse("forbidden\n", 403)
        if not self._has_token(request):
            return PlainTextResponse("unauthorized\n", 401, {"WWW-Authenticate": "Bearer"})
        try:
            page = await asyncio.wait_for(self._page(), ANSWER_WITHIN)
        except (Temporary, Unreachable, TimeoutError) as error:
            log.warning("not_scraped", problem=str(error) or "the store is slow")
            return PlainTextResponse("try again later\n", 503, {"Retry-After": "5"})
        return Response(page, headers={"content-type": FORMAT, "cache-control": "no-store"})

    async def _page(self) -> bytes:
        if monotonic() - self._kept_at < KEPT:
            return self._kept
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.get_running_loop().run_in_executor(self._pool, self.scrape)
        self._kept = await asyncio.shield(self._under_way)
        self._kept_at = monotonic()
        return self._kept

    def _is_from_allowed(self, request: Request) -> bool:
        allowed = self.settings.metrics
        if allowed in ("anyone", "off"):
            return allowed == "anyone"
        if request.client is None or any(name in request.headers for name in _PASSED_ON):
            return False
        if allowed == "local":
            return is_loopback(request.client.host)
        address = ipaddress.ip_address(request.client.host)
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in ipaddress.ip_network(network) for network in allowed)

    def _has_token(self, request: Request) -> bool:
        if self.settings.metrics_token is None:
            return True
        try:
            wanted = f"Bearer {self.settings.metrics_token.reveal()}"
        except LoginRefused as error:
            log.warning("no_metrics_token", problem=str(error))
            return False
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())
