"""Whom a mail that one of ours forwarded is really from. Knows attached mails and the headers programs put into the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.imap_email.reading.addresses import canonical_address
from connectors.imap_email.reading.header_blocks import read_block
from connectors.imap_email.reading.limits import MAX_NAME
from connectors.imap_email.reading.lines import Line, joined
from connectors.imap_email.reading.quoting import find_cut, is_forward_subject, is_quoted, own_words, unquoted
from connectors.reading.characters import clean_line
from ventanilla.channel import Attachment, Party

_REPLY_SUBJECT = re.compile(r"(?i)^\s*(?:re|aw|rép?|sv|antw|rif|res)\s*(?:\[\d+\])?\s*:")
_ADDRESS = re.compile(r"""[^\s<>()\[\],;:"'*]+@[^\s<>()\[\],;:"'*]+\.[^\s<>()\[\],;:"'*]+""")
_MAX_BLOCKS = 5
_MAX_SCAN = 2000
_MAX_FIELD = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Who wrote what was forwarded, their own words, and their files where it was forwarded as a file itself."""

    sender: Party
    words: str
    attachments: tuple[Attachment, ...] = ()


def find_original(lines: Sequence[Line], *, subject: str, ours: frozenset[str]) -> Original | None:
    """The first sender in the forwarded text who is none of ours; None when it is no forward or names nobody."""
    cut = find_cut(lines)
    if cut is None or not (cut.is_forward or cut.block) or (_REPLY_SUBJECT.match(subject) and not cut.is_forward):
        return None
    if not (cut.is_forward or is_forward_subject(subject) or (cut.block and cut.block.is_sure)):
        return None
    rest = [unquoted(line) if is_quoted(line) else Line(line.text) for line in lines[cut.start : cut.start + _MAX_SCAN]]
    texts = [line.text for line in rest]
    blocks = 0
    for number, text in enumerate(texts):
        block = read_block(texts, number) if ":" in text else None
        if block is None:
            continue
        sender = _sender(block.fields["from"])
        if sender and sender.address not in ours:
            return Original(sender=sender, words=own_words(rest[block.end :], whole=joined(rest[block.end :])))
        blocks += 1
        if blocks >= _MAX_BLOCKS:
            break
    return None


def _sender(value: str) -> Party | None:
    value = value[:_MAX_FIELD]
    found = _ADDRESS.search(value.replace("mailto:", " "))
    if not found:
        return None
    name = clean_line(re.split(r"[<\[(]", value.replace("*", ""))[0].strip(" \"'"), limit=MAX_NAME)
    address = canonical_address(found[0])
    return Party(address=address, name="" if name.lower() == address else name)
