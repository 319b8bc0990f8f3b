"""The files of a mail, named safely, with pictures that belong to the text told from what was attached. Opens none of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.imap_email.reading.headers import read_headers
from connectors.imap_email.reading.limits import MAX_ATTACHMENTS, MAX_SUBJECT
from connectors.imap_email.reading.parts import Part
from connectors.reading.characters import clean_line
from connectors.reading.filenames import safe_filename
from ventanilla.channel import Attachment

_BRACKETS = "<> \t"
_MAIL_TYPES = {"message/rfc822", "message/global", "message/news"}
_REFERENCE = re.compile(r"""(?i)cid:([^"'\s>)]{1,300})""")


def read_attachments(files: Sequence[Part], html: str | None) -> tuple[Attachment, ...]:
    """Each file decoded. `inline`: the HTML shows it, or it is a picture that says it stands in the text."""
    shown = {match.lower() for match in _REFERENCE.findall(html)} if html and "cid:" in html.lower() else set()
    return tuple(_read(part, number, shown) for number, part in enumerate(files[:MAX_ATTACHMENTS], start=1))


def attached_mail(part: Part) -> bytes | None:
    """The raw bytes of an attached mail, None when the part is something else."""
    if part.content_type not in _MAIL_TYPES:
        return None
    content = part.content() if part.headers.raw("content-transfer-encoding") else part.data[part.start : part.end]
    return content.lstrip(b"\r\n")


def _read(part: Part, number: int, shown: set[str]) -> Attachment:
    mail = attached_mail(part)
    content_id = clean_line(part.headers.text("content-id"), limit=300).strip(_BRACKETS) or None
    return Attachment(
        filename=safe_filename(_name(part, mail), content_type=part.content_type, number=number),
        content_type=part.content_type,
        content=part.content() if mail is None else mail,
        inline=_is_inline(part, content_id, shown),
        content_id=content_id,
    )


def _name(part: Part, mail: bytes | None) -> str:
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    if name or mail is None:
        return name
    headers, _ = read_headers(mail, 0, len(mail))
    subject = clean_line(headers.text("subject"), limit=MAX_SUBJECT)
    return f"{subject.replace('/', '_')}.eml" if subject else ""


def _is_inline(part: Part, content_id: str | None, shown: set[str]) -> bool:
    location = part.headers.raw("content-location").lower()
    if (content_id and content_id.lower() in shown) or (location and location in shown):
        return True
    if part.kind != "image" or part.disposition == "attachment":
        return False
    return part.disposition == "inline" or content_id is not None
