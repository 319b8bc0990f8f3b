"""Gets one file from Telegram, whole, in bounded size and time; the token goes to the Bot API's own server alone."""

from __future__ import annotations

import mimetypes
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message as Headers
from http.client import HTTPException, HTTPResponse
from typing import IO, Any
from urllib.parse import quote, urlsplit

from config.servers import is_loopback
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.reading.files import LARGEST
from connectors.telegram_chat.troubles import TROUBLES, Refusal, explain, refused_token
from ventanilla.channel import Attachment
from ventanilla.errors import Permanent, Temporary, VentanillaError

_CHUNK = 64 * 1024
_STALLED = 20.0
_GONE = ("wrong file_id", "invalid file_id", "file is too big", "file_id_invalid", "wrong remote file", "wrong type")


class TelegramFetcher:
    """Used by one thread at a time. `seconds` bounds one download as a whole."""

    def __init__(self, api: BotApi, *, largest: int = LARGEST, seconds: float = 300.0) -> None:
        self._api = api
        self._largest = largest
        self._seconds = seconds

    def fetch(self, ref: Mapping[str, Any]) -> Attachment:
        """The file behind a `RemoteFile.ref` of the reader's. Raises Temporary, Permanent (gone, too large), LoginRefused."""
        path = self._path_of(str(ref.get("file_id", "")))
        content = self._download(path)
        name = str(ref.get("filename") or path.rpartition("/")[2] or "file")
        guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return Attachment(filename=name, content_type=str(ref.get("content_type") or guessed), content=content)

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        self._api.close()

    def _path_of(self, file_id: str) -> str:
        """Where the file lies for the next hour."""
        try:
            told = self._api.call("getFile", {"file_id": file_id})
        except TROUBLES as trouble:
            if isinstance(trouble, Refusal) and _is_final(trouble):
                raise Permanent(f"Telegram does not hand the file out: {trouble.words}") from None
            raise explain(trouble, host=self._api.host, where=self._api.where) from None
        path = told.get("file_path") if isinstance(told, dict) else None
        if not isinstance(path, str) or not path:
            raise Temporary(f"{self._api.host} does not say where the file is")
        if path.startswith("/") or ".." in path.split("/"):
            raise Permanent(
                f"{self._api.host} names a file on its own disk", cure="start that Bot API server without --local"
            )
        return path

    def _download(self, path: str) -> bytes:
        url = self._api.file_url(quote(path))
        handlers: list[Any] = [_NoRedirects()]
        if is_loopback(urlsplit(url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))
        ends = time.monotonic() + self._seconds
        try:
            with urllib.request.build_opener(*handlers).open(url, timeout=_STALLED) as answer:
                return self._read(answer, ends)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refused(error.code) from None
        except (OSError, HTTPException, ValueError):  # none of them quoted: they may show the address, and so the token
            raise Temporary(f"the download from {self._api.host} broke off") from None

    def _read(self, answer: HTTPResponse, ends: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(_CHUNK):  # what is there, not until the chunk is full: that may take for ever
            parts.append(part)
            size += len(part)
            if size > self._largest:
                raise Permanent(f"the file is larger than {self._largest:,} bytes")
            if time.monotonic() > ends:
                raise Temporary(f"the download from {self._api.host} takes more than {self._seconds:g} s")
        return b"".join(parts)

    def _refused(self, code: int) -> VentanillaError:
        if code == 401:
            return refused_token(host=self._api.host, where=self._api.where)
        if 300 <= code < 400:
            return Temporary(f"{self._api.host} sends the download elsewhere; that is not followed with a token")
        return Temporary(f"{self._api.host} answered {code} to the download")


def _is_final(refusal: Refusal) -> bool:
    said = refusal.words.lower()
    return refusal.code == 400 and "temporarily" not in said and any(words in said for words in _GONE)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Another place would get the address, and the token with it."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Headers, newurl: str
    ) -> urllib.request.Request | None:
        return None
