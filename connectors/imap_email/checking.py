"""Logs in to a mailbox's servers, changes and sends nothing, and says what works, what will happen and what cures the rest."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from imapclient import IMAPClient

from config.email import EmailSettings
from config.providers import provider_at
from config.servers import MailServer
from connectors.imap_email.connection import Login, hang_up, open_imap
from connectors.imap_email.copy_checking import check_copies
from connectors.imap_email.folders import canonical, folder_names
from connectors.imap_email.sent_checking import check_sent
from connectors.imap_email.smtp import hang_up_smtp, open_smtp
from connectors.imap_email.troubles import CONNECTION_ERRORS, explain
from ventanilla.channel import Finding
from ventanilla.errors import Permanent, Temporary

_SOON = timedelta(days=14)
_NEARLY_FULL = 0.9


def check_mailbox(
    settings: EmailSettings, incoming: Login, outgoing: Login | None, *, now: datetime | None = None
) -> Iterator[Finding]:
    """A line for each thing tried, IMAP first. Never raises for what a server says or does."""
    now = now or datetime.now(UTC)
    yield from _guarded(_check_imap(settings, incoming, now), settings.imap, _named("IMAP", settings.imap))
    if settings.smtp is None:
        yield Finding(subject="SMTP", ok=True, message="no smtp server: this channel takes in and cannot send")
        return
    yield from _guarded(_check_smtp(settings, outgoing, now), settings.smtp, _named("SMTP", settings.smtp))


def _guarded(findings: Iterator[Finding], server: MailServer, subject: str) -> Iterator[Finding]:
    """The findings up to the first error, and that error as the last one."""
    try:
        yield from findings
    except (Permanent, Temporary) as error:
        yield Finding(subject=subject, ok=False, message=str(error), cure=error.cure)
    except CONNECTION_ERRORS as error:
        yield Finding(subject=subject, ok=False, message=str(explain(error, server)), cure="try again")


def _check_imap(settings: EmailSettings, login: Login, now: datetime) -> Iterator[Finding]:
    client = open_imap(settings.imap, login)
    try:
        yield _logged_in(_named("IMAP", settings.imap), login, client.socket())
        yield from _certificate(_named("IMAP", settings.imap), client.socket(), now)
        names = folder_names(client)
        for folder in settings.folders:
            yield _folder(client, canonical(folder), names, settings)
        yield _noticing(client, settings)
        yield check_sent(client, names, settings)
        yield check_copies(client, settings)
        yield _plus_address(settings)
        yield from _quota(client)
    finally:
        hang_up(client, politely=True)


def _check_smtp(settings: EmailSettings, login: Login | None, now: datetime) -> Iterator[Finding]:
    assert settings.smtp is not None  # noqa: S101 - the caller looked
    smtp = open_smtp(settings.smtp, login)
    try:
        subject = _named("SMTP", settings.smtp)
        yield _logged_in(subject, login, smtp.sock, more="; no mail was sent")
        yield from _certificate(subject, smtp.sock, now)
    finally:
        hang_up_smtp(smtp, politely=True)


def _logged_in(subject: str, login: Login | None, connection: Any, *, more: str = "") -> Finding:
    how = f" over {connection.version()}" if isinstance(connection, ssl.SSLSocket) else ", not encrypted (this machine)"
    who = "connected without a login" if login is None else f"logged in as {login.user}"
    return Finding(subject=subject, ok=True, message=f"{who}{how}{more}")


def _certificate(subject: str, connection: Any, now: datetime) -> Iterator[Finding]:
    """Until when the certificate holds: one that ends soon stops the channel on that day."""
    if not isinstance(connection, ssl.SSLSocket):
        return
    ends = (connection.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    message = f"its certificate holds until {until:%Y-%m-%d %H:%M} UTC"
    cure = "" if until - now > _SOON else "whoever runs the server must renew it before then"
    yield Finding(subject=subject, ok=not cure, message=message, cure=cure)


def _folder(client: IMAPClient, folder: str, names: list[str], settings: EmailSettings) -> Finding:
    if folder not in names:
        there = ", ".join(f'"{name}"' for name in sorted(names)[:40])
        cure = f"name one of these in folders: {there}"
        return Finding(subject=folder, ok=False, message=f'there is no folder "{folder}"', cure=cure)
    status = client.folder_status(folder, ["MESSAGES", "UNSEEN"])
    mails, unseen = int(status[b"MESSAGES"]), int(status[b"UNSEEN"])
    will = _what_will_happen(settings.start, mails, unseen)
    return Finding(subject=folder, ok=True, message=f"{folder}: {_count(mails, 'mail')}; {will}")


def _what_will_happen(start: str | date, mails: int, unseen: int) -> str:
    """At the very first pull of this folder; later ones go on from where they were."""
    if start == "now":
        return "starting with new ones"
    if start == "unseen":
        return f"starting with the {_count(unseen, 'unread one')}; the others are only noted down"
    if start == "all":
        return f"all of them are taken as new: up to {_count(mails, 'case')} will be opened"
    return f"starting with those since {start}; older ones are only noted down"


def _noticing(client: IMAPClient, settings: EmailSettings) -> Finding:
    poll = f"{settings.poll.total_seconds():g} s"
    if client.has_capability("IDLE"):
        message = f"new mail is noticed at once (IDLE), and looked for every {poll}"
    else:
        message = f"the server does not tell of new mail (no IDLE): it is looked for every {poll}"
    return Finding(subject="new mail", ok=True, message=message)


def _plus_address(settings: EmailSettings) -> Finding:
    local, _, domain = settings.address.partition("@")
    provider = provider_at(settings.imap.host)
    if settings.plus_address == "auto" and not (provider and provider.keeps_plus):
        message = (
            f"whether {local}+key@{domain} arrives here cannot be seen without sending; replies are told by their ids, "
            "and that address is used in cases whose customer has written to one like it"
        )
    elif settings.plus_address:
        message = f"replies go to {local}+key@{domain}: send one to yourself to see that it arrives"
    else:
        message = "not used"
    return Finding(subject="plus address", ok=True, message=message)


def _quota(client: IMAPClient) -> Iterator[Finding]:
    """A full mailbox sends its customers' mail back."""
    if not client.has_capability("QUOTA"):
        return
    quotas = []
    with contextlib.suppress(imaplib.IMAP4.error):
        quotas = client.get_quota("INBOX")
    for quota in quotas:
        if quota.resource in ("STORAGE", b"STORAGE") and quota.limit and quota.usage / quota.limit > _NEARLY_FULL:
            part = f"{quota.usage * 100 // quota.limit} %"
            cure = "make room, or customers' mail is sent back"
            yield Finding(subject="quota", ok=False, message=f"the mailbox is {part} full", cure=cure)


def _named(protocol: str, server: MailServer) -> str:
    return f"{protocol} {server.host}:{server.port}"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
