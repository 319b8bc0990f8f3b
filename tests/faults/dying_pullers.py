"""A process that pulls the test's mailbox and kills itself with -9 after its first batch: STORE_URL BLOBS PORT MOMENT.

"before the commit": it has committed one batch and fetched another. "after it": it has committed one, and was about to tell the
queue.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.fetching import Limits
from connectors.imap_email.source import ImapSource
from connectors.pull import Puller
from ventanilla.store.engine import open_store


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(ImapSource):
    """Dies when its first batch is committed and somebody wants more."""

    def pull(self, checkpoint: Any, *, now: datetime) -> Iterator[Any]:
        for number, batch in enumerate(super().pull(checkpoint, now=now), start=1):
            if number == 2:
                die()
            yield batch
        die()


def main() -> None:
    """Until dead."""
    store_url, blobs, port, moment = sys.argv[1:5]
    kind = Dying if moment == "before the commit" else ImapSource
    source = kind(
        ImapServer(host="127.0.0.1", port=int(port), security="none"),
        Login(user="soporte", password=Secret(literal="pw")),
        since=datetime.now(UTC) - timedelta(hours=1),
        start="all",
        limits=Limits(batch_mails=2, imported_mails=2),
    )
    Puller(
        channel="soporte",
        source=source,
        store=open_store(store_url, Path(blobs)),
        poll=timedelta(seconds=60),
        enqueue=(lambda ids: None) if kind is Dying else (lambda ids: die()),
        tell_trouble=lambda *_: None,
        clock=lambda: datetime.now(UTC),
    ).run()


if __name__ == "__main__":
    main()
