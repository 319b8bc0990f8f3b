"""RFC 2047 encoded words in header values, also the malformed ones. Knows nothing of which header it reads.

Mended: missing padding, one multibyte character split over two words, base64 split anywhere, words glued to text, blanks inside
a word, unknown charsets, raw 8-bit text between words.
"""

from __future__ import annotations

import binascii
import re

from connectors.imap_email.reading.charsets import decode_text
from connectors.imap_email.reading.transfer import decode_base64

# Bounded on purpose: an unclosed word is not searched for its end through the whole header.
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?(.{0,4000}?)\?=", re.DOTALL)
_BLANK = re.compile(r"\s+")


def decode_words(value: str, *, hint: str | None = None) -> str:
    """The text of a raw header value. `hint` is the charset to try for raw 8-bit text that is not UTF-8. Never raises."""
    value = repair(value, hint)
    if "=?" not in value:
        return value
    pieces: list[str] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        if not run or between.strip():
            pieces += [_decode_run(run), between]
            run = []
        run.append((match[1], match[2].lower(), match[3]))
        position = match.end()
    return "".join([*pieces, _decode_run(run), value[position:]])


def repair(value: str, hint: str | None = None) -> str:
    """Raw 8-bit bytes (kept as surrogate escapes) made into text."""
    if value.isascii() and "\x1b" not in value:
        return value
    return decode_text(value.encode("utf-8", "surrogateescape"), hint, guess=False)


def _decode_run(run: list[tuple[str, str, str]]) -> str:
    """Adjacent words: those of one charset are joined as bytes first, since a character may be split between them."""
    if len(run) < 2:
        return decode_text(_decode_word(run[0][1], run[0][2]), run[0][0], guess=False) if run else ""
    text, data, current = "", b"", ""
    for charset, way, content in _mend_base64(run):
        name = charset.lower().partition("*")[0]
        if name != current:
            text += decode_text(data, current, guess=False)
            data, current = b"", name
        data += _decode_word(way, content)
    return text + decode_text(data, current, guess=False)


def _mend_base64(run: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Base64 that was cut between its quartets is put together before it is decoded."""
    mended: list[tuple[str, str, str]] = []
    for charset, way, content in run:
        if mended and way == "b" and mended[-1][1] == "b" and _is_open(mended[-1], charset):
            mended.append((charset, way, mended.pop()[2] + content))
        else:
            mended.append((charset, way, content))
    return mended


def _is_open(word: tuple[str, str, str], charset: str) -> bool:
    return word[0].lower() == charset.lower() and not word[2].endswith("=") and len(_BLANK.sub("", word[2])) % 4 != 0


def _decode_word(way: str, content: str) -> bytes:
    data = content.encode("utf-8", "surrogateescape")
    if way == "b":
        return decode_base64(data)
    return binascii.a2b_qp(data, header=True)
