"""Talks to Twilio's REST API for one account and returns its JSON as it is; decides nothing about what it says.

The library's own page objects are not used: one item with an odd date would make them give up on its whole page.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from config.secrets import Secret
from connectors.twilio_phone.patience import Patience
from connectors.twilio_phone.troubles import refusal, unreachable
from ventanilla.errors import Temporary

API, MESSAGING = "https://api.twilio.com", "https://messaging.twilio.com"
ANSWER_SECONDS = 20.0
"""For each sign of life; a whole answer has half as much again."""
_WHOLE = 1.5
_VERSION = "2010-04-01"
Json = dict[str, Any]


class TwilioApi:
    """One account's API. Opens its connection when first used and keeps it; used by one thread at a time.

    The token is read anew for each request, so that it can rotate. Raises Temporary, LoginRefused and Permanent, and
    Ambiguous where a request that changes something may have arrived.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: Secret,
        *,
        api_url: str | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.account_sid = account_sid
        self._token = auth_token
        self._base = (api_url or API).rstrip("/")
        self._own_host = api_url is not None
        self._answer_seconds = answer_seconds
        self._client: Any = None
        self.patience = Patience()

    @property
    def host(self) -> str:
        """Who is asked, as people name it."""
        return urlsplit(self._base).netloc

    @property
    def base(self) -> str:
        """The address below which everything of this account lies."""
        return f"{self._base}/{_VERSION}/Accounts/{self.account_sid}"

    def account(self) -> tuple[Json, Mapping[str, str]]:
        """The account itself, with the headers of the answer (its `Date` is Twilio's clock)."""
        return self._request("GET", f"{self.base}.json")

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """One resource below the account."""
        return self._request("GET", f"{self.base}/{path}", params=params)[0]

    def pages(self, path: str, key: str, params: Mapping[str, str]) -> Iterator[list[Json]]:
        """A list below the account, page after page, in the order in which Twilio gives it."""
        url: str = f"{self.base}/{path}"
        asked: set[str] = set()
        page = self._request("GET", url, params=params)[0]
        while True:
            found = page.get(key)
            if not isinstance(found, list):
                raise Temporary(f"{path}: {self.host} answered without `{key}`")
            yield [each for each in found if isinstance(each, dict)]
            following = page.get("next_page_uri")
            if not isinstance(following, str) or not following.startswith("/") or following in asked:
                return
            asked.add(following)
            page = self._request("GET", self._base + following)[0]

    def post(self, path: str, fields: Mapping[str, Any]) -> Json:
        """Make something below the account. There is no key that would make a repeat harmless."""
        return self._request("POST", f"{self.base}/{path}", data=fields)[0]

    def messaging(self, path: str, params: Mapping[str, str]) -> Json:
        """A resource of Twilio's messaging API, which lies at another host."""
        base = self._base if self._own_host else MESSAGING
        return self._request("GET", f"{base}/{path}", params=params)[0]

    def session(self) -> Any:
        """The HTTP session underneath, for what is no JSON. Nothing in it carries the credentials."""
        return self._connected().http_client.session

    def credentials(self) -> tuple[str, bytes]:
        """User and password for `base` alone."""
        return self.account_sid, self._token.reveal().encode()

    def close(self) -> None:
        """Let go of the connection; the next request opens another. Never raises."""
        if self._client is not None:
            self._client.http_client.session.close()
            self._client = None

    def _request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> tuple[Json, Mapping[str, str]]:
        wrote = method == "POST"
        auth = self.credentials()
        try:
            client = self._connected()
            with self.patience.at_most(_WHOLE * self._answer_seconds):
                answer = client.request(method, url, params=params, data=data, auth=auth, timeout=self._answer_seconds)
        except (OSError, ValueError) as error:
            raise unreachable(error, host=urlsplit(url).netloc, wrote=wrote) from None
        try:
            body = json.loads(answer.text or "{}")
        except (ValueError, RecursionError):
            body = None
        if not 200 <= answer.status_code < 300:
            who = f"account {self.account_sid}"
            raise refusal(answer.status_code, body, answer.headers or {}, what=who, wrote=wrote)
        if not isinstance(body, dict):
            raise unreachable(ValueError(), host=urlsplit(url).netloc, wrote=wrote)
        return body, answer.headers or {}

    def _connected(self) -> Any:
        if self._client is None:
            from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
            from twilio.rest import Client  # type: ignore[import-untyped]

            http = TwilioHttpClient(timeout=self._answer_seconds, logger=_silent())
            self.patience.watch(http.session)
            # What the environment says of Twilio (TWILIO_REGION, TWILIO_EDGE, other credentials) is not this file's.
            self._client = Client(self.account_sid, "unused", http_client=http, environment={"TWILIO": ""})
        return self._client


def _silent() -> logging.Logger:
    """A logger that writes nothing: the library's would write down addresses and numbers."""
    logger = logging.getLogger("twilio.http_client.silent")
    logger.disabled = True
    return logger
