"""Cuts a long text into messages that each fit, where people would cut it: between paragraphs, lines, sentences, words. Pure."""

from __future__ import annotations

LONGEST = 1600
"""Letters in one SMS or WhatsApp message (Twilio's error 21617)."""
MOST_PARTS = 10
"""Messages that one answer may become; what is longer is a letter and not a text message."""
_CUTS = ("\n\n", "\n", ". ", "? ", "! ", " ")
_NUMBERED = len("(10/10) ")


def parts_of(text: str, *, numbered: bool, most: int = LONGEST) -> list[str]:
    """The messages that a text goes out in, in order; one as it is where it fits, none for an empty text.

    `numbered` puts "(1/3) " before each of several: SMS may overtake one another on their way. The same text always gives the
    same parts, so that one that may have gone out can be looked up.
    """
    text = text.strip()
    if len(text) <= most:
        return [text] if text else []
    room = most - (_NUMBERED if numbered else 0)
    found = []
    while text:
        cut = _cut(text, room)
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [f"({number}/{len(found)}) {part}" for number, part in enumerate(found, 1)] if numbered else found


def _cut(text: str, room: int) -> int:
    """Where the first part ends: at the best place beyond its first third, else at a letter."""
    if len(text) <= room:
        return len(text)
    for mark in _CUTS:
        at = text.rfind(mark, room // 3, room)
        if at > 0:
            return at + len(mark)
    return room
