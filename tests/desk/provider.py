"""A provider of the tests' own: what it signs is believed, what it calls is taken in, and its server is the real one."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desk.app import build_app
from desk.calls.webhooks import Webhooks
from desk.listening import listen
from desk.machine.scraping import Scraping
from desk.media import Media
from desk.server import WebServer
from tests.servers.ports import free_port, wait_until
from ventanilla.channel import DeliveryReport, HookAnswer, HookRequest, RawItem
from ventanilla.store.engine import Store
from ventanilla.words import DeliveryState

PUBLIC = "https://desk.example.com"
SECRET = b"between us"
LARGEST = 2000
SOURCE = "paper:1"


def sign(url: str, body: bytes) -> str:
    """The signature over the address called and the body."""
    return hmac.new(SECRET, url.encode() + body, hashlib.sha256).hexdigest()


@dataclass
class PaperHook:
    """Believes what is signed. The body is JSON: {"items": {key: text}, "reports": [[id, state, rank, reason]]}."""

    path: str = ""
    largest: int = LARGEST
    seen: list[HookRequest] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    def receive(self, request: HookRequest, *, now: datetime) -> HookAnswer:
        self.seen.append(request)
        self.before()
        if not hmac.compare_digest(sign(request.url, request.body), request.headers.get("x-signature", "")):
            return HookAnswer(status=403, refused="signature")
        said: dict[str, Any] = json.loads(request.body or b"{}")
        return HookAnswer(
            body=b"<Response/>",
            content_type="text/xml",
            source=SOURCE,
            items=[RawItem(key=key, raw=text.encode(), received_at=now) for key, text in said.get("items", {}).items()],
            reports=[
                DeliveryReport(external_id=about, state=DeliveryState(state), rank=rank, reason=reason)
                for about, state, rank, reason in said.get("reports", ())
            ],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Web:
    """The web side, running, with one hook at /webhooks/chat/."""

    port: int
    hook: PaperHook
    webhooks: Webhooks
    server: WebServer
    queued: list[int] = field(default_factory=list)

    def call(
        self,
        said: Any = None,
        *,
        path: str = "/webhooks/chat/",
        method: str = "POST",
        signed_for: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call, signed for the public address unless told otherwise."""
        body = b"" if said is None else json.dumps(said).encode()
        signature = sign((signed_for or PUBLIC + path), body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {"X-Signature": signature, **(headers or {})})
            answer = connection.getresponse()
            return Answer(status=answer.status, text=answer.read().decode(), headers=dict(answer.getheaders()))
        finally:
            connection.close()

    def raw(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@contextmanager
def web_side(
    store: Store,
    *,
    public_url: str = PUBLIC,
    enqueue: Callable[[Sequence[int]], object] | None = None,
    scraping: Scraping | None = None,
    **changes: Any,
) -> Iterator[Web]:
    """The web side on a port of its own, over a real store."""
    hook = PaperHook()
    queued: list[int] = []
    webhooks = Webhooks(
        store=store,
        hooks={("chat", ""): hook, ("chat", "status"): hook},
        enqueue=enqueue or queued.extend,
        clock=lambda: datetime.now(UTC),
        **changes,
    )
    port = free_port()
    media = Media(blobs=store.blobs, signing_key=SECRET, clock=webhooks.clock)
    app = build_app(webhooks, public_url=public_url, media=media, scraping=scraping)
    server = WebServer(app, listen(f"127.0.0.1:{port}"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.has_started, what="the web side's start")
        yield Web(port=port, hook=hook, webhooks=webhooks, server=server, queued=queued)
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()
