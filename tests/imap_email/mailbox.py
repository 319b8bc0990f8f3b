"""One mailbox on a test server, the sources that pull it, and the ledger they are committed to."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Any

from config.secrets import Secret
from config.servers import ImapServer
from connectors.imap_email.connection import Login
from connectors.imap_email.fetching import Limits
from connectors.imap_email.source import ImapSource
from tests.conformance.ledger import Ledger
from tests.servers.dovecot import Dovecot
from ventanilla.channel import RawItem


class Mailbox:
    """`source` makes a new source, as a restart does; `pull` pulls with the newest one. Configured when it was made."""

    def __init__(self, server: Dovecot, *, user: str = "soporte") -> None:
        self.server, self.user = server, user
        self.since = datetime.now(UTC)
        self.ledger = Ledger()
        self._sources: list[ImapSource] = []

    def source(
        self,
        *,
        port: int | None = None,
        folder: str = "INBOX",
        start: str | date = "now",
        zone: tzinfo = UTC,
        limits: Limits | None = None,
        answer_seconds: float = 60,
        password: str = "pw",
        **server: Any,
    ) -> ImapSource:
        """A source over an open connection unless `server` says otherwise (`host`, `security`, `ca_file`)."""
        settings = {"host": self.server.host, "security": "none", "port": port or self.server.port, **server}
        source = ImapSource(
            ImapServer(**settings),
            Login(user=self.user, password=Secret(literal=password), again="ventanilla login soporte"),
            folder,
            since=self.since,
            start=start,
            zone=zone,
            limits=limits,
            answer_seconds=answer_seconds,
        )
        self._sources.append(source)
        return source

    def pull(self, **options: Any) -> list[RawItem]:
        """Pull to the end with the newest source, or one made with `options`; what was new in the ledger."""
        source = self._sources[-1] if self._sources and not options else self.source(**options)
        return self.ledger.pull(source)

    def subjects(self) -> list[str]:
        """The subjects of what is new in the ledger, in the order in which it was committed."""
        return [subject_of(item) for item in self.ledger.new]

    def imported(self) -> list[str]:
        """The subjects of what was imported."""
        return [subject_of(item) for item in self.ledger.imported]

    def close(self) -> None:
        """Log every source out."""
        for source in self._sources:
            source.close()


def mail(subject: str, body: str = "hello", *, message_id: str | None = "", header: str = "") -> bytes:
    """A small mail. Its Message-ID is made from the subject unless given; None: it has none."""
    if message_id == "":
        message_id = f"<{subject.replace(' ', '.')}@example.net>"
    identity = f"Message-ID: {message_id}\r\n" if message_id else ""
    return f"From: c@example.net\r\n{identity}{header}Subject: {subject}\r\n\r\n{body}\r\n".encode()


def subject_of(item: RawItem) -> str:
    """The subject line of an item's raw mail."""
    assert item.raw is not None
    return item.raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()
