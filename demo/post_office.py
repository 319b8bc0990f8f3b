"""How the town's people hand in mail and read their own: SMTP and IMAP like anybody's; all that is handed in is in the book."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from typing import cast

from imapclient import IMAPClient

from demo.book import Book, Posted, Source
from demo.mail_town import HOST, MailTown
from demo.people import SHOP

PATIENCE = 10.0
_HEADERS = BytesHeaderParser(policy=default)


def mark_of(raw: bytes) -> str:
    """What tells one mail from another wherever it turns up: its Message-ID, else a hash of all of it."""
    message_id = str(_HEADERS.parsebytes(raw)["Message-ID"] or "").strip()
    return message_id or hashlib.sha256(raw).hexdigest()


class PostOffice:
    """Sends and reads. Each call is a connection of its own; used by one thread at a time."""

    def __init__(self, town: MailTown, book: Book) -> None:
        self._town = town
        self._book = book

    def hand_in(self, mail: EmailMessage, *, sender: str) -> None:
        """Send to the shop by SMTP; `sender` is the envelope's ("" for a bounce)."""
        raw = mail.as_bytes()
        with smtplib.SMTP(HOST, self._town.smtp_port, timeout=PATIENCE) as link:
            at = datetime.now(UTC)
            link.sendmail(sender, [SHOP], raw)
        self._note(raw, at)

    def send_from_shop(self, mail: EmailMessage, *, to: str) -> None:
        """What a mail client on the shop's mailbox does: send, and keep a copy in Sent."""
        raw = mail.as_bytes()
        with smtplib.SMTP(HOST, self._town.smtp_port, timeout=PATIENCE) as link:
            link.sendmail(SHOP, [to], raw)
        with self.mailbox(SHOP) as client:
            at = datetime.now(UTC)
            client.append("Sent", raw, [b"\\Seen"])
        mark = mark_of(raw)
        self._book.note(Posted(source=Source.SENT, mark=mark, name=mark, at=at))

    def put_into_mailbox(self, raw: bytes) -> None:
        """Put something into the shop's mailbox as it is, as a program with its password can."""
        with self.mailbox(SHOP) as client:
            at = datetime.now(UTC)
            client.append("INBOX", raw)
        self._note(raw, at)

    def copy_newest(self) -> bool:
        """Copy the newest mail of the shop's mailbox within it; whether there was one."""
        with self.mailbox(SHOP) as client:
            uids = client.search(["ALL"])
            if not uids:
                return False
            raw = cast(bytes, client.fetch([uids[-1]], ["BODY.PEEK[]"])[uids[-1]][b"BODY[]"])
            at = datetime.now(UTC)
            client.copy([uids[-1]], "INBOX")
        self._note(raw, at)
        return True

    def _note(self, raw: bytes, at: datetime) -> None:
        mark = mark_of(raw)
        self._book.note(Posted(source=Source.MAIL, mark=mark, name=mark, at=at))

    def letters_of(self, address: str, *, to: str | None = None) -> list[EmailMessage]:
        """Every mail in that mailbox, oldest first; with `to` only what was sent to that address."""
        with self.mailbox(address) as client:
            uids = client.search(["TO", to] if to else ["ALL"])
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
        raws = [cast(bytes, found[uid][b"BODY[]"]) for uid in sorted(found)]
        return [message_from_bytes(raw, policy=default) for raw in raws]

    @contextmanager
    def mailbox(self, address: str) -> Iterator[IMAPClient]:
        """That mailbox's INBOX, open."""
        with IMAPClient(HOST, port=self._town.imap_port, ssl=False, timeout=PATIENCE) as client:
            client.login(address, self._town.password)
            client.select_folder("INBOX")
            yield client
