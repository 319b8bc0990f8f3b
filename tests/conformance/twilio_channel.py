"""The phone channel as the conformance suite drives it: messages, or calls, of one number on a server of Twilio's API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from config.secrets import Secret
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.calls import CallSource
from connectors.twilio_phone.listing import Limits
from connectors.twilio_phone.raw import unpacked
from connectors.twilio_phone.source import Beginning, MessageSource, PolledSource
from tests.conformance.source_suite import ChannelUnderTest
from tests.servers.twilio_api import TwilioServer
from ventanilla.channel import RawItem, Source

OURS, CUSTOMER = "+34910000000", "+34600000001"
SMALL = Limits(page=3, batch=2, most=3)


class TwilioMessages(ChannelUnderTest):
    """Small pages, batches and windows, so that every test has several."""

    kind: type[PolledSource] = MessageSource

    def __init__(self, server: TwilioServer) -> None:
        self._server = server
        self._server.number(OURS)
        self._since = datetime.now(UTC)
        self._token = server.token

    def source(self, *, start: str | date = "now") -> Source:
        api = TwilioApi(self._server.account, Secret(literal=self._token), api_url=self._server.url)
        return self.kind(api, OURS, Beginning(since=self._since, start=start), limits=SMALL)

    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        self._server.message(CUSTOMER, OURS, text, at=datetime.now(UTC) - age)

    def arrive_broken(self) -> None:
        self._server.message(
            CUSTOMER, OURS, "", changed={"from": None, "body": 7, "date_sent": "soon", "date_created": 0}
        )

    def text_of(self, item: RawItem) -> str:
        assert item.raw is not None
        return str(unpacked(item.raw)["message"]["body"])

    def go_down(self) -> None:
        self._server.stop()

    def come_back(self) -> None:
        self._server.start()

    def refuse(self) -> None:
        self._token = "not the token"

    def secret(self) -> str:
        return self._token


class TwilioCalls(TwilioMessages):
    """Missed calls, told apart by what the caller's line calls itself."""

    kind = CallSource

    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        self._server.call(CUSTOMER, OURS, "no-answer", at=datetime.now(UTC) - age, changed={"caller_name": text})

    def arrive_broken(self) -> None:
        self._server.call(CUSTOMER, OURS, "busy", changed={"from": None, "start_time": 7, "date_created": "soon"})

    def text_of(self, item: RawItem) -> str:
        assert item.raw is not None
        return str(unpacked(item.raw)["call"]["caller_name"])
