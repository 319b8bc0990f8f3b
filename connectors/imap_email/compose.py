"""Turns one outgoing message into the bytes of a mail; pure, reads no clock, knows no server.

Header fields are written here, one by one: the standard library breaks long Message-IDs in References into encoded words,
and then no mail client finds the thread.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

from connectors.imap_email.encoded_words import encoded, field_value, is_plain
from connectors.imap_email.plain_part import plain_part
from ventanilla.channel import Outgoing
from ventanilla.errors import Permanent
from ventanilla.signing import COPY_HEADER

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_FIELD_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$")
_ADDRESS = re.compile(r"^[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\.]+(\.[^\s@<>(),;:\"\[\]\\.]+)*$")
_ID = re.compile(r"^<[^<>\s]+>$")
_CONTENT_TYPE = re.compile(r"^(?!text/|multipart/|message/)[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$")
_BYTES = "application/octet-stream"
"""What every other file is sent as: its own type belongs to those that a mail client may open by itself."""
_ATOMS = re.compile(r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*$")

OURS = {
    *("from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "reply-to"),
    *("mime-version", "content-type", "content-transfer-encoding", "content-disposition"),
    *("return-path", "received", "dkim-signature"),
}
"""Fields that are made from the message itself: its `headers` may not bring another."""

_LONGEST_NAME = 100


def compose(outgoing: Outgoing, *, address: str, now: datetime, name: str = "") -> bytes:
    """The whole mail, lines ended by CR LF, 7-bit but for addresses that are not ASCII.

    From is `address` with the message's own name for it, else `name`. Automatic mail says that it is (RFC 3834;
    `Auto-Submitted: auto-replied` unless its headers say otherwise) and asks Exchange for no automatic answer. What was tried
    before is the same bytes again: it keeps the date of its first time. Raises Permanent for what cannot stand in a header: a
    line break above all.
    """
    lines = [*_fields(outgoing, address=address, name=name, now=outgoing.tried_at or now)]
    head = "".join(f"{line}\r\n" for line in lines).encode()
    if outgoing.html is None and not outgoing.attachments:
        return head + plain_part(_sendable(outgoing.text))
    return head + _body(outgoing, address=address).as_bytes(policy=SMTP)


def message_id_of(outgoing: Outgoing, *, address: str) -> str:
    """The message's own, else one that is the same each time this row of the outbox is sent."""
    if outgoing.message_id:
        return _checked_id("Message-ID", outgoing.message_id)
    digest = hashlib.sha256(f"{address} {outgoing.id} {outgoing.recipient}".encode()).hexdigest()[:20]
    return f"<{outgoing.id}.{digest}@{_ascii_domain(address).rpartition('@')[2]}>"


def mail_address(address: str, what: str = "address") -> str:
    """The address as mail carries it, its domain in ASCII (IDNA). Raises Permanent when it is none."""
    if not _ADDRESS.match(address) or _CONTROL.search(address):
        raise Permanent(f"the {what} {address!r} is not a mail address", cure="correct it and send again")
    return _ascii_domain(address)


def envelope_sender(outgoing: Outgoing, *, address: str) -> str:
    """Whom the world's servers tell that a mail could not be delivered.

    The channel's own address, for automatic mail too: submission servers refuse the empty one that RFC 3834 would like, and a
    bounce of an acknowledgement says that the customer's address is wrong. A header `Return-Path: <>` asks for the empty one.
    """
    asked = next((value for name, value in outgoing.headers.items() if name.lower() == "return-path"), None)
    if asked is None:
        return mail_address(address)
    if asked.strip() != "<>":
        raise Permanent(f"Return-Path may only be <>, got {asked!r}")
    return ""


