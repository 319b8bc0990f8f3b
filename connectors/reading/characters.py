"""Which characters a customer's words may carry on. Knows no channel.

NUL is refused by PostgreSQL, lone surrogates by UTF-8, line breaks in a header let it forge others, and a right-to-left override
makes `exe.pdf` of `fdp.exe`.
"""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NEVER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Running text with `\\n` line ends and nothing that a database or a terminal chokes on."""
    if not _SUSPECT.search(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _NEVER.sub("", text)
    return _SURROGATE.sub("�", text)


def clean_line(text: str, *, limit: int) -> str:
    """One line of at most `limit` characters without controls or direction overrides, blanks run together."""
    if not (text.isascii() and text.isprintable() and "  " not in text):
        text = _SURROGATE.sub("�", _DIRECTION.sub("", _BREAKS.sub(" ", text)))
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def is_hidden_character(character: str) -> bool:
    """Whether it shows nothing: controls, formats (bidi marks, zero widths), private use, unassigned, surrogates."""
    return unicodedata.category(character)[0] == "C"
