"""What one message of ours becomes at Twilio: one or several of its messages, with their texts and the addresses of files. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.twilio_phone.names import WHATSAPP
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Permanent
from ventanilla.segments import segments
from ventanilla.text_parts import LONGEST, MOST_PARTS, parts_of

MOST_FILES = 10
LARGEST_MMS, LARGEST_WHATSAPP = 5_000_000, 16_000_000
"""Bytes that Twilio takes: of all files of an MMS, of one file by WhatsApp."""
Link = Callable[[Attachment], str]
"""The public address of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One of Twilio's messages. `body` is its text as Twilio will list it, None where only Twilio knows that (a template);
    `files` is how many go with it, `fields` what Twilio is told of it."""

    body: str | None
    files: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)


def pieces_of(
    outgoing: Outgoing, account: str, *, templates: Mapping[str, str], link: Link | None, takes_files: bool
) -> list[Piece]:
    """The pieces in order, at least one. The same message gives the same pieces. `link` is None where nobody outside can reach us;
    without `takes_files` (a number that cannot MMS) files go as addresses in the text. Raises Permanent for what cannot be."""
    if outgoing.edits is not None:
        raise Permanent("what went out by SMS or WhatsApp cannot be changed")
    if outgoing.template is not None:
        return [_template(outgoing, templates)]
    links = _links(outgoing.attachments, account, link)
    text = outgoing.text.strip()
    is_whatsapp = account.startswith(WHATSAPP)
    if links and not is_whatsapp and not takes_files:
        text = "\n\n".join([part for part in (text, *links) if part])
        links = []
    parts = _parts(text, numbered=not is_whatsapp)
    if not parts and not links:
        raise Permanent("there is no text to send")
    return _by_whatsapp(parts, links) if is_whatsapp else _by_sms(parts, links)


def _by_whatsapp(parts: Sequence[str], links: Sequence[str]) -> list[Piece]:
    """Each file by itself: WhatsApp takes one a message, and of some kinds it drops the text beside it."""
    return [_text(part) for part in parts] + [Piece(body="", files=1, fields={"MediaUrl": link}) for link in links]


def _by_sms(parts: Sequence[str], links: Sequence[str]) -> list[Piece]:
    """The files with the last text."""
    *first, last = parts or [""]
    if not links:
        return [_text(part) for part in parts]
    fields = ({"Body": last} if last else {}) | {"MediaUrl": list(links)}
    return [*map(_text, first), Piece(body=last, files=len(links), fields=fields)]


def _text(part: str) -> Piece:
    return Piece(body=part, fields={"Body": part})


def _parts(text: str, *, numbered: bool) -> list[str]:
    parts = parts_of(text, numbered=numbered)
    if len(parts) > MOST_PARTS:
        size = f"{len(text):,} characters long ({segments(text).count} SMS parts)"
        most = f"at most {MOST_PARTS} messages of {LONGEST:,} go out for one answer"
        raise Permanent(f"the text is {size}; {most}", cure="send less, or write a mail")
    return parts


def _links(files: Sequence[Attachment], account: str, link: Link | None) -> list[str]:
    if not files:
        return []
    if link is None:
        raise Permanent(
            "files cannot be sent by SMS or WhatsApp without service.public_url: Twilio takes them by a public address only",
            cure="set service.public_url, or put the file where the customer can get it and send its address",
        )
    if len(files) > MOST_FILES:
        raise Permanent(f"there are {len(files)} files; at most {MOST_FILES} go out with one answer", cure="send fewer")
    is_whatsapp = account.startswith(WHATSAPP)
    weight = max(file.size for file in files) if is_whatsapp else sum(file.size for file in files)
    most = LARGEST_WHATSAPP if is_whatsapp else LARGEST_MMS
    if weight > most:
        what = "a file by WhatsApp has" if is_whatsapp else "the files of an MMS have together"
        raise Permanent(
            f"{what} at most {most // 1_000_000} MB; this is {weight / 1_000_000:.1f} MB", cure="send a smaller file"
        )
    return [link(file) for file in files]


def _template(outgoing: Outgoing, templates: Mapping[str, str]) -> Piece:
    name = outgoing.template or ""
    sid = name if name.startswith("HX") else templates.get(name)
    if sid is None:
        known = ", ".join(templates) or "none"
        raise Permanent(f'there is no template "{name}"', cure=f"name it in `templates`; there are: {known}")
    values = json.dumps(dict(outgoing.template_values), ensure_ascii=False)
    return Piece(
        body=None, fields={"ContentSid": sid} | ({"ContentVariables": values} if outgoing.template_values else {})
    )
