"""What the writer of a mail says now, told from what they quote. Knows shapes, not customers; in doubt a line is theirs.

Answers written between quoted lines keep everything: without the question "sí" says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.imap_email.reading.header_blocks import HeaderBlock, read_block
from connectors.imap_email.reading.intros import Found, Intro, find_intro, may_introduce
from connectors.imap_email.reading.lines import Line, Zone, joined, own_lines
from connectors.imap_email.reading.signatures import without_signature

_FORWARD_SUBJECT = re.compile(
    r"(?i)^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|rv|reenv(?:iado|iar)?|tr|wg|enc|i|rm|vb|doorst)\s*:"
)
_SEPARATOR = re.compile(r"^\s*[_\-=*]{5,}\s*\Z")
_INSIDE = re.compile(
    r"(?i)\b(?:respond|contest|respuesta|comentari|answer|repl|comment|repost|réponse|antwort|rispost)\w*\b.{0,60}"
    r"\b(?:abajo|debajo|más abajo|a continuación|en rojo|en azul|en verde|en negrita|entre líneas|intercalad\w+|below"
    r"|in-?line|in red|in blue|in bold|dins|a sota|en vermell|ci-dessous|en rouge|unten|in rot|sotto|in rosso)\b"
)
_MAX_CANDIDATES = 400
_LONGEST_CARD = 12


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the quoted part begins and what opens it. `body` is the first line after the introduction."""

    start: int
    body: int
    is_forward: bool
    block: HeaderBlock | None = None


def is_forward_subject(subject: str) -> bool:
    """`Fwd:`, `RV:`, `TR:`, `WG:`…, unless an answer (`Re:`) stands before it."""
    return bool(_FORWARD_SUBJECT.match(subject))


def own_words(lines: Sequence[Line], *, whole: str, subject: str = "") -> str:
    """The text without what it quotes and without the signature; `whole`, all of it, where nothing else would be left."""
    cut = find_cut(lines)
    if cut is None:
        own = without_signature(lines)
        if len(own) == len(lines):
            return whole
    elif cut.is_forward or (is_forward_subject(subject) and cut.start < len(lines)):
        return whole
    else:
        own = _without_quote(lines, cut)
    return joined(own).strip() or whole


def said_by_us(lines: Sequence[Line], *, whole: str, subject: str = "") -> str:
    """What one of ours wrote, without what it quotes but with the signature, which may stand below the quotation: it tells whose
    it is."""
    own = own_words(lines, whole=whole, subject=subject)
    cut = find_cut(lines)
    if cut is None or cut.is_forward:
        return whole
    above = joined(list(lines[: cut.start])).strip()
    if not above.startswith(own):
        return own
    last = max((number for number, line in enumerate(lines) if is_quoted(line)), default=len(lines))
    below = lines[last + 1 :]
    return joined([*own_lines(above), Line(""), *below]).strip() if len(below) <= _LONGEST_CARD else above


def find_cut(lines: Sequence[Line]) -> Cut | None:
    """The first thing quoted, introduced or not; None when nothing is."""
    texts = [line.text for line in lines]
    left = _MAX_CANDIDATES
    for number, text in enumerate(texts):
        if is_quoted(lines[number]) and text.strip():
            return _cut_at_quote(lines, texts, number)
        stripped = text.strip()
        if not stripped or left <= 0:
            continue
        cut = None
        if left and may_introduce(stripped):
            left -= 1
            found = find_intro(texts, number)
            cut = _cut_at_intro(lines, texts, found, number) if found else None
        if cut is None and ":" in text:
            left -= 1
            cut = _cut_at_block(texts, number)
        if cut:
            return cut
    return None


def is_quoted(line: Line) -> bool:
    """Marked by the program that wrote it: `>` (but not mbox's `>From`), or an HTML quote."""
    return line.zone is Zone.QUOTE or (line.text.lstrip(" ")[:1] == ">" and not line.text.startswith(">From "))


def unquoted(line: Line) -> Line:
    """The line with one level of quoting taken off."""
    text = line.text.lstrip(" ")
    return Line(text[1:].removeprefix(" ")) if text.startswith(">") else Line(line.text)


