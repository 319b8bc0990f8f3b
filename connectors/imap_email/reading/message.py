"""`read_mail`: the raw bytes of one mail made into a Message. Pure; bounded in time and memory; knows no server and no store."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.imap_email.reading.answers import answer_words, answers_notice
from connectors.imap_email.reading.attachments import attached_mail, read_attachments
from connectors.imap_email.reading.authentication import read_authentications
from connectors.imap_email.reading.bodies import Body, body_html, body_lines, read_body
from connectors.imap_email.reading.bounces import is_read_receipt, is_report, read_bounce
from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.dates import read_date
from connectors.imap_email.reading.forwards import Original, find_original
from connectors.imap_email.reading.limits import MAX_ATTACHMENTS, MAX_RAW, MAX_SUBJECT, cut_note
from connectors.imap_email.reading.lines import Line, joined, own_lines
from connectors.imap_email.reading.message_ids import read_id, read_ids
from connectors.imap_email.reading.parts import Budget, Part, read_parts
from connectors.imap_email.reading.people import People, find_customer, read_people
from connectors.imap_email.reading.quoting import is_forward_subject, own_words
from connectors.imap_email.reading.screening import screen
from connectors.reading.characters import clean_line
from ventanilla.channel import Attachment, Bounce, Message, Party, Screening
from ventanilla.errors import BadMessage
from ventanilla.keys import find_keys

_MAX_INNER = 3


def read_mail(raw: bytes, context: MailContext) -> Message:
    """One mail, read. The same bytes give the same message. Raises BadMessage, and nothing else, when it is no mail at all.

    `author.address` is "" when no header names a sender. Attachments that were inside a mail one of ours forwarded as a file
    follow that file. What exceeded a limit (limits.py) is said in `text`.
    """
    try:
        return _read(raw, context, _MAX_INNER)
    except BadMessage:
        raise
    except (
        Exception
    ) as error:  # a parser of hostile input: whatever it meets, one mail is set aside and the rest goes on
        raise BadMessage(f"this mail could not be read: {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class Content:
    """What is inside the mail, before it is known whose it is."""

    lines: list[Line]
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    mails: tuple[bytes, ...]


def _read(raw: bytes, context: MailContext, inner_left: int) -> Message:
    root, budget = parse_mail(raw)
    headers = root.headers
    people = read_people(headers)
    subject = clean_line(headers.text("subject"), limit=MAX_SUBJECT)
    content = read_content(root, budget)
    answers = answers_notice(people, headers, context)
    if inner_left and not content.text and content.mails and not answers:
        content = _with_inner_text(content, context, inner_left)
    bounce = read_bounce(root, headers=headers, author=people.author.address, text=content.text)
    looked_for = not answers or is_forward_subject(subject)
    original = _find_original(content, context, people, subject, inner_left) if looked_for else None
    return Message(
        author=people.author,
        customer=original.sender if original else find_customer(people, headers, context),
        external_id=read_id(headers.raw("message-id")),
        to=people.to,
        cc=people.cc,
        reply_to=people.reply_to,
        subject=subject,
        text=content.text,
        reply_text=_said(content, original, subject, answers=answers),
        html=content.html,
        in_reply_to=read_ids(headers.raw("in-reply-to")),
        references=read_ids(headers.raw("references")),
        sent_at=read_date(headers.raw("date")),
        attachments=_all_attachments(content, original),
        screening=_screen(root, people, bounce, context, answers=answers),
        bounce=bounce,
        case_keys=case_keys_of(people, subject),
        forwarded=original is not None,
        authentications=read_authentications(headers, people.authors),
    )


def _said(content: Content, original: Original | None, subject: str, *, answers: bool) -> str:
    """The writer's own words; of an answer to a notice of ours nothing else, even if that leaves nothing."""
    if original is not None and original.words:
        return original.words
    if answers:
        return answer_words(content.lines, subject=subject)
    return own_words(content.lines, whole=content.text, subject=subject)


def parse_mail(raw: bytes) -> tuple[Part, Budget]:
    """The tree of a mail, and what may still be spent on it. Raises BadMessage when it is no mail at all."""
    if len(raw) > MAX_RAW:
        raise BadMessage(f"this mail is too large to read: {len(raw):,} bytes, at most {MAX_RAW:,} are read")
    data = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n \t\0")
    if not data:
        raise BadMessage("this mail is empty")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    budget = Budget()
    root = read_parts(data, budget)
    if not len(root.headers):
        raise BadMessage("this is no mail: no header field was found at its start")
    return root, budget


def read_content(root: Part, budget: Budget) -> Content:
    """The words and files of a mail, within its budget."""
    body = read_body(root, budget)
    html = body_html(body)
    lines = body_lines(body.words) + _what_was_skipped(body, budget)
    return Content(
        lines=lines,
        text=joined(lines),
        html=html,
        attachments=read_attachments(body.files, html),
        mails=tuple(mail for part in body.files[:MAX_ATTACHMENTS] if (mail := attached_mail(part)) is not None),
    )


def _what_was_skipped(body: Body, budget: Budget) -> list[Line]:
    notes = []
    if len(body.files) > MAX_ATTACHMENTS:
        notes.append(cut_note(MAX_ATTACHMENTS, len(body.files), "attachments"))
    if budget.skipped:
        notes.append("[cut here: too many parts or too deeply nested; the original mail has the rest]")
    return own_lines("\n" + "\n".join(notes)) if notes else []


def _with_inner_text(content: Content, context: MailContext, inner_left: int) -> Content:
    """A mail without words of its own that carries another: that one's words are what there is to read."""
    inner = _inner(content.mails[0], context, inner_left)
    if inner is None:
        return content
    return Content(own_lines(inner.text), inner.text, content.html or inner.html, content.attachments, content.mails)


def _inner(mail: bytes, context: MailContext, inner_left: int) -> Message | None:
    try:
        return _read(mail, context, inner_left - 1)
    except BadMessage:
        return None


def _find_original(
    content: Content, context: MailContext, people: People, subject: str, inner_left: int
) -> Original | None:
    """Whom a mail forwarded by one of our people is from, when it is one."""
    if people.author.address not in context.staff_addresses:
        return None
    ours = context.staff_addresses | context.own_addresses
    for mail in content.mails[:1] if inner_left else ():
        inner = _inner(mail, context, inner_left)
        if inner and inner.customer.address and inner.customer.address not in ours:
            return Original(sender=inner.customer, words=inner.reply_text, attachments=tuple(inner.attachments))
    return find_original(content.lines, subject=subject, ours=ours)


def _all_attachments(content: Content, original: Original | None) -> tuple[Attachment, ...]:
    return (*content.attachments, *(original.attachments if original else ()))[:MAX_ATTACHMENTS]


def _screen(root: Part, people: People, bounce: Bounce | None, context: MailContext, *, answers: bool) -> Screening:
    report = "read receipt" if is_read_receipt(root) else "report" if bounce is None and is_report(root) else ""
    return screen(
        root.headers,
        context,
        author=people.author.address,
        bounce=bounce,
        report=report,
        is_direct=people.is_direct(context),
        answers=answers,
    )


def case_keys_of(people: People, subject: str) -> tuple[str, ...]:
    """Keys in the plus-part of whom it was sent to, then in the subject."""
    parties: tuple[Party, ...] = (*people.to, *people.cc, *people.envelope)
    tagged = " ".join(party.address.partition("@")[0].partition("+")[2] for party in parties if "+" in party.address)
    return find_keys(f"{tagged} | {subject}") if tagged or subject else ()
