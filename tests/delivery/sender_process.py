"""A process that does nothing but deliver through one provider, so that a test can kill it: STORE_URL BLOBS KIND SERVER."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.secrets import Secret
from config.servers import SmtpServer
from connectors.deliver import Deliverer
from connectors.imap_email.sender import SmtpSender
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.sender import TelegramSender
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.sender import TwilioSender
from ventanilla.channel import Sender
from ventanilla.store.engine import Store, open_store

BOT = "7000001:AAF-a_secret-that-nobody-may-read12"
ACCOUNT, TOKEN, OURS = "AC" + "0123456789abcdef" * 2, "a token", "+34910000000"


def sender(kind: str, server: str) -> Sender:
    """What sends through this server, `email` (a port), `telegram` or `twilio` (an address)."""
    if kind == "email":
        settings = SmtpServer(host="127.0.0.1", port=int(server), security="none")
        return SmtpSender(settings, None, address="soporte@example.com")
    if kind == "telegram":
        return TelegramSender(BotApi(Secret(literal=BOT), server))
    return TwilioSender(TwilioApi(ACCOUNT, Secret(literal=TOKEN), api_url=server), accounts=(OURS,), templates={})


def deliverer(store: Store, kind: str, server: str, **hooks: Callable[..., Any]) -> Deliverer:
    """The loop for the way out `soporte`."""
    parts: dict[str, Any] = {
        "store": store,
        "senders": {"soporte": lambda: sender(kind, server)},
        "still_wanted": lambda *_: None,
        "failed": lambda *_: None,
        "tell_trouble": lambda *_: None,
        "clock": lambda: datetime.now(UTC),
    }
    return Deliverer(**{**parts, **hooks})


def main() -> None:
    """Until killed."""
    url, blobs, kind, server = sys.argv[1:5]
    deliverer(open_store(url, Path(blobs)), kind, server).run()


if __name__ == "__main__":
    main()
