"""GET /live: one browser's stream of server-sent events, from its session to its end. What is told the hub knows.

A stream ends with its session (looked at again each minute), with the process, and when its browser no longer takes anything.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from desk.entry.person import Person, Right
from desk.entry.seeing import visible_to
from desk.entry.sessions import person_of
from desk.live.hub import Hub
from desk.live.looks import looking_on
from desk.live.stream import Stream, letter
from desk.room import Desk
from desk.server import ENDLESS
from ventanilla.errors import Temporary
from ventanilla.store.tables import conversations

MOST = 600
"""Streams of one process: three times the people that one desk process is made for."""
MOST_OF_ONE = 12
"""Streams of one session: a browser needs one, or one a tab where it cannot share."""
MOST_CASES = 20
"""Cases that one browser can show at the same time and hear of."""
BEAT, APART, LOOK_AGAIN, TAKES = 15.0, 1.0, 60.0, 20.0
"""Seconds: between signs of life, between two letters, between two looks at the session, for a browser to take a letter."""
RETRY = 3000
_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


@dataclass(slots=True, kw_only=True)
class Live:
    """The streams of one process. Used by one event loop."""

    desk: Desk
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        self.hub = Hub(desk=self.desk, looks=looking_on(self.desk.queue_url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application. `?see=KEY`: a case that the browser shows; `age`: seconds since its page was drawn; `probe`: only
        say whether a stream would be given."""
        request = Request(scope, receive)
        try:
            opened = await self._open(request)
        except Temporary:
            opened = _refusal(503, "the service does not answer now", retry_after=5)
        if isinstance(opened, Response):
            await opened(scope, receive, send)
            return
        scope[ENDLESS] = True
        gone = asyncio.ensure_future(_until_gone(receive, opened))
        try:
            await self._speak(request, opened, send)
        finally:
            self.hub.leave(opened)
            gone.cancel()

    async def _open(self, request: Request) -> Stream | Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _refusal(403, "not from here")
        person = await self._person(request)
        if person is None:
            return _refusal(401, "log in first")
        if not person.has(Right.LOOK):
            return _refusal(403, "not for you")
        mine = Counter(stream.person.session_id for stream in self.hub.streams)[person.session_id]
        if len(self.hub.streams) >= MOST or mine >= MOST_OF_ONE:
            return _refusal(503, "too many streams are open", retry_after=30)
        if request.query_params.get("probe"):
            return Response(status_code=204)
        wanted = [key for key in request.query_params.getlist("see")[:MOST_CASES] if "\0" not in key]
        cases = await asyncio.to_thread(self._seen, person, wanted) if wanted else {}
        stream = Stream(person=person, cases=cases)
        await self.hub.join(stream, age=seconds_of(request.query_params.get("age", "")))
        return stream

    async def _speak(self, request: Request, stream: Stream, send: Send) -> None:
        """Until it ends. Never faster than one letter a second: what comes in between goes together."""
        clock = asyncio.get_running_loop().time
        headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
        first = f"retry: {RETRY}\n\n".encode() + letter("hello", {})
        checked = beaten = clock()
        try:
            await _send(send, {"type": "http.response.start", "status": 200, "headers": headers})
            await _send(send, _part(first))
            while not stream.over:
                await stream.wait(max(0.0, min(beaten + BEAT, checked + LOOK_AGAIN) - clock()))
                if clock() - checked >= LOOK_AGAIN:
                    checked = clock()
                    await self._look_again(request, stream)
                said = b"" if stream.over else stream.take()
                if not said and not stream.over and clock() - beaten >= BEAT:
                    said = letter("beat", {})
                if said:
                    await _send(send, _part(said))
                    beaten = clock()
                    await stream.rest(APART)
            await _send(send, {**_part(letter("over", {}) if stream.over == "over" else b""), "more_body": False})
        except TimeoutError:
            stream.end("slow")

    async def _look_again(self, request: Request, stream: Stream) -> None:
        """Whether the session goes on, who they are by now, and which of the cases they may still see."""
        try:
            person = await self._person(request)
            if person is None or not person.has(Right.LOOK):
                stream.end("over")
                return
            cases = await asyncio.to_thread(self._seen, person, list(stream.cases)) if stream.cases else {}
        except Temporary:
            return
        stream.person, stream.cases = person, cases

    async def _person(self, request: Request) -> Person | None:
        return await asyncio.to_thread(lambda: person_of(self.desk, request, now=self.desk.clock(), is_used=False))

    def _seen(self, person: Person, keys: list[str]) -> Mapping[str, int]:
        """Of these keys, those of cases that this person may see, with their ids."""
        known = sa.select(conversations.c.key, conversations.c.id, conversations.c.merged_into)
        with self.desk.store.read() as connection:
            rows = list(connection.execute(known.where(conversations.c.key.in_(keys))))
            numbers = {row.merged_into or row.id for row in rows}
            mine = sa.select(conversations.c.id).where(conversations.c.id.in_(numbers), visible_to(person))
            visible = set(connection.scalars(mine))
        return {row.key: row.id for row in rows if (row.merged_into or row.id) in visible}


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end("gone")


async def _send(send: Send, message: Any) -> None:
    """Raises TimeoutError for a browser that takes nothing."""
    await asyncio.wait_for(send(message), TAKES)


def _part(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


def seconds_of(text: str) -> float:
    """A length as an address has it; 0 for what is none, or longer than a day."""
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 <= found <= 86_400 else 0.0


def _refusal(status: int, said: str, *, retry_after: int = 0) -> Response:
    headers = {"cache-control": "no-store", **({"retry-after": str(retry_after)} if retry_after else {})}
    return PlainTextResponse(f"{said}\n", status, headers)
