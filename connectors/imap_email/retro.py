"""Reads the headers of a mailbox's past: folders are opened with EXAMINE, headers fetched with PEEK, nothing is written."""

from __future__ import annotations

import imaplib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient

from config.servers import MailServer
from connectors.imap_email.connection import Login, hang_up, open_imap
from connectors.imap_email.folders import canonical, folder_names, open_folder
from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.retro_header import read_old_mail
from connectors.imap_email.sent_folder import AUTO, find_sent
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.errors import BadInput, BadMessage
from ventanilla.old_mail import OldMail
from ventanilla.words import Direction

HEADERS = (
    "DATE MESSAGE-ID IN-REPLY-TO REFERENCES FROM SENDER REPLY-TO TO CC SUBJECT CONTENT-TYPE RETURN-PATH AUTO-SUBMITTED PRECEDENCE "
    "LIST-ID LIST-POST LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST X-AUTO-RESPONSE-SUPPRESS X-AUTOREPLY X-AUTORESPOND X-SPAM-FLAG "
    "X-SPAM-STATUS X-SPAM X-ORIGINAL-FROM X-ORIGINAL-SENDER X-VENTANILLA-LOOP"
)
_WHAT = f"BODY.PEEK[HEADER.FIELDS ({HEADERS})]<0.16384>"
AT_ONCE = 500
SPAN = 20_000
"""UIDs that one search covers: the library reads no line of over 1,000,000 bytes."""
_DAY = timedelta(days=1)

Progress = Callable[[str, int, int], None]
"""(folder, mails read so far, mails to read)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """What is read: the server, the login, the folders of what came in, and the folder of what went out ("auto" or a name)."""

    server: MailServer
    login: Login
    folders: Sequence[str]
    sent: str
    context: MailContext


def look_back(mailbox: Mailbox, *, since: datetime, progress: Progress = lambda *_: None) -> Iterator[OldMail]:
    """Every mail since then, folder by folder, as far as its header tells. What cannot be read is passed over.

    Raises BadInput where no folder of sent mail is known (it names the setting), LoginRefused and Temporary as a pull does.
    """
    try:
        client = open_imap(mailbox.server, mailbox.login)
        try:
            sent = _sent_of(client, mailbox.sent)
            for folder in dict.fromkeys(canonical(name) for name in mailbox.folders):
                if folder != sent:
                    yield from _read(client, folder, mailbox.context, Direction.IN, since, progress)
            yield from _read(client, sent, mailbox.context, Direction.OUT, since, progress)
        finally:
            hang_up(client, politely=True)
    except CONNECTION_ERRORS as error:
        raise explain(error, mailbox.server) from error


def _sent_of(client: IMAPClient, wanted: str) -> str:
    found = find_sent(client, AUTO if wanted == "off" else wanted)
    if found is not None:
        return canonical(found)
    there = ", ".join(f'"{name}"' for name in sorted(folder_names(client))[:40])
    what = (
        "which folder keeps the sent mail is not known" if wanted in (AUTO, "off") else f'there is no folder "{wanted}"'
    )
    raise BadInput(f"{what}: set the channel's sent_folder to one of: {there}")


def _read(
    client: IMAPClient, folder: str, context: MailContext, direction: Direction, since: datetime, progress: Progress
) -> Iterator[OldMail]:
    opened = open_folder(client, folder)
    uids = _uids(client, opened.uidnext, since)
    progress(folder, 0, len(uids))
    for start in range(0, len(uids), AT_ONCE):
        part = uids[start : start + AT_ONCE]
        for data in _fetch(client, part):
            mail = _old_mail(data, context, direction)
            if mail is not None and mail.at >= since:
                yield mail
        progress(folder, start + len(part), len(uids))


def _uids(client: IMAPClient, uidnext: int, since: datetime) -> list[int]:
    """By the server's own date, which is a day somewhere: a day more is asked for."""
    day = (since - _DAY).date()
    found: list[int] = []
    for first in range(1, uidnext, SPAN):
        found += client.search(["UID", f"{first}:{min(first + SPAN, uidnext) - 1}", "SINCE", day])
    return sorted(set(found))


def _fetch(client: IMAPClient, uids: Sequence[int]) -> list[dict[bytes, Any]]:
    """The answers; a mail that the server will not tell of does not hold up the others."""
    try:
        return list(client.fetch(uids, ["INTERNALDATE", _WHAT]).values())
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, ValueError):
        if len(uids) == 1:
            return []
    return [data for uid in uids for data in _fetch(client, [uid])]


def _old_mail(data: dict[bytes, Any], context: MailContext, direction: Direction) -> OldMail | None:
    raw = next((value for name, value in data.items() if name.startswith(b"BODY[")), None)
    arrived = data.get(b"INTERNALDATE")
    if not isinstance(raw, bytes) or not isinstance(arrived, datetime):
        return None
    at = arrived.astimezone(UTC) if arrived.tzinfo else arrived.replace(tzinfo=UTC)
    try:
        return read_old_mail(raw, context, direction=direction, arrived=at)
    except BadMessage:
        return None