def _fields(outgoing: Outgoing, *, address: str, name: str, now: datetime) -> Iterator[str]:
    yield f"Message-ID: {message_id_of(outgoing, address=address)}"
    yield f"Date: {format_datetime(now)}"
    yield f"From: {_mailbox('From', mail_address(address), outgoing.from_name or name)}"
    yield f"To: {_mailbox('To', mail_address(outgoing.recipient, 'recipient'), outgoing.recipient_name)}"
    if outgoing.cc:
        yield "Cc: " + ",\r\n ".join(mail_address(one, "copy's address") for one in outgoing.cc)
    yield f"Subject: {_text('Subject', outgoing.subject)}"
    if outgoing.reply_to:
        yield f"Reply-To: {mail_address(outgoing.reply_to, 'reply address')}"
    if outgoing.in_reply_to:
        yield f"In-Reply-To: {_checked_id('In-Reply-To', outgoing.in_reply_to)}"
    if outgoing.references:
        yield "References: " + "\r\n ".join(_checked_id("References", each) for each in outgoing.references)
    yield from _further_fields(outgoing)
    yield "MIME-Version: 1.0"


def _further_fields(outgoing: Outgoing) -> Iterator[str]:
    given = {name.lower() for name in outgoing.headers}
    if outgoing.message_id:
        yield f"{COPY_HEADER}: {outgoing.message_id}"
    if outgoing.automatic and "auto-submitted" not in given:
        yield "Auto-Submitted: auto-replied"
    if outgoing.automatic and "x-auto-response-suppress" not in given:
        yield "X-Auto-Response-Suppress: All"
    for name, value in outgoing.headers.items():
        if name.lower() == "return-path":
            continue
        if not _FIELD_NAME.match(name) or name.lower() in OURS:
            raise Permanent(f"a message may not bring the header field {name!r} of its own")
        yield f"{name}: {_text(name, value)}"


def _body(outgoing: Outgoing, *, address: str) -> EmailMessage:
    body = EmailMessage(policy=SMTP)
    body.set_content(_sendable(outgoing.text), cte="quoted-printable")
    if outgoing.html is not None:
        body.add_alternative(_sendable(outgoing.html), subtype="html", cte="quoted-printable")
    for file in outgoing.attachments:
        kind, _, sort = (file.content_type if _CONTENT_TYPE.match(file.content_type) else _BYTES).partition("/")
        name = _CONTROL.sub("", _sendable(file.filename))
        body.add_attachment(file.content, maintype=kind, subtype=sort, filename=name)
    del body["MIME-Version"]
    _name_boundaries(body, message_id_of(outgoing, address=address))
    return body


def _name_boundaries(body: EmailMessage, message_id: str) -> None:
    """The library's own are random, and a copy could not be told to be the same mail. `=_` stands in no encoded part."""
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(one for one in body.walk() if one.is_multipart()):
        part.set_boundary(f"=_{mark}_{number}")


def _sendable(text: str) -> str:
    """Without halves of characters, which no encoding can carry; line ends are the library's matter."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def _text(name: str, value: str) -> str:
    """A header's value, encoded (RFC 2047) if it is not ASCII, folded between words."""
    _refuse_control(name, value)
    return field_value(name, _sendable(value.strip()))


def _mailbox(field: str, address: str, name: str) -> str:
    if not name.strip():
        return address
    _refuse_control("name", name)
    name = _sendable(name.strip())[:_LONGEST_NAME]
    if not is_plain(name):
        return f"{encoded(field, name)}\r\n <{address}>"
    shown = name if _ATOMS.match(name) else f'"{quote(name)}"'
    return f"{shown} <{address}>"


def _checked_id(name: str, value: str) -> str:
    _refuse_control(name, value)
    if not _ID.match(value) or not value.isascii() or len(value) > 900:
        raise Permanent(f"{name} is not a message id: {value[:80]!r}")
    return value


def _refuse_control(name: str, value: str) -> None:
    if found := _CONTROL.search(value):
        raise Permanent(
            f"the header field {name} holds the control character {found[0]!r}: it could forge another field"
        )


def _ascii_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Permanent(f"the domain of {address!r} is not a domain", cure="correct the address") from error
