"""`read_sent`: a mail out of the Sent folder made into a Message of ours. Pure; knows no server and no store.

What lies there was put there by a mail client of the house, by its provider, or by this service itself; a stranger cannot.
"""

from __future__ import annotations

from connectors.imap_email.reading.bounces import is_read_receipt, is_report
from connectors.imap_email.reading.context import LOOP_HEADER, MailContext
from connectors.imap_email.reading.dates import read_date
from connectors.imap_email.reading.headers import Headers
from connectors.imap_email.reading.limits import MAX_ATTACHMENTS, MAX_SUBJECT
from connectors.imap_email.reading.message import case_keys_of, parse_mail, read_content
from connectors.imap_email.reading.message_ids import read_id, read_ids
from connectors.imap_email.reading.parts import Part, leaves
from connectors.imap_email.reading.people import People, read_parties, read_people
from connectors.imap_email.reading.quoting import said_by_us
from connectors.imap_email.reading.screening import auto_evidence
from connectors.reading.characters import clean_line
from ventanilla.channel import Message, Party, Screening
from ventanilla.errors import BadMessage
from ventanilla.signing import COPY_HEADER
from ventanilla.words import Verdict

CIRCULAR = 10
"""A mail that answers nothing and goes to more addresses than these is a circular, and nobody's answer."""
_ORIGINAL_IDS = (COPY_HEADER.lower(), "x-google-original-message-id", "x-microsoft-original-message-id")
"""Where providers that put a Message-ID of their own in its place keep ours."""
_NOBODY = Party(address="")


def read_sent(raw: bytes, context: MailContext) -> Message:
    """One mail of ours, read. Raises BadMessage, and nothing else, when it is no mail at all.

    `customer` is the first in To, else Cc, else Bcc who is none of ours; its address is "" where there is none. `shared` is
    whoever Sender names. Only what a person wrote to somebody outside is accepted by its screening.
    """
    try:
        return _read(raw, context)
    except BadMessage:
        raise
    except Exception as error:  # one mail that a parser trips over is set aside, and the rest goes on
        raise BadMessage(f"this mail could not be read: {type(error).__name__}") from error


def _read(raw: bytes, context: MailContext) -> Message:
    root, budget = parse_mail(raw)
    headers = root.headers
    people = read_people(headers)
    subject = clean_line(headers.text("subject"), limit=MAX_SUBJECT)
    content = read_content(root, budget)
    outside = _outside(people, headers, context)
    return Message(
        author=people.author,
        customer=outside[0] if outside else _NOBODY,
        external_id=read_id(headers.raw("message-id")),
        to=people.to,
        cc=people.cc,
        reply_to=people.reply_to,
        subject=subject,
        text=content.text,
        reply_text=said_by_us(content.lines, whole=content.text, subject=subject),
        html=content.html,
        in_reply_to=read_ids(headers.raw("in-reply-to")),
        references=read_ids(headers.raw("references")),
        sent_at=read_date(headers.raw("date")),
        attachments=content.attachments[:MAX_ATTACHMENTS],
        screening=_screen(root, people, context, outside=len(outside)),
        case_keys=case_keys_of(people, subject),
        shared=read_parties(headers, "sender"),
        outbound=True,
        own_id=_own_id(headers),
    )


def _outside(people: People, headers: Headers, context: MailContext) -> list[Party]:
    """Whom it went to besides the house, each once, in the order To, Cc, Bcc."""
    named = (*people.to, *people.cc, *read_parties(headers, "bcc"))
    outside = {party.address: party for party in reversed(named) if "@" in party.address}
    return [party for party in reversed(outside.values()) if not _is_ours(party.address, context)]


def _is_ours(address: str, context: MailContext) -> bool:
    return context.is_own(address) or address in context.staff_addresses


def _screen(root: Part, people: People, context: MailContext, *, outside: int) -> Screening:
    """What a machine wrote is no answer, nor what is none of ours, nor what went to nobody or to everybody."""
    headers = root.headers
    if context.installation and context.installation in [one.strip() for one in headers.all_raw(LOOP_HEADER.lower())]:
        return Screening(verdict=Verdict.LOOP, reason=f"loop: {LOOP_HEADER} is ours")
    automatic = _machine(root) or auto_evidence(headers)
    if automatic:
        return Screening(verdict=Verdict.AUTO_REPLY, reason=f"auto_reply: {automatic}")
    if not _is_ours(people.author.address, context):
        return Screening(
            verdict=Verdict.OWN, reason="own: in Sent, but From is no address of ours (name it in aliases)"
        )
    if not outside:
        return Screening(verdict=Verdict.OWN, reason="own: in Sent, to nobody outside the house")
    answers = headers.raw("in-reply-to") or headers.raw("references")
    if "list-unsubscribe" in headers or "list-id" in headers or (outside > CIRCULAR and not answers):
        return Screening(verdict=Verdict.LIST, reason=f"list: a circular to {outside} addresses")
    return Screening()


def _machine(root: Part) -> str:
    """What a program wrote by itself at a click: receipts, reports, answers to invitations."""
    if is_read_receipt(root):
        return "read receipt"
    if is_report(root):
        return "report"
    is_answer = any(
        leaf.content_type == "text/calendar" and leaf.parameters.get("method", "").lower() in ("reply", "counter")
        for leaf in leaves(root)
    )
    return "answer to an invitation" if is_answer else ""


def _own_id(headers: Headers) -> str | None:
    return next((found for name in _ORIGINAL_IDS if (found := read_id(headers.raw(name)))), None)
