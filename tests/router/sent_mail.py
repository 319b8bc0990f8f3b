"""A customer asks, one of us answers from a mail client: mails as those write them, and what becomes of them in a small house."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from router.moves.base import begin, find_case
from router.moves.reply import Answer, write_reply
from tests.router.house_for_tests import House, mail
from ventanilla.channel import OUTBOUND
from ventanilla.store.audit import audit
from ventanilla.store.tables import conversations, outbox
from ventanilla.words import InboxState, Side

ASKED = "<pregunta@clientes.example>"


def ask(house: House, *, message_id: str = ASKED, **more: Any) -> Any:
    """A customer's mail; its case."""
    assert house.receive(mail(message_id=message_id, **more)) is InboxState.ROUTED
    return house.rows(conversations)[-1]


def sent(
    *,
    sender: str = "Ferretería Sol <soporte@example.com>",
    to: str = "Lucía Ejemplo <lucia@clientes.example>",
    text: str = "Llega mañana.",
    at: datetime | None = None,
    answers: str | None = ASKED,
    message_id: str | None = "<respuesta@example.com>",
    subject: str = "Re: ¿Cuándo llega mi pedido?",
    **headers: str,
) -> bytes:
    """A mail as a mail client files it in Sent."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    if at is not None:
        message["Date"] = format_datetime(at)
    if message_id is not None:
        message["Message-ID"] = message_id
    if answers is not None:
        message["In-Reply-To"] = message["References"] = answers
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def file(house: House, raw: bytes, **options: Any) -> InboxState | None:
    """What becomes of a mail in Sent."""
    return house.receive(raw, note=OUTBOUND, **options)


def case_of(house: House, number: int = -1) -> Any:
    return house.rows(conversations)[number]


def reply(house: House, *, agent: str | None = None, text: str = "Lo miro ahora.") -> Any:
    """An answer through this service, on its way out; its row."""
    case = case_of(house)
    with house.store.write() as connection:
        move = begin(connection, house.router.house, agent or case.owner, Side.COMMAND, now=house.now)
        written = write_reply(move, find_case(move, case.key), Answer(text=text))
        move.journal.flush(connection)
    return next(row for row in house.rows(outbox) if row.id == written.outbox_id)


def bounce(of: str) -> bytes:
    """What a mail server sends back about a mail that it could not deliver."""
    return f"""From: MAILER-DAEMON@mx.example.com\r
To: soporte@example.com\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <bounce@mx.example.com>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.com\r
\r
Final-Recipient: rfc822; lucia@clientes.example\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
Message-ID: {of}\r
From: soporte@example.com\r
\r
x\r
--b--\r
""".encode()


def sound(house: House) -> House:
    """The house, none of whose promises is broken."""
    with house.store.read() as connection:
        broken = {
            name: count for name, count in audit(connection, now=house.now, blobs=house.store.blobs).items() if count
        }
    assert not broken, broken
    return house
