"""Pulls each source in process after process, each of which kills itself with -9: STORE_URL BLOBS MOMENT WHERE (JSON).

"before the commit": it has committed one batch and fetched another. "after it": it has committed one, and was about to tell the
queue, and nothing is confirmed to the source either. All are copies of one process, which ends when the ledger has every item
and prints how many died on each source.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.fetching import Limits as MailLimits
from connectors.imap_email.source import ImapSource
from connectors.pull import Puller
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.source import TelegramSource
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.calls import CallSource
from connectors.twilio_phone.listing import Limits
from connectors.twilio_phone.source import Beginning, MessageSource
from daemon.fork import fork, keep_shared
from tests.servers.warm_process import load
from ventanilla.channel import Batch, Source
from ventanilla.store.engine import open_store
from ventanilla.store.tables import inbox, leases

MOST_LIVES = 40


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Dying:
    """Dies when its first batch is committed and the next one fetched; with nothing more to fetch, at the end."""

    source: Source
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.source.name

    def pull(self, checkpoint: Any, *, now: datetime) -> Iterator[Batch]:
        for number, batch in enumerate(self.source.pull(checkpoint, now=now), start=1):
            if number == 2:
                die()
            yield batch
        die()

    def wait(self, seconds: float) -> None:
        self.source.wait(seconds)

    def interrupt(self) -> None:
        self.source.interrupt()

    def close(self) -> None:
        self.source.close()


def sources(where: dict[str, Any]) -> Iterator[tuple[str, Source]]:
    """Channel and source of all that there is, two items a batch."""
    imap = ImapServer(host="127.0.0.1", port=where["imap"], security="none")
    login, since = Login(user="soporte", password=Secret(literal="pw")), datetime.now(UTC) - timedelta(hours=1)
    limits = MailLimits(batch_mails=2, imported_mails=2)
    yield "soporte", ImapSource(imap, login, since=since, start="all", limits=limits)
    bot = BotApi(Secret(literal=where["bot"]), where["telegram"], where="channels.chat.token")
    yield "chat", TelegramSource(bot, floor=None, most_updates=2)
    account = TwilioApi(where["account"], Secret(literal=where["token"]), api_url=where["twilio"])
    beginning, few = Beginning(since=since, start="all"), Limits(batch=2)
    yield "telefono", MessageSource(account, where["number"], beginning, limits=few)
    yield "telefono", CallSource(account, where["number"], beginning, limits=few)


def live(store_url: str, blobs: str, channel: str, source: Source, moment: str) -> int:
    """Until dead."""
    before = moment == "before the commit"
    Puller(
        channel=channel,
        source=Dying(source) if before else source,
        store=open_store(store_url, Path(blobs)),
        poll=timedelta(seconds=60),
        enqueue=(lambda ids: None) if before else (lambda ids: die()),
        tell_trouble=lambda *_: None,
        clock=lambda: datetime.now(UTC),
    ).run()
    return 0


def main() -> None:
    """Until every source is pulled empty."""
    store_url, blobs, moment = sys.argv[1:4]
    where = json.loads(sys.argv[4])
    load("connectors", "ventanilla")
    keep_shared()
    died = {}
    for channel, source in sources(where):
        lives = 0
        while committed(store_url, blobs, source.name) < where["items"]:
            copy = fork(
                lambda channel=channel, source=source: live(store_url, blobs, channel, source, moment),  # type: ignore[misc]
                name="dying",
                env=dict(os.environ),
            )
            assert copy.wait() == -signal.SIGKILL
            lives += 1
            assert lives <= MOST_LIVES, source.name
        died[source.name] = lives
    print(json.dumps(died))


def committed(store_url: str, blobs: str, source: str) -> int:
    """How many items of this source are in the ledger; another machine would wait for the lease to lapse."""
    store = open_store(store_url, Path(blobs))
    with store.write() as connection:
        connection.execute(sa.delete(leases))
        count = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.source == source)
        found = int(connection.scalar(count) or 0)
    store.close()
    return found


if __name__ == "__main__":
    main()
