"""Whether this machine can take visits just now, for what spreads them over several. Knows neither who visits nor what for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from time import monotonic

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ventanilla.errors import AnotherSchema, Temporary, Unreachable

KEPT = 1.0
"""Seconds for which one look serves everybody who asks: nobody makes us work by asking often."""
ANSWER_WITHIN = 3.0
AWAY = "the store does not answer"
OTHER_SCHEMA = "the store's tables are another version's"
OTHER_FILE = "another file is in force"


@dataclass(slots=True, kw_only=True)
class Readiness:
    """`/ready`. `is_in_force` asks the store whether this process's file is the one in force. Used by one event loop."""

    is_in_force: Callable[[], bool]
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="ready"))
    _hindrance: str = AWAY
    _looked_at: float = -inf
    _under_way: asyncio.Future[str] | None = None

    async def give(self, request: Request) -> Response:
        """200 `ready`, else 503 with the reason in a few words; within seconds, whatever the store does."""
        try:
            hindrance = await asyncio.wait_for(self._look(), ANSWER_WITHIN)
        except TimeoutError:
            hindrance = AWAY
        headers = {"cache-control": "no-store"}
        if hindrance:
            return PlainTextResponse(f"{hindrance}\n", 503, headers | {"Retry-After": "5"})
        return PlainTextResponse("ready\n", headers=headers)

    async def _look(self) -> str:
        if monotonic() - self._looked_at < KEPT:
            return self._hindrance
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.get_running_loop().run_in_executor(self._pool, self._ask)
        self._hindrance = await asyncio.shield(self._under_way)
        self._looked_at = monotonic()
        return self._hindrance

    def _ask(self) -> str:
        try:
            return "" if self.is_in_force() else OTHER_FILE
        except AnotherSchema:
            return OTHER_SCHEMA
        except (Temporary, Unreachable):
            return AWAY
