"""Which mail server's word on a mail counts: the topmost of those that we trust. Believes nothing by itself, reads no mail."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ventanilla.channel import Authentication

UNNAMED = "unnamed"
"""Stands for a server that gives no name of its own (Microsoft 365); only the nearest of all can be it."""


def trusted_word(said: Sequence[Authentication], trusted: Collection[str]) -> Authentication | None:
    """What the topmost server among the trusted found out, None where none of them said a thing: below it anybody may have written
    anything."""
    names = {name.lower() for name in trusted}
    heard = (one for place, one in enumerate(said) if place == 0 or one.authserv != UNNAMED)
    return next((one for one in heard if one.authserv.lower() in names), None)
