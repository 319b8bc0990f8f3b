"""A mail's header alone made into an OldMail: when, who, in which thread, and whether a person wrote it. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.message import read_mail
from connectors.imap_email.reading.outbound import read_sent
from ventanilla.channel import Message
from ventanilla.old_mail import OldMail, id_mark
from ventanilla.words import Direction, Verdict

MOST_REFS = 20
_MOVED = timedelta(days=1)
"""A mail that came to its folder so long after its own date was moved there, by somebody or with the whole mailbox."""
_PREFIX = re.compile(
    r"^(?:(?:re|rv|fw|fwd|aw|wg|tr|r|enc|res|sv|erantz|resp|antw)(?:\s*\[\d+\]|\s*\(\d+\))?\s*[:：]\s*|\[[^\]]{1,40}\]\s*)+",
    re.IGNORECASE,
)
_REPORT = re.compile(rb"(?im)^content-type:\s*multipart/report\b")
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_BLANK = re.compile(r"\s+")


def read_old_mail(header: bytes, context: MailContext, *, direction: Direction, arrived: datetime) -> OldMail:
    """The same screening as a mail of today gets, without its body. `arrived` is the server's date for it. Raises BadMessage."""
    message = (read_mail if direction is Direction.IN else read_sent)(header.rstrip() + b"\r\n\r\n", context)
    return OldMail(
        direction=direction,
        at=_when(message.sent_at, arrived),
        others=_others(message, context),
        own_id=id_mark(message.external_id) if message.external_id else 0,
        refs=tuple(id_mark(one) for one in _refs(message)),
        topic=topic_of(message.subject),
        subject=message.subject[:120],
        verdict=_verdict(header, message, context),
    )


def topic_of(subject: str) -> str:
    """A subject without what answering and forwarding put before it, folded to lower case."""
    return _BLANK.sub(" ", _PREFIX.sub("", subject.strip())).strip().casefold()[:120]


def _when(sent_at: datetime | None, arrived: datetime) -> datetime:
    """The server's date, which nobody can forge, except where the mail was put into the folder later than it was sent."""
    return sent_at if sent_at is not None and arrived - sent_at > _MOVED else arrived


def _refs(message: Message) -> list[str]:
    """The newest last; the direct parent is among them."""
    return list(dict.fromkeys((*message.references, *message.in_reply_to)))[-MOST_REFS:]


def _others(message: Message, context: MailContext) -> tuple[str, ...]:
    parties = [message.customer] if not message.outbound else [message.customer, *message.to, *message.cc]
    ours = context.staff_addresses
    outside = (
        one.address for one in parties if one.address and not context.is_own(one.address) and one.address not in ours
    )
    return tuple(dict.fromkeys(outside))


def _verdict(header: bytes, message: Message, context: MailContext) -> Verdict:
    """What a mail's body would have shown is told by its type and its sender."""
    verdict = message.screening.verdict
    if verdict is not Verdict.ACCEPT or message.outbound:
        return verdict
    if _REPORT.search(header) or _DAEMON.match(message.author.address):
        return Verdict.BOUNCE
    return Verdict.OWN if message.customer.address in context.staff_addresses else Verdict.ACCEPT
