"""Finds, in what is about to go out, what only our own people may see: the signed addresses and ids of notices. Pure.

However a mail program wrote it down: folded between lines, quoted, soft-wrapped, with HTML's or a link's escapes, in capitals.
"""

from __future__ import annotations

import email
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
_HEADER = re.compile(rb"(?:From [^\n]*\n)?>?[!-9;-~]+[ \t]*:")
_DEEPEST = 5
_PIECE, _OVERLAP = 1_000_000, 4_000
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-Fa-f]{2})")


def token_in(*texts: str | None) -> str | None:
    """The beginning of the first token of ours in these texts; None where there is none."""
    for text in texts:
        for form in _forms(text) if text and _HINT.search(html.unescape(text)) else ():
            found = _LOOSE.search(form)
            if found is not None:
                return f"vn.{found[1][:5]}…"
    return None


def token_in_bytes(content: bytes) -> str | None:
    """The same in a file, whatever it calls itself: as it stands, without the zeros of wide letters, and in the parts of a mail
    (however deep, however they are encoded). What is packed (a PDF, a zip) is not opened."""
    return next(filter(None, (_in_part(part) for part in (content, *_mail_parts(content)))), None)


def _in_part(content: bytes) -> str | None:
    for form in (content, content.replace(b"\0", b"")) if b"\0" in content else (content,):
        found = _LOOSE.search(form.decode("latin-1"))
        if found is not None:
            return f"vn.{found[1][:5]}…"
    if b"\0" in content:
        return None
    pieces = range(0, max(len(content), 1), _PIECE)
    return token_in(*(content[at : at + _PIECE + _OVERLAP].decode("utf-8", "replace") for at in pieces))


def _mail_parts(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The parts of what can be read as a mail, each decoded; nothing for anything else."""
    if depth > _DEEPEST or not _HEADER.match(content.lstrip()):
        return
    try:
        parts = list(email.message_from_bytes(content.lstrip()).walk())
    except (ValueError, LookupError, RecursionError):  # nothing that a program could read either
        return
    for part in parts:
        inner = part.get_payload(decode=True)
        if isinstance(inner, bytes) and inner:
            yield inner
            yield from _mail_parts(inner, depth + 1)


def _forms(text: str) -> Iterator[str]:
    """A text as it stands, and without what may stand between two characters of a token."""
    yield text
    plain = html.unescape(unquote(_SOFT_BREAK.sub("", text)))
    yield _BETWEEN.sub("", plain)
    yield _BETWEEN.sub("", _TAG.sub("", plain))
    yield _BETWEEN.sub("", _INSIDE_TAG.sub("", plain))
    yield _BETWEEN.sub("", _QUOTED_PRINTABLE.sub(lambda found: chr(int(found[1], 16)), plain))
