"""An answer freed of what is left in it of the notice it answers: mail programs that mark no quotation. Pure.

The reader has taken off what it could tell by its shape. Here the notice itself is known, so that its own lines are told whatever
stands around them; what its customer had written counts only together with them, for an agent may say the same words.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"^[>|\s]+")
_BLANKS = re.compile(r"\s+")
_HEADER = re.compile(r"^\W*[^\s:]{1,20}(?: [^\s:]{1,12}){0,2}\s*:")
_SHORT, _LONG, _WORDS = 8, 20, 4
_ABOVE = 8


def without_notice(text: str, notice: str) -> str:
    """The lines of an answer that are not the notice's. The same text where nothing of it is there."""
    lines = text.splitlines()
    frame = [number for number, line in enumerate(lines) if _is_frame(line, notice)]
    if not frame:
        return text.strip()
    whole = _plain(notice)
    first, last = _introduced(lines, frame[0]), frame[-1]
    kept = [
        line
        for number, line in enumerate(lines)
        if not first <= number <= last or not _is_part(line, whole, number < frame[0])
    ]
    return "\n".join(kept).strip()


def holds_notice(text: str, notice: str, subject: str) -> bool:
    """Whether a line of a notice's own, or its subject, is still in a text."""
    if any(_is_frame(line, notice) for line in text.splitlines()):
        return True
    return bool(subject) and len(subject) >= _LONG and _plain(subject) in _plain(text)


def _is_frame(line: str, notice: str) -> bool:
    """Whether a line is one that we wrote in a notice, or a long piece of one (programs break lines anew)."""
    said = _plain(line)
    return len(said) >= _LONG and len(said.split()) >= _WORDS and said in _frame(notice)


def _is_part(line: str, whole: str, above: bool) -> bool:
    said = _plain(line)
    return above or not said or (len(said) >= _SHORT and said in whole) or (said in whole and len(said.split()) < 3)


def _introduced(lines: list[str], first: int) -> int:
    """Where what introduces a quotation without marks begins: lines such as `Od: …` right above it."""
    start, at = first, first - 1
    while at >= max(first - _ABOVE, 0) and (not lines[at].strip() or _HEADER.match(lines[at])):
        if lines[at].strip():
            start = at
        at -= 1
    return start


def _frame(notice: str) -> str:
    """What we ourselves say in a notice: all but the customer's quoted words."""
    return _plain("\n".join(line for line in notice.splitlines() if not line.startswith(">")))


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", " ".join(_MARKS.sub("", line) for line in text.splitlines())).strip().casefold()
