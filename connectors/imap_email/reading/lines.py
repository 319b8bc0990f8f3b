"""What a line of a mail's text is known to be before anybody looks at its words. Knows nothing of where it came from."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

_LEADING_BLANKS = re.compile(r"\A(?:[ \t]*\n)+")


class Zone(IntEnum):
    """What the HTML said of a line; plain text says nothing, so all of it is OWN until its words are read. Where a program puts a
    signature (SIGNATURE_PLACE) people also write on: a customer's line there is theirs."""

    OWN = 0
    QUOTE = 1
    SIGNATURE = 2
    SIGNATURE_PLACE = 3


class Line(NamedTuple):
    """One line of readable text."""

    text: str
    zone: Zone = Zone.OWN


def own_lines(text: str) -> list[Line]:
    """Plain text as lines of which nothing is known."""
    return [Line(line) for line in text.split("\n")]


def joined(lines: list[Line]) -> str:
    """The text again, without blank lines at either end."""
    return _LEADING_BLANKS.sub("", "\n".join([line.text for line in lines])).rstrip()