def _cut_at_quote(lines: Sequence[Line], texts: list[str], number: int) -> Cut:
    """A quote that starts without an introduction that we know, or with one inside it (Outlook's block, a forward)."""
    inner = [unquoted(line).text for line in lines[number : number + 20]]
    for offset, text in enumerate(inner[:4]):
        found = find_intro(inner, offset) if text.strip() else None
        if found and found.intro is Intro.FORWARD:
            return Cut(number, number, is_forward=True)
    block = _block_below(inner, 0)
    return Cut(_before_separator(texts, number), number, is_forward=False, block=block)


def _cut_at_intro(lines: Sequence[Line], texts: list[str], found: Found, number: int) -> Cut | None:
    following = next((line for line in lines[number + 1 : number + 6] if line.text.strip()), None)
    if found.intro is Intro.FORWARD:
        return Cut(found.start, number + 1, is_forward=True, block=_block_below(texts, number + 1))
    block = _block_below(texts, number + 1)
    if found.is_sure or block or (following and is_quoted(following)):
        return Cut(found.start, number + 1, is_forward=False, block=block)
    return None


def _block_below(texts: list[str], number: int) -> HeaderBlock | None:
    for at in range(number, min(number + 3, len(texts))):
        if texts[at].strip(" >"):
            return read_block(texts, at)
    return None


def _cut_at_block(texts: list[str], number: int) -> Cut | None:
    block = read_block(texts, number)
    if block is None:
        return None
    start = _before_separator(texts, number)
    if start < number or block.is_sure:
        return Cut(start, number, is_forward=False, block=block)
    return None


def _before_separator(texts: list[str], number: int) -> int:
    """A line of dashes or underscores above belongs to what it separates."""
    above = number - 1
    while above >= 0 and not texts[above].strip():
        above -= 1
    return above if above >= 0 and _SEPARATOR.match(texts[above]) else number


def _without_quote(lines: Sequence[Line], cut: Cut) -> list[Line]:
    top, rest = list(lines[: cut.start]), lines[cut.body :]
    marks = _marks(rest)
    first = next((line for line in rest if line.text.strip()), Line(""))
    if cut.block is not None or first.zone is Zone.QUOTE or not is_quoted(first):
        # Nothing below is marked line by line (Outlook): an answer in there cannot be told from what it answers.
        return list(lines) if answers_inside(top) else without_signature(top)
    is_introduced = cut.start != cut.body
    runs = marks.replace(" ", "")
    if "qoq" in _squeezed(runs) or (not is_introduced and _has_words(top) and "o" in runs):
        return list(lines)
    below = [line for line, mark in zip(rest, marks, strict=True) if mark != "q"]
    return _both(without_signature(top), below if _has_words(below) else [])


def answers_inside(top: Sequence[Line]) -> bool:
    """Whether what stands above a quotation says that the answers stand in it."""
    return bool(_INSIDE.search(joined(list(top))))


def _first_word(lines: Sequence[Line]) -> int:
    return next((number for number, line in enumerate(lines) if line.text.strip()), 0)


def _both(top: list[Line], below: list[Line]) -> list[Line]:
    """Words above the quote and below it. Below, a signature or a footer alone says nothing."""
    start = _first_word(below)
    below = below[start:]
    if not below or (_has_words(top) and joined(without_signature([Line("."), *below])) == "."):
        return top
    return [*top, Line(""), *without_signature(below)] if _has_words(top) else without_signature(below)


def _marks(lines: Sequence[Line]) -> str:
    """`q` quoted, `o` own, blank for a blank line; an introduction of what is quoted deeper counts as quoted."""
    marks = ["" if not line.text.strip() else "q" if is_quoted(line) else "o" for line in lines]
    texts = [line.text for line in lines]
    left = _MAX_CANDIDATES
    for number, mark in enumerate(marks):
        if mark == "o" and left and may_introduce(texts[number].strip()):
            left -= 1
            found = find_intro(texts, number)
            if found:
                marks[found.start : number + 1] = ["q"] * (number + 1 - found.start)
    return "".join(mark or " " for mark in marks)


def _squeezed(runs: str) -> str:
    return re.sub(r"(.)\1+", r"\1", runs)


def _has_words(lines: Sequence[Line]) -> bool:
    return any(line.text.strip() for line in lines)
