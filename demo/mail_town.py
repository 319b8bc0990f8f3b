"""What the demo town's mail server is told: who has a mailbox and which ports. It serves nothing and imports no mail library."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

HOST = "127.0.0.1"
LARGEST = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTown:
    """Who has a mailbox. Addresses are in lower case; every mailbox opens with its address and the one `password`.

    What comes to another address of a domain that has mailboxes goes to `catch_all`; `refused` addresses answer 550, as do
    all other domains. `soporte+x@…` is `soporte@…`. Each mailbox has an INBOX and a Sent folder.
    """

    mailboxes: Sequence[str]
    password: str
    smtp_port: int
    imap_port: int
    catch_all: str | None = None
    refused: Sequence[str] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line of a process that serves this town until SIGTERM."""
        return (sys.executable, "-m", "demo.mail_server", json.dumps(asdict(self)))

    def is_ready(self) -> bool:
        """True when both ports take connections."""
        try:
            for port in (self.smtp_port, self.imap_port):
                socket.create_connection((HOST, port), timeout=0.5).close()
        except OSError:
            return False
        return True

    def mailbox_for(self, recipient: str) -> str | None:
        """Whose mailbox takes mail for `recipient`; None when nobody's does."""
        recipient = recipient.lower()
        local, _, domain = recipient.partition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        if recipient in self.refused or plain in self.refused:
            return None
        for address in (recipient, plain):
            if address in self.mailboxes:
                return address
        return self.catch_all if domain in {address.partition("@")[2] for address in self.mailboxes} else None
