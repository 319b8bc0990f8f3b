"""A shared mailbox on a real server, watched as the service watches it, and a house whose cases come from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.sent_source import SentSource
from connectors.imap_email.source import ImapSource
from router.service import route_items
from tests.router.house_for_tests import House
from tests.servers.dovecot import Dovecot
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch, overdue, read_checkpoint
from ventanilla.store.tables import conversations, inbox
from ventanilla.words import InboxState

LUCIA = "Lucía Ejemplo <lucia@clientes.example>"
OURS = "Ferretería Sol <soporte@example.com>"


class SharedMailbox:
    """`look` pulls the folders and routes what came, `file` puts a mail into a folder as a mail client does."""

    def __init__(self, server: Dovecot, store: Store, folder: Path, *, sent_folder: str = "auto") -> None:
        self.server = server
        self.since = datetime.now(UTC)
        self.house = House(store, folder, now=self.since)
        imap = ImapServer(host=server.host, port=server.port, security="none")
        login = Login(user="soporte", password=Secret(literal="pw"))
        self.sent = SentSource(imap, login, sent_folder, since=self.since, look_again=0)
        self.taken_in = ImapSource(imap, login, since=self.since)

    def file(self, raw: bytes, folder: str = "Sent", *, when: datetime | None = None) -> None:
        with self.server.client("soporte") as client:
            client.append(folder, raw, flags=[b"\\Seen"], msg_time=when)

    def pull(self, source: ImapSource) -> list[int]:
        """Commit what is new there; the ids of what wants routing."""
        self.house.now = max(self.house.now, datetime.now(UTC))
        batches = source.pull(read_checkpoint(self.house.store, source.name), now=self.house.now)
        return [
            row_id
            for batch in batches
            for row_id in commit_batch(self.house.store, "soporte", batch, lease=None, now=self.house.now)
        ]

    def look(self) -> list[InboxState]:
        """Both folders and the router, once; what became of each new item."""
        ids = [*self.pull(self.taken_in), *self.pull(self.sent)]
        return [state for _, state in sorted(route_items(self.house.router, ids).items())]

    def sweep(self, **later: float) -> list[InboxState]:
        """What the sweeper brings back after a while."""
        self.house.later(**later)
        ids = overdue(self.house.store, now=self.house.now, patience=timedelta(0))
        return list(route_items(self.house.router, ids).values())

    def asks(self, message_id: str = "<pregunta@clientes.example>") -> Any:
        """A customer's mail arrives and is routed; its case."""
        self.server.deliver("soporte", letter(LUCIA, OURS, message_id=message_id, text="¿Cuándo llega mi pedido?"))
        assert self.look() == [InboxState.ROUTED]
        return self.case()

    def case(self) -> Any:
        return self.house.rows(conversations)[-1]

    def states(self) -> list[str]:
        return [row.state for row in self.house.rows(inbox)]

    def close(self) -> None:
        self.sent.close()
        self.taken_in.close()


def letter(
    sender: str,
    to: str,
    *,
    message_id: str,
    text: str,
    answers: str | None = None,
    at: datetime | None = None,
    subject: str = "Mi pedido",
) -> bytes:
    """A mail as a mail client writes it."""
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = sender, to, message_id
    message["Subject"] = f"Re: {subject}" if answers else subject
    message["Date"] = format_datetime(at or datetime.now(UTC))
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(text)
    return message.as_bytes()
