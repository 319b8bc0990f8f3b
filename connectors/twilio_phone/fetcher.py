"""Gets media and voicemail from Twilio. Credentials go to the API's own host alone: it sends us on to others for the bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.twilio_phone.api import ANSWER_SECONDS, TwilioApi
from connectors.twilio_phone.names import SID
from connectors.twilio_phone.raw import text_of
from connectors.twilio_phone.read_messages import media_name
from connectors.twilio_phone.troubles import refusal, unreachable
from ventanilla.channel import Attachment
from ventanilla.errors import Permanent, Temporary, VentanillaError

LARGEST = 64 * 1024 * 1024
SECONDS = 120.0
"""For one file, whatever it takes to come."""
_MOST_REDIRECTS = 4
_PIECE = 64 * 1024


class TwilioFetcher:
    """Gets one file at a time, each whole or not at all. Used by one thread."""

    def __init__(
        self,
        api: TwilioApi,
        *,
        largest: int = LARGEST,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._largest = largest
        self._seconds = seconds
        self._clock = clock

    def fetch(self, ref: Mapping[str, Any]) -> Attachment:
        """`{"recording": RE…}`, `{"message": MM…, "media": ME…}` or `{"message": MM…, "number": 0}` (the place in its list).

        Raises Temporary, Permanent (gone, too large, not understood) and LoginRefused.
        """
        if "recording" in ref:
            sid = _sid(ref, "recording")
            content, _ = self._bytes(f"{self._api.base}/Recordings/{sid}.mp3", what="the recording")
            return Attachment(filename=f"voicemail-{sid[-6:]}.mp3", content_type="audio/mpeg", content=content)
        return self._media(ref)

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        self._api.close()

    def _media(self, ref: Mapping[str, Any]) -> Attachment:
        message, number = _sid(ref, "message"), ref.get("number", 0)
        media = _sid(ref, "media") if "media" in ref else self._by_number(message, number)
        content, content_type = self._bytes(f"{self._api.base}/Messages/{message}/Media/{media}", what="the file")
        shown = number if isinstance(number, int) else 0
        return Attachment(filename=media_name(shown, content_type), content_type=content_type, content=content)

    def _by_number(self, message: str, number: object) -> str:
        path = f"Messages/{message}/Media.json"
        found = [
            text_of(each, "sid") for page in self._api.pages(path, "media_list", {"PageSize": "50"}) for each in page
        ]
        if not isinstance(number, int) or not 0 <= number < len(found):
            raise Temporary(f"Twilio has {len(found)} files of this message, and not (yet) this one")
        return _sid({"media": sorted(found)[number]}, "media")

    def _bytes(self, url: str, *, what: str) -> tuple[bytes, str]:
        """Follow redirects by hand: the credentials stay behind. Raises the errors of `fetch`."""
        session, ends = self._api.session(), self._clock() + self._seconds
        with self._api.patience.at_most(self._seconds):
            try:
                return self._follow(session, url, what, ends)
            except VentanillaError:
                raise
            except (OSError, ValueError) as error:
                if self._clock() >= ends:
                    raise self._too_slow(what) from None
                raise unreachable(error, host=urlsplit(url).netloc) from None

    def _follow(self, session: Any, url: str, what: str, ends: float) -> tuple[bytes, str]:
        own = urlsplit(url).netloc
        auth: Any = self._api.credentials()
        for _ in range(_MOST_REDIRECTS + 1):
            with session.get(url, auth=auth, stream=True, allow_redirects=False, timeout=ANSWER_SECONDS) as answer:
                if answer.is_redirect:
                    url = _allowed(urljoin(url, answer.headers["location"]), own)
                    auth = _nobody
                    continue
                _require_ok(answer, what, by_api=urlsplit(url).netloc == own)
                return self._read(answer, what, ends)
        raise Permanent(f"{what}: Twilio sends us on more than {_MOST_REDIRECTS} times")

    def _read(self, answer: Any, what: str, ends: float) -> tuple[bytes, str]:
        pieces, size = [], 0
        for piece in answer.iter_content(_PIECE):
            size += len(piece)
            if size > self._largest:
                raise Permanent(f"{what} is larger than {self._largest // (1024 * 1024)} MB")
            pieces.append(piece)
        if self._clock() > ends:  # cut off: what came may look whole
            raise self._too_slow(what)
        declared = str(answer.headers.get("content-length", ""))
        is_plain = declared.isdigit() and not answer.headers.get("content-encoding")
        if is_plain and int(declared) != size:
            raise Temporary(f"{what} broke off after {size:,} of {int(declared):,} bytes")
        content_type = str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()
        return b"".join(pieces), content_type or "application/octet-stream"

    def _too_slow(self, what: str) -> Temporary:
        return Temporary(f"{what} did not come within {self._seconds:g} s")


def _require_ok(answer: Any, what: str, *, by_api: bool) -> None:
    """Raises for anything but 200. What is not there may only not be there yet; what another host refuses says nothing of our
    login: it was asked without."""
    if answer.status_code == 200:
        return
    if answer.status_code == 410:
        raise Permanent(f"{what} is not at Twilio any more")
    if answer.status_code == 404 or (not by_api and answer.status_code < 500):
        raise Temporary(f"{what} is not at Twilio, or not yet")
    raise refusal(answer.status_code, None, answer.headers, what=what)


def _sid(ref: Mapping[str, Any], name: str) -> str:
    """An id that may stand in an address: what came in from outside is not put there as it is."""
    sid = ref.get(name)
    if not isinstance(sid, str) or not SID.match(sid):
        raise Permanent(f"no file of this channel: its {name} is not an id")
    return sid


def _allowed(url: str, own: str) -> str:
    """Where we may be sent on to: https, or the host that we asked (a server of one's own, without TLS)."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and _is_loopback(own) and _is_loopback(parts.netloc)
    if parts.scheme != "https" and not is_local:
        raise Permanent("Twilio sends us on to an address that is not encrypted")
    return url


def _is_loopback(netloc: str) -> bool:
    return (urlsplit(f"//{netloc}").hostname or "") in ("127.0.0.1", "localhost", "::1")


def _nobody(request: Any) -> Any:
    """No credentials, not even those that this machine keeps for a host (.netrc)."""
    return request
