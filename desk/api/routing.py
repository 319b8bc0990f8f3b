"""How every operation of the API runs: who comes, how often, what right, how large; then its checks and its work in a thread.

The order is always the same, and whatever is raised on the way becomes a problem document.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
import re
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from desk.api.call import Call, UnderWay, forbidden
from desk.api.pace import Pace
from desk.api.problems import Wrong, away, problem_of
from desk.api.who import who_came
from desk.body import TooLarge, read_body
from desk.entry.person import Person, Right
from desk.room import Desk

THREADS = 16
MOST_AT_ONCE = 64
"""Requests being answered at once; whoever comes then is asked to come again."""
LARGEST = 256 * 1024
BODIES = 48 * 1024 * 1024
"""Bytes of bodies in memory at once."""
READ_WITHIN = 60.0
"""Seconds that a body has to come in."""
ONCE = "idempotency-key"
_KEY = re.compile(r"[!-~]{1,255}")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
Result = TypeVar("Result")


@dataclass(slots=True, kw_only=True)
class Room:
    """What the operations of one process share. Used by one event loop; its threads touch `under_way` alone."""

    desk: Desk
    pace: Pace = field(default_factory=lambda: Pace(clock=time.monotonic))
    under_way: UnderWay = field(default_factory=UnderWay)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="api"))
    busy: int = 0
    held: int = 0

    async def thread(self, work: Callable[[], Result]) -> Result:
        """Do it in one of our threads."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)


class Operation(APIRoute):
    """A route of ours. `right` and `largest` stand on its function (see `asks`)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        super().__init__(path, _in_a_thread(endpoint), **given)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The whole way from a request to its answer."""
        inner = super().get_route_handler()
        right, largest = getattr(self.endpoint, "asks_for", (Right.LOOK, LARGEST))

        async def answer(request: Request) -> Response:
            room: Room = request.app.state.room
            if room.busy >= MOST_AT_ONCE:
                return problem_of(away("too many requests are being answered just now"))
            room.busy += 1
            try:
                return await _admitted(room, request, inner, right, largest)
            except Exception as error:
                return problem_of(error)
            finally:
                room.busy -= 1

        return answer


Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])


def asks(right: Right | None, *, largest: int = LARGEST) -> Callable[[Endpoint], Endpoint]:
    """Which right an operation asks of whoever comes (None: that they are known), and how many bytes of a body it takes."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.asks_for = (right, largest)  # type: ignore[attr-defined]
        return endpoint

    return mark


async def call_of(request: Request) -> Call:
    """The admitted request, for the functions of the operations."""
    call: Call = request.state.call
    return call


Caller = Annotated[Call, Depends(call_of)]


def _in_a_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def run(**values: Any) -> Any:
        call: Call = values["call"]
        room: Room = call.request.app.state.room
        return await room.thread(partial(endpoint, **values))

    return run


async def _admitted(
    room: Room,
    request: Request,
    inner: Callable[[Request], Coroutine[Any, Any, Response]],
    right: Right | None,
    largest: int,
) -> Response:
    now = room.desk.clock()
    person = await room.thread(lambda: who_came(room.desk, request, now=now))
    _require_pace(room, person)
    if right is not None and not person.has(right):
        raise forbidden(person, right)
    _require_fit([*request.path_params.values(), *request.query_params.values()], where="the address")
    key, fingerprint, reserved = None, "", 0
    try:
        if request.method != "GET":
            reserved = _reserve(room, request, largest)
            body = await _read(room, request, largest)
            key = _key_of(request)
            fingerprint = _fingerprint(request, body)
        request.state.call = Call(
            desk=room.desk,
            request=request,
            person=person,
            now=now,
            under_way=room.under_way,
            key=key,
            fingerprint=fingerprint,
        )
        return await inner(request)
    finally:
        room.held -= reserved


def _require_pace(room: Room, person: Person) -> None:
    mark = f"token {person.token_id}" if person.token_id is not None else f"session {person.session_id}"
    waits = room.pace.take(mark)
    if waits:
        detail = f"more requests than this token may make: wait {waits} s"
        raise Wrong(429, "too_many", detail, headers={"Retry-After": str(waits)})


def _reserve(room: Room, request: Request, largest: int) -> int:
    """How much of the memory for bodies this one may need. Raises TooLarge, Wrong where others have it."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > largest:
        raise TooLarge
    wanted = int(declared) if declared.isdigit() else largest
    if room.held + wanted > BODIES:
        raise away("too much is being sent just now")
    room.held += wanted
    return wanted


async def _read(room: Room, request: Request, largest: int) -> bytes:
    """The body, left where FastAPI finds it. What is large is parsed in a thread."""
    try:
        body = await asyncio.wait_for(read_body(request, largest=largest), READ_WITHIN)
    except TimeoutError:
        raise Wrong(408, "too_slow", "the body did not come in time", headers={"Connection": "close"}) from None
    request._body = body
    if body:
        request._json = await room.thread(lambda: _parsed(body)) if len(body) > LARGEST else _parsed(body)
    return body


def _parsed(body: bytes) -> Any:
    """Raises Wrong for what is no JSON, or nothing that a store can keep."""
    try:
        document = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "it is no UTF-8, or nested too deep"
        raise Wrong(422, "no_json", f"the body is no JSON: {why}", errors=[{"at": "body", "problem": why}]) from None
    _require_fit(_texts(document), where="the body")
    return document


def _no_number(name: str) -> float:
    raise ValueError(name)


def _texts(document: Any) -> list[str]:
    """Every string in it, names too. Not by recursion: the parser's own limit is above ours."""
    found, rest = [], [document]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            rest.extend(one)
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
    return found


def _require_fit(texts: list[Any], *, where: str) -> None:
    if any(_UNFIT.search(text) for text in texts if isinstance(text, str)):
        why = f"{where} holds a sign that no text has: U+0000, or half of one beyond U+FFFF"
        raise Wrong(422, "invalid", why, errors=[{"at": where.removeprefix("the "), "problem": why}])


def _key_of(request: Request) -> str | None:
    """The Idempotency-Key, with or without the quotes of a structured header."""
    given = request.headers.get(ONCE)
    if given is None:
        return None
    key = given.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        problem = "expected 1 to 255 visible ASCII signs, such as a UUID"
        raise Wrong(
            422, "invalid", f"Idempotency-Key: {problem}", errors=[{"at": "header.Idempotency-Key", "problem": problem}]
        )
    return key


def _fingerprint(request: Request, body: bytes) -> str:
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(asked + body).hexdigest()
