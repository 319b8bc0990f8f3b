"""Reads a request's body, never more of it than is wanted."""

from __future__ import annotations

from starlette.requests import Request


class TooLarge(Exception):
    """A body is above what is taken here."""


async def read_body(request: Request, *, largest: int) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be above `largest` bytes; no more than that is kept."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > largest:
        raise TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise TooLarge
    return bytes(body)
