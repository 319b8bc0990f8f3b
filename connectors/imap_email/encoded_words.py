"""Writes a header field's value so that mail carries it: encoded words (RFC 2047) and folds. Knows no message and checks nothing.

The standard library looks each character up again and again: that was a sixth of what it took to send a mail.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

_LONGEST_LINE = 76
_LONGEST_WORD = 75
_OPENS, _CLOSES = "=?utf-8?b?", "?="
_FOLD = "\r\n "
_CHUNK = re.compile(r" *[^ ]+")


def is_plain(value: str) -> bool:
    """Whether a value may stand as it is: no reader would decode it, no word is too long for a line."""
    if not value.isascii() or "=?" in value:
        return False
    return len(value) < _LONGEST_LINE or all(len(chunk) < _LONGEST_LINE for chunk in _CHUNK.findall(value))


def field_value(name: str, value: str) -> str:
    """What stands behind `Name: ` for this text without control characters; folded between words where it is plain."""
    return folded(name, value) if is_plain(value) else encoded(name, value)


def folded(name: str, value: str) -> str:
    """A plain value, broken before spaces so that each line has at most 76 characters where its words allow it."""
    room = _LONGEST_LINE - len(name) - len(": ")
    if len(value) <= room:
        return value
    lines = [""]
    for chunk in _CHUNK.findall(value):
        if lines[-1] and len(lines[-1]) + len(chunk) > room:
            lines.append("")
            room = _LONGEST_LINE
        lines[-1] += chunk
    return "\r\n".join(lines)


def encoded(name: str, value: str) -> str:
    """Encoded words of at most 75 characters, each of whole characters (RFC 2047, 5), one a line of at most 76."""
    return _FOLD.join(_words(value.encode(), _LONGEST_LINE - len(name) - len(": ")))


def _words(data: bytes, room: int) -> Iterator[str]:
    start = 0
    while start < len(data):
        end = _cut(data, start, start + max(_bytes_in(room), 4))
        yield f"{_OPENS}{b64encode(data[start:end]).decode('ascii')}{_CLOSES}"
        start, room = end, _LONGEST_WORD


def _bytes_in(room: int) -> int:
    """How many bytes a word of so many characters holds: three for each four characters of base64."""
    return (min(room, _LONGEST_WORD) - len(_OPENS) - len(_CLOSES)) // 4 * 3


def _cut(data: bytes, start: int, end: int) -> int:
    """The last end of a character up to here."""
    while start < end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return end
