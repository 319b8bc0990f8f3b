"""Two slashes before a text make it a note for our own people, whatever does not show stands before them. Pure."""

from __future__ import annotations

import unicodedata

MARK = "//"
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Signs that Unicode counts as letters or symbols and that show as a blank."""
_UNSEEN = ("Cc", "Cf", "Mn", "Zl", "Zp", "Zs")


def is_note(text: str | None) -> bool:
    """Whether a text is meant for our own people: blanks and signs that do not show (U+200B, a soft hyphen) count for nothing."""
    return _shown(text or "").startswith(MARK)


def note_of(text: str) -> str:
    """What a note says, without its mark; the same text, trimmed, where there is none."""
    shown = _shown(text)
    return shown.removeprefix(MARK).strip() if shown.startswith(MARK) else text.strip()


def _shown(text: str) -> str:
    start = next((at for at, sign in enumerate(text) if not _is_unseen(sign)), len(text))
    return text[start:]


def _is_unseen(sign: str) -> bool:
    return sign.isspace() or sign in _FILLERS or unicodedata.category(sign) in _UNSEEN
