"""One folder of one mailbox, pulled into a real store and compared with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.secrets import Secret
from config.servers import ImapServer
from connectors.comparing import GRACE, Comparing
from connectors.comparing_kept import Compared
from connectors.imap_email.comparing import WINDOW, FolderComparer, named, of_sent_mail
from connectors.imap_email.connection import Login
from connectors.imap_email.sent_source import SentSource
from connectors.imap_email.source import ImapSource
from tests.servers.dovecot import Dovecot
from ventanilla.comparer import Lacking
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, read_checkpoint
from ventanilla.store.tables import checkpoints, events, inbox

CHANNEL = "soporte"


class Folder:
    """`pull` is what the puller does, `compare` what the loop does; `told` are those of whom a person was told."""

    def __init__(
        self,
        server: Dovecot,
        store: Store,
        *,
        start: str = "now",
        is_sent: bool = False,
        window: int = WINDOW,
        port: int | None = None,
    ) -> None:
        self.server, self.store = server, store
        self.now = datetime.now(UTC)
        imap = ImapServer(host=server.host, port=port or server.port, security="none")
        login = Login(user="soporte", password=Secret(literal="pw"))
        self.source = (
            SentSource(imap, login, since=self.now) if is_sent else ImapSource(imap, login, since=self.now, start=start)
        )
        find = of_sent_mail("auto") if is_sent else named("INBOX")
        self.comparer = FolderComparer(imap, login, find, name=self.source.name, is_sent=is_sent, window=window)
        self.told: list[Sequence[Lacking]] = []
        self.comparing = Comparing(
            channel=CHANNEL,
            comparers=[self.comparer],
            store=store,
            clock=lambda: self.now,
            actor="test",
            tell=lambda connection, channel, compared, items: self.told.append(items),
        )

    def pull(self) -> list[int]:
        """What is new; ids of rows that want routing."""
        found: list[int] = []
        for batch in self.source.pull(read_checkpoint(self.store, self.source.name), now=datetime.now(UTC)):
            found += commit_batch(self.store, CHANNEL, batch, lease=None, now=datetime.now(UTC))
        return found

    def compare(self, *, later: timedelta = timedelta(0)) -> Compared:
        self.now += later
        return self.comparing.compare(self.comparer, since=self.now - timedelta(days=7))

    def compare_after_grace(self) -> Compared:
        return self.compare(later=GRACE + timedelta(seconds=1))

    def run_ahead(self, uids: int = 200) -> None:
        """Put the checkpoint so far ahead of the mails, as it stands after a mailbox was put back from an older copy."""
        checkpoint = dict(read_checkpoint(self.store, self.source.name) or {})
        checkpoint["last_uid"] += uids
        checkpoint["recent"] = []
        with self.store.write() as connection:
            change = sa.update(checkpoints).where(checkpoints.c.source == self.source.name)
            connection.execute(change.values(data=checkpoint))

    def arrive(self, subject: str, *, folder: str = "INBOX", when: datetime | None = None) -> None:
        self.server.append("soporte", letter(subject), folder, when=when)

    def kept(self) -> list[str]:
        with self.store.read() as connection:
            return sorted(connection.scalars(sa.select(inbox.c.item_key)))

    def subjects(self, ids: Sequence[int]) -> list[str]:
        with self.store.read() as connection:
            raws = connection.scalars(sa.select(inbox.c.raw).where(inbox.c.id.in_(ids)).order_by(inbox.c.id))
            return [bytes(raw).partition(b"Subject: ")[2].partition(b"\r\n")[0].decode() for raw in raws]

    def happened(self) -> list[tuple[str, dict[str, Any]]]:
        with self.store.read() as connection:
            rows = connection.execute(sa.select(events.c.kind, events.c.data).order_by(events.c.id))
            return [(row.kind, json.loads(json.dumps(row.data))) for row in rows]

    def close(self) -> None:
        self.source.close()
        self.comparing.close()


def letter(subject: str) -> bytes:
    """A small mail."""
    name = subject.replace(" ", ".")
    return f"From: c@example.net\r\nMessage-ID: <{name}@example.net>\r\nSubject: {subject}\r\n\r\nhola\r\n".encode()
