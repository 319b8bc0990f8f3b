"""Gives out single files of ours to whoever was given their signed address (ventanilla/media_links.py). Knows no rows and no names.

Providers fetch attachments here (Twilio takes files by a public address only), and customers whose telephone takes no MMS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ventanilla.media_links import PATH, read_token
from ventanilla.store.blobs import blob_path

GIVE_WITHIN = 300.0
"""Seconds after which whoever reads a file byte by byte is cut off."""
MOST_AT_ONCE = 32
OPAQUE = "application/octet-stream"
_SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain", "audio/", "video/")
"""Types that a browser may show; anything that could run there is a download of no type."""
_GIVEN = ("image/heic", "text/vcard", "text/x-vcard", "text/csv", "application/zip", "application/msword")
_GIVEN_BELOW = ("application/vnd.",)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, no-store",
}


@dataclass(slots=True, kw_only=True)
class Media:
    """The files of one store. Used by one event loop."""

    blobs: Path
    signing_key: bytes = field(repr=False)
    clock: Callable[[], datetime]
    _busy: int = 0

    @property
    def route(self) -> str:
        """Where it answers, as a path with names in braces; what stands for the file's name is not believed."""
        return f"{PATH}/{{token}}/{{name}}"

    async def give(self, request: Request) -> Response:
        """The file whose address this is; 404 for any other address, one whose time is over, and a file that is gone."""
        file = read_token(self.signing_key, request.path_params["token"], now=self.clock())
        path = None if file is None else blob_path(self.blobs, file.sha256)
        if file is None or path is None or not await asyncio.to_thread(path.is_file):
            return PlainTextResponse("not found\n", 404, _HEADERS)
        if self._busy >= MOST_AT_ONCE:
            return PlainTextResponse("try again later\n", 503, {**_HEADERS, "Retry-After": "5"})
        shown = file.content_type.startswith(_SHOWN)
        given = shown or file.content_type in _GIVEN or file.content_type.startswith(_GIVEN_BELOW)
        return _Given(
            self,
            path,
            media_type=file.content_type if given else OPAQUE,
            filename=file.filename or "file",
            content_disposition_type="inline" if shown else "attachment",
            headers=_HEADERS,
        )

    def began(self) -> None:
        """One more is being given out."""
        self._busy += 1

    def ended(self) -> None:
        """One less."""
        self._busy -= 1


class _Given(FileResponse):
    """A file on its way, for a bounded time."""

    def __init__(
        self,
        media: Media,
        path: Path,
        *,
        media_type: str,
        filename: str,
        content_disposition_type: str,
        headers: dict[str, str],
    ) -> None:
        super().__init__(
            path,
            media_type=media_type,
            filename=filename,
            content_disposition_type=content_disposition_type,
            headers=headers,
        )
        self._media = media

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._media.began()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(GIVE_WITHIN):
                    await super().__call__(scope, receive, send)
        finally:
            self._media.ended()
