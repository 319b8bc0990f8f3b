"""The demo town's mail server: SMTP in, IMAP out, in memory, on loopback. It knows mailboxes, and nothing of what mails say.

pymap speaks IMAP, aiosmtpd speaks SMTP. Both run in one event loop: pymap wakes clients in IDLE by an asyncio event, which
a delivery out of another thread would set unheard.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pymap.backend.dict import Config, DictBackend, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from demo.mail_town import HOST, LARGEST, MailTown
from demo.people import SHOP_DOMAIN
from ventanilla.logs import set_up_logs


class Intake:
    """aiosmtpd's handler: refuses whom nobody knows, and puts what comes into the mailboxes."""

    def __init__(self, town: MailTown, mailboxes: Mapping[str, MailboxSet]) -> None:
        self._town = town
        self._mailboxes = mailboxes

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._town.mailbox_for(address) is None:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        for recipient in envelope.rcpt_tos:
            mailbox = self._town.mailbox_for(recipient)
            if mailbox is not None:
                await self._deliver(mailbox, _trace(envelope.mail_from, recipient) + raw)
        return "250 OK"

    async def _deliver(self, mailbox: str, raw: bytes) -> None:
        inbox = await self._mailboxes[mailbox].get_mailbox("INBOX")
        await inbox.append(AppendMessage(literal=raw, when=datetime.now(UTC)), recent=True)


def _trace(sender: str | None, recipient: str) -> bytes:
    """What a server writes above a mail it delivers (RFC 5321, 4.4)."""
    lines = [
        f"Return-Path: <{sender or ''}>",
        f"Delivered-To: {recipient}",
        f"Received: from town by {HOST} with ESMTP; {format_datetime(datetime.now(UTC))}",
    ]
    if (sender or "").endswith(f"@{SHOP_DOMAIN}"):  # everybody in this town is who they say
        lines.append(f"Authentication-Results: mx.{SHOP_DOMAIN}; dmarc=pass header.from={SHOP_DOMAIN}")
    return "".join(f"{line}\r\n" for line in lines).encode()


async def serve(town: MailTown) -> None:
    """Serve until SIGTERM or SIGINT. OSError when a port is taken."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        mailboxes = await _serve_imap(town, stack)
        intake = Intake(town, mailboxes)
        await stack.enter_async_context(
            await loop.create_server(lambda: _smtp(town, intake), host=HOST, port=town.smtp_port)
        )
        await stop.wait()


async def _serve_imap(town: MailTown, stack: AsyncExitStack) -> Mapping[str, MailboxSet]:
    # pymap is a program first: its classes take what its command line would have given them.
    options = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None, host=HOST, port=town.imap_port)
    config = Config(
        options,
        host=HOST,
        port=town.imap_port,
        tls_enabled=False,
        demo_data=False,
        demo_user="",
        demo_password="",
        hash_context=Cleartext(),
        max_append_len=LARGEST,
    )
    config.apply_context()
    login = Login(config)
    mailboxes = {}
    for address in (*town.mailboxes, *([town.catch_all] if town.catch_all else [])):
        mailboxes[address] = MailboxSet()
        await mailboxes[address].add_mailbox("Sent")
        config.set_cache[address] = (mailboxes[address], FilterSet())
        login.users_dict[address] = UserMetadata(config, address, password=town.password)
    backend = DictBackend(login, config)
    await backend.start(stack)
    await IMAPService(backend, config).start(stack)
    return mailboxes


def _smtp(town: MailTown, intake: Intake) -> SMTP:
    """Nobody has to log in; who does is let in with the town's password only."""

    def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, credentials: Any) -> AuthResult:
        known = isinstance(credentials, LoginPassword) and credentials.password == town.password.encode()
        return AuthResult(success=known, handled=False)

    return SMTP(
        intake,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        hostname="localhost",
        authenticator=authenticator,
        auth_require_tls=False,
    )


if __name__ == "__main__":
    set_up_logs(level="error")  # aiosmtpd warns of its own old names, and that nobody has to use TLS on loopback
    asyncio.run(serve(MailTown(**json.loads(sys.argv[1]))))
