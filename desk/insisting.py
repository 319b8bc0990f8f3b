"""What every answer of the web side insists on, whoever gives it: providers' calls, files, refusals by method too."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
"""Nobody frames it, sniffs at it, keeps it. What an answer says of these by itself stays."""

LONGEST = 2000
"""Signs of a path: ours are shorter, and to read thousands of digits as a number is refused by Python in its own way."""


class Insisting:
    """An application whose every answer has at least these headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""

        async def insist(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                least = [one for one in LEAST if one[0] not in there]
                message = {**message, "headers": [*message["headers"], *least]}
            await send(message)

        if scope["type"] == "http" and len(scope["path"]) > LONGEST:
            await PlainTextResponse("not found\n", 404)(scope, receive, insist)
            return
        await self._app(scope, receive, insist)
