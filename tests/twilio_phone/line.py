"""A phone channel on a test server: its sources, hooks and sender as the registry would make them, and a ledger for each source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from config.secrets import Secret
from config.twilio import Voicemail
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.called import CalledSource
from connectors.twilio_phone.calls import CallSource
from connectors.twilio_phone.fetcher import TwilioFetcher
from connectors.twilio_phone.hooks import Line, hooks_of
from connectors.twilio_phone.listing import Limits
from connectors.twilio_phone.people import PhoneContext
from connectors.twilio_phone.reader import read_item
from connectors.twilio_phone.sender import TwilioSender
from connectors.twilio_phone.source import Beginning, MessageSource
from connectors.twilio_phone.twiml import Greeting
from tests.conformance.ledger import Ledger
from tests.servers.twilio_api import TwilioServer
from ventanilla.channel import Attachment, Batch, HookAnswer, HookRequest, Message, RawItem, Source
from ventanilla.media_links import SharedFile, media_url

OURS, CHAT, CUSTOMER = "+34910000000", "whatsapp:+34910000001", "+34600000001"
PUBLIC = "https://desk.example.com/base"
KEY = b"the installation's key"
MADRID = ZoneInfo("Europe/Madrid")


def shared(file: Attachment, until: datetime) -> str:
    """Where a file can be had, as the channel makes its address."""
    known = SharedFile(sha256=file.sha256, content_type=file.content_type, filename=file.filename, expires_at=until)
    return media_url(PUBLIC, KEY, known)


class PhoneLine:
    """Configured an hour ago. `ledgers` are by source, as the store keeps them: what a hook brings lands in its source's."""

    def __init__(self, server: TwilioServer, *, limits: Limits | None = None, language: str = "es") -> None:
        self.server = server
        self.since = datetime.now(UTC) - timedelta(hours=1)
        self.secret = Secret(literal=server.token)
        self.limits = limits
        self.ledgers: dict[str, Ledger] = defaultdict(Ledger)
        self.read = partial(read_item, context=PhoneContext(language=language, zone=MADRID))
        self._apis: list[TwilioApi] = []

    def api(self, **more: Any) -> TwilioApi:
        """A connection of its own."""
        self._apis.append(TwilioApi(self.server.account, self.secret, api_url=self.server.url, **more))
        return self._apis[-1]

    def messages(self, account: str = OURS, *, start: str = "now") -> MessageSource:
        return MessageSource(self.api(), account, Beginning(since=self.since, start=start), limits=self.limits)

    def calls(self, *, hang_ups: bool = False) -> CallSource:
        return CallSource(self.api(), OURS, Beginning(since=self.since), limits=self.limits, hang_ups=hang_ups)

    def called_from(self) -> CalledSource:
        return CalledSource(self.api(), OURS, Beginning(since=self.since), limits=self.limits)

    def pull(self, source: Source, *, later: timedelta = timedelta(0)) -> list[RawItem]:
        """What a pull brings that its ledger did not have."""
        ledger = self.ledgers[source.name]
        before = len(ledger.items)
        for batch in source.pull(ledger.checkpoint, now=datetime.now(UTC) + later):
            ledger.commit(batch)
        return ledger.items[before:]

    def sender(self, *, callback: str = "", seconds: float = 5, public: bool = False) -> TwilioSender:
        return TwilioSender(
            self.api(answer_seconds=seconds),
            accounts=(OURS, CHAT),
            templates={"ready": "HX1"},
            callback=callback,
            share=shared if public else None,
        )

    def fetcher(self, **more: Any) -> TwilioFetcher:
        return TwilioFetcher(self.api(), **more)

    def hook(self, path: str, *, voicemail: Voicemail | None = None, language: str = "es") -> Any:
        """One web address of the channel."""
        greeting = Greeting(language=language, house="Ferretería Sol", voicemail=voicemail or Voicemail())
        line = Line(
            channel="telefono",
            public_url=PUBLIC,
            account_sid=self.server.account,
            auth_token=self.secret,
            accounts=frozenset({OURS, CHAT}),
            numbers=frozenset({OURS}),
            greeting=greeting,
        )
        return next(hook for hook in hooks_of(line, calls=True) if hook.path == path)

    def request(
        self, path: str, fields: Mapping[str, str], *, query: str = "", token: str | None = None
    ) -> HookRequest:
        """A call of one of our web addresses, as Twilio makes it."""
        return self.server.signed(f"{PUBLIC}/webhooks/telefono/{path}{query}", fields, token=token)

    def called(self, path: str, fields: Mapping[str, str], *, query: str = "") -> HookAnswer:
        """Twilio calls; what the hook says to store is kept, as the web process does."""
        answer: HookAnswer = self.hook(path).receive(self.request(path, fields, query=query), now=datetime.now(UTC))
        if answer.items:
            ledger = self.ledgers[answer.source]
            checkpoint = ledger.checkpoint
            ledger.commit(Batch(source=answer.source, items=answer.items, checkpoint=checkpoint or {}))
            if checkpoint is None:
                ledger._checkpoint = None  # a hook moves no checkpoint
        return answer

    def message_of(self, item: RawItem) -> Message:
        assert item.raw is not None
        return self.read(item.raw)

    def close(self) -> None:
        for api in self._apis:
            api.close()
