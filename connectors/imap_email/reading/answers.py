"""What one of our people wrote in answer to a notice, and nothing of the notice. Knows shapes alone.

Stricter than quoting.py: a customer's doubtful line is kept, but what stands here goes to a customer, who must get neither the
notice nor its address. Nothing may be left, and then nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.headers import Headers
from connectors.imap_email.reading.intros import find_intro, may_introduce
from connectors.imap_email.reading.lines import Line, Zone, joined
from connectors.imap_email.reading.message_ids import read_ids
from connectors.imap_email.reading.people import People
from connectors.imap_email.reading.quoting import Cut, answers_inside, find_cut, is_forward_subject, is_quoted
from connectors.imap_email.reading.signatures import without_signature
from ventanilla.notice_tokens import NOTICE_TOKEN

_MAX_CANDIDATES = 400


def answers_notice(people: People, headers: Headers, context: MailContext) -> bool:
    """Whether one of our people answers a notice, by what the mail names; whether that is true is not known here."""
    if people.author.address not in context.staff_addresses:
        return False
    written_to = (party.address for party in (*people.to, *people.cc, *people.envelope))
    named = (*read_ids(headers.raw("in-reply-to")), *read_ids(headers.raw("references")), *written_to)
    return any(NOTICE_TOKEN.search(value) for value in named)


def answer_words(lines: Sequence[Line], *, subject: str = "") -> str:
    """The newly written text; "" where there is none, where it is a forward, or where it stands inside what is quoted and cannot be
    told from it."""
    if is_forward_subject(subject):
        return ""
    runs = [_own(run) for run in _runs(lines)]
    return "\n\n".join(text for text in (joined(run).strip() for run in runs) if text)


def _runs(lines: Sequence[Line]) -> list[list[Line]]:
    """Stretches of lines that are no quotation, in order."""
    cut = find_cut(lines)
    if cut is None:
        return [list(lines)]
    top, rest = list(lines[: cut.start]), list(lines[cut.body :])
    if not _is_marked(rest, cut):
        # Nothing below is marked line by line (Outlook): an answer in there cannot be told from what it answers.
        return [] if cut.is_forward or answers_inside(top) else [top]
    marked = zip(_quotation(rest), rest, strict=True)
    below = [[line for _, line in run] for quoted, run in groupby(marked, lambda one: one[0]) if not quoted]
    return [top, *below]


def _quotation(lines: Sequence[Line]) -> list[bool]:
    """Which lines are quoted, or introduce what is."""
    quoted = [is_quoted(line) for line in lines]
    texts = [line.text for line in lines]
    left = _MAX_CANDIDATES
    for number, text in enumerate(texts):
        if quoted[number] or not left or not may_introduce(text.strip()):
            continue
        left -= 1
        found = find_intro(texts, number)
        following = next((at for at in range(number + 1, len(lines)) if texts[at].strip()), None)
        if found and (found.is_sure or (following is not None and quoted[following])):
            quoted[found.start : number + 1] = [True] * (number + 1 - found.start)
    return quoted


def _is_marked(rest: Sequence[Line], cut: Cut) -> bool:
    first = next((line for line in rest if line.text.strip()), Line(""))
    return cut.block is None and not cut.is_forward and first.zone is not Zone.QUOTE and is_quoted(first)


def _own(run: Sequence[Line]) -> list[Line]:
    """Without its signature, also where that is all there is."""
    mark = Line(".")
    return without_signature([mark, *(line for line in run if line.zone is Zone.OWN)])[1:]
