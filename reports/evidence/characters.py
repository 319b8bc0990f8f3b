"""Texts of strangers made safe to show: what is invisible or turns the reading direction is spelled out. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029")
_UNSAFE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME, _LONGEST_ENDING = 80, 10
_RIGHT_TO_LEFT = ("R", "AL")


def visible(text: str) -> str:
    """The text with each control character, half of a character, or mark of the reading direction as its code point: `[U+202E]`.
    Line ends (as LF) and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(one if _is_harmless(one) else named(one) for one in text)


def on_one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(visible(text).split())


def drawable(text: str, has_glyph: Callable[[str], bool]) -> str:
    """The text with each character beyond ASCII that a font has no picture of as its code point, several in one bracket. What only
    joins or varies its neighbours (accents apart, joiners of emoji) goes unsaid with them."""
    if text.isascii():
        return text
    shown = "".join(one if one in "\n\t" or has_glyph(one) else _replaced(one) for one in text)
    return shown.replace("][U+", " U+")


def named(character: str) -> str:
    """`[U+1F600]`."""
    return f"[U+{ord(character):04X}]"


def has_right_to_left(text: str) -> bool:
    """Whether some of it is written from right to left."""
    return any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text)


def safe_name(name: str) -> str:
    """A file's name that is safe in every archive and on every disk: plain ASCII letters, digits, `.`, `_`, `-`; no folder, no
    leading dot, bounded; `file` where nothing is left."""
    plain = unicodedata.normalize("NFKD", name.replace("\\", "/").rpartition("/")[2])
    plain = _UNSAFE_NAME.sub("_", "".join(one for one in plain if not unicodedata.combining(one)))
    stem, _, ending = plain.rpartition(".")
    if ending.isalnum() and len(ending) <= _LONGEST_ENDING and "." in plain:
        return f"{stem.strip('._-')[:_LONGEST_NAME] or 'file'}.{ending}"
    return plain.strip("._-")[:_LONGEST_NAME] or "file"


def _is_harmless(character: str) -> bool:
    if character in "\n\t":
        return True
    return character not in _TURNS and unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")


def _replaced(character: str) -> str:
    return "" if unicodedata.category(character) in ("Mn", "Cf") else named(character)
