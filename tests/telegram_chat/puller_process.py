"""A process that does nothing but pull one bot into a store, so that a test can kill it: STORE_URL BLOBS API_URL, TOKEN in $BOT."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.secrets import Secret
from connectors.pull import Puller
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.source import TelegramSource
from ventanilla.store.engine import open_store


def main() -> None:
    """Until killed."""
    store_url, blobs, api_url = sys.argv[1:4]
    source = TelegramSource(BotApi(Secret(env="BOT"), api_url, where="channels.chat.token"), floor=None, most_updates=5)
    Puller(
        channel="chat",
        source=source,
        store=open_store(store_url, Path(blobs)),
        poll=timedelta(seconds=60),
        enqueue=lambda ids: None,
        tell_trouble=lambda *_: None,
        clock=lambda: datetime.now(UTC),
    ).run()


if __name__ == "__main__":
    main()
