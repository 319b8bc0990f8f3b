"""A header block as names and values. Knows how fields fold and break; knows nothing of what they mean.

Not the stdlib's parser: under `email.policy.default` a mail costs 1.7 ms, and its feed parser reads large bodies line by line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.imap_email.reading.encoded_words import decode_words
from connectors.imap_email.reading.limits import MAX_HEADER_BLOCK, MAX_HEADER_VALUE, MAX_SAME_HEADER

_NAME = re.compile(r"[!-9;-~]+[ \t]*\Z")
_KNOWN = re.compile(
    r"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|return-path|reply-to|x-[a-z-]+)[ \t]*:",
    re.IGNORECASE,
)
_MBOX_LINE = re.compile(r">?From ")


class Headers:
    """Fields by lower-case name, in order, unfolded; raw 8-bit bytes are kept as surrogate escapes until they are read."""

    __slots__ = ("_fields", "hint")

    def __init__(self, fields: dict[str, list[str]], hint: str | None = None) -> None:
        self._fields = fields
        self.hint = hint

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def names(self) -> Sequence[str]:
        """Every name, lower case, in the order of their first values."""
        return tuple(self._fields)

    def raw(self, name: str) -> str:
        """The first value as it stands, "" when there is none."""
        values = self._fields.get(name)
        return values[0] if values else ""

    def all_raw(self, name: str) -> Sequence[str]:
        """Every value as it stands."""
        return self._fields.get(name, ())

    def text(self, name: str) -> str:
        """The first value, decoded (RFC 2047, raw 8-bit)."""
        return decode_words(self.raw(name), hint=self.hint)


def read_headers(data: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The fields of the block at `start`, and the offset of the body behind it. Never raises."""
    header_end, body = _find_body(data, start, end)
    block = data[start : min(header_end, start + MAX_HEADER_BLOCK)]
    lines = block.decode("utf-8", "surrogateescape").split("\n")
    fields: list[tuple[str, list[str]]] = []
    for number, line in enumerate(lines):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t"):
            if fields:
                fields[-1][1].append(line)
        elif colon and _NAME.match(name):
            fields.append((name.rstrip().lower(), [value]))
        elif line.strip() and not (number == 0 and _MBOX_LINE.match(line)):
            if not _more_fields(lines, number):
                return Headers(_by_name(fields)), _line_start(data, start, number)
            if fields:
                fields[-1][1].append(" " + line)
    return Headers(_by_name(fields)), body


def _find_body(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block ends and the body starts, by the first blank line; (end, end) when there is none."""
    if data[start : start + 2] == b"\r\n":
        return start, start + 2
    if data[start : start + 1] == b"\n":
        return start, start + 1
    crlf = data.find(b"\n\r\n", start, end)
    bare = data.find(b"\n\n", start, end if crlf < 0 else crlf)
    if bare >= 0:
        return bare + 1, bare + 2
    return (crlf + 1, crlf + 3) if crlf >= 0 else (end, end)


def _more_fields(lines: list[str], number: int) -> bool:
    """Whether a line that is no field is damage in the header (fields we know follow soon) rather than the body's start."""
    return any(_KNOWN.match(line) for line in lines[number + 1 : number + 20])


def _line_start(data: bytes, start: int, number: int) -> int:
    for _ in range(number):
        start = data.index(b"\n", start) + 1
    return start


def _by_name(fields: list[tuple[str, list[str]]]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for name, pieces in fields:
        values = named.setdefault(name, [])
        if len(values) < MAX_SAME_HEADER:
            value = "".join(pieces).strip()[:MAX_HEADER_VALUE]
            values.append(value.replace("\r", "").replace("\0", "") if "\r" in value or "\0" in value else value)
    return named
