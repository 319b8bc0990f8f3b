"""Message-IDs out of Message-ID, In-Reply-To and References, also broken ones. Keeps the angle brackets."""

from __future__ import annotations

import re

from connectors.imap_email.reading.limits import MAX_IDS
from connectors.reading.characters import clean_line

_BRACKETED = re.compile(r"<([^<>]{1,990})>")
_BARE = re.compile(r"""[^\s<>,;"()]{1,500}@[^\s<>,;"()]{1,500}""")
_BLANK = re.compile(r"\s+")


def read_ids(value: str) -> tuple[str, ...]:
    """Every id as `<id>`, in order, each once, at most the first and the last hundred."""
    if not value:
        return ()
    found = _BRACKETED.findall(value) or _BARE.findall(value)
    ids = list(dict.fromkeys(f"<{_bare(text)}>" for text in found if _bare(text)))
    return tuple(ids if len(ids) <= MAX_IDS else ids[: MAX_IDS // 2] + ids[-MAX_IDS // 2 :])


def read_id(value: str) -> str | None:
    """The one id of a Message-ID header; without brackets or domain the whole value serves, since it only has to be equal."""
    ids = read_ids(value)
    if ids:
        return ids[0]
    bare = _bare(value.strip("<>"))
    return f"<{bare}>" if bare else None


def _bare(text: str) -> str:
    """An id folded in the middle is put together again."""
    return _BLANK.sub("", clean_line(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), limit=990))
