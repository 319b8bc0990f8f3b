"""How a message's text is shown: what was written, what it quotes behind it, long ones in two parts, addresses as links. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

FOLD_AFTER = 2_400
"""Letters from which on a text is folded; so many of it stay in sight."""
FOLD_LINES = 45
_SHOWN, _SHOWN_LINES = 1_600, 30
_LINK = re.compile(r"https?://[^\s<>\"'\x00-\x1f]+[^\s<>\"'.,;:!?)\]}\x00-\x1f]")
_BLANK = re.compile(r"\n\s*\n\s*\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`text` is in sight; `rest` is the end of a long one, `quoted` what else stood in the message: each folded, "" for none."""

    text: Markup
    rest: Markup
    quoted: Markup
    words: int


def shown(text: str, reply_text: str) -> Shown:
    """A message by its whole text and by what its author wrote of it. What they quote is all that stands beside that."""
    whole = _tidy(text)
    said = _tidy(reply_text) or whole
    quoted = "" if said == whole else _tidy(whole.removeprefix(said)) if whole.startswith(said) else whole
    head, rest = fold(said)
    return Shown(text=linked(head), rest=linked(rest), quoted=linked(quoted), words=len(rest.split()))


def fold(text: str) -> tuple[str, str]:
    """A text in two: what stays in sight and what is folded away, "" for one that is not long. Nothing is lost between them."""
    lines = text.split("\n")
    if len(text) <= FOLD_AFTER and len(lines) <= FOLD_LINES:
        return text, ""
    room = min(_SHOWN, len("\n".join(lines[:_SHOWN_LINES])))
    for mark in ("\n\n", "\n", ". ", " "):
        at = text.rfind(mark, room // 2, room)
        if at > 0:
            return text[: at + len(mark)].rstrip(), text[at + len(mark) :].lstrip("\n")
    return text[:room], text[room:]


def linked(text: str) -> Markup:
    """The text, safe to show, with web addresses as links that tell the other side nothing of us."""
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(text):
        address = Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>')
        parts += [escape(text[end : found.start()]), address.format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _tidy(text: str) -> str:
    return _BLANK.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
