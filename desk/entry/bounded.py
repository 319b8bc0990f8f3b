"""Answers of a provider, read up to a size and for a time: what goes on for ever is given up. Knows nothing of what they say."""

from __future__ import annotations

from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter

LARGEST = 1024 * 1024
"""Bytes of an answer, unpacked: what providers say of themselves and their keys has some thousands."""
PATIENCE = 20.0
"""Seconds from its first byte to its last."""
_PIECE = 16 * 1024


class TooMuch(requests.RequestException):
    """The answer was longer, or took longer, than any provider's should."""


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole before anybody sees it. Raises TooMuch."""

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """As the library's, for answers that are not streamed."""
        answer = super().send(request, *args, **{**more, "stream": True})
        try:
            answer._content = _read(answer)
        except BaseException:
            answer.close()
            raise
        answer._content_consumed = True
        return answer


def bound_answers(session: requests.Session) -> None:
    """Nothing that is asked for by this session is read beyond the bounds."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter())


def _read(answer: requests.Response) -> bytes:
    found, until = bytearray(), monotonic() + PATIENCE
    for piece in answer.iter_content(_PIECE):
        found += piece
        if len(found) > LARGEST:
            raise TooMuch(f"it is longer than {LARGEST:,} bytes")
        if monotonic() > until:
            raise TooMuch(f"it took longer than {PATIENCE:.0f} s")
    return bytes(found)
