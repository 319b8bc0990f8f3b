"""Finds, in what is about to go out, what only our own people may see: the signed addresses and ids of notices. Pure.

However a mail program wrote it down: folded between lines, quoted, soft-wrapped, with HTML's or a link's escapes, in capitals.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_LOOSE = re.compile(r"(?i)vn\.([0-9a-z]{9})\.[0-9a-f]{6,40}\.[0-9a-f]{20}")
_HINT = re.compile(r"(?i)v(?:[\s>=\u00ad\u200b-\u200d\u2060\ufeff]|<[^<>]{0,200}>)*n")
_SOFT_BREAK = re.compile(r"=\r?\n")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_INSIDE_TAG = re.compile(r"[<>]")
_BETWEEN = re.compile(r"[\s>\u00ad\u200b-\u200d\u2060\ufeff]+")
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-Fa-f]{2})")


def token_in(*texts: str | None) -> str | None:
    """The beginning of the first token of ours in these texts; None where there is none."""
    for text in texts:
        for form in _forms(text) if text and _HINT.search(html.unescape(text)) else ():
            found = _LOOSE.search(form)
            if found is not None:
                return f"vn.{found[1][:5]}…"
    return None


def token_in_bytes(content: bytes, most: int = 2_000_000) -> str | None:
    """The same in a file (a mail that somebody attached, above all), as far as it is looked at."""
    return token_in(content[:most].decode("utf-8", "replace"))


def _forms(text: str) -> Iterator[str]:
    """A text as it stands, and without what may stand between two characters of a token."""
    yield text
    plain = html.unescape(unquote(_SOFT_BREAK.sub("", text)))
    yield _BETWEEN.sub("", plain)
    yield _BETWEEN.sub("", _TAG.sub("", plain))
    yield _BETWEEN.sub("", _INSIDE_TAG.sub("", plain))
    yield _BETWEEN.sub("", _QUOTED_PRINTABLE.sub(lambda found: chr(int(found[1], 16)), plain))
