"""Whether a mail is from whom its From says, by what the mail servers that we trust found out. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ventanilla.channel import Message

UNNAMED = "unnamed"
"""What a server that gives no name of its own is called; only the nearest of all can be it."""


def doubt_about(message: Message, trusted: Collection[str]) -> str | None:
    """Why it is not proven who wrote this; None where it is. Only the topmost word of a trusted server counts: below it anybody may
    have written anything."""
    names = {name.lower() for name in trusted}
    if not names:
        return "staff.trusted_authserv names no server whose word on it counts"
    heard = [(place, one) for place, one in enumerate(message.authentications) if one.authserv.lower() in names]
    heard = [(place, one) for place, one in heard if one.authserv != UNNAMED or place == 0]
    if not heard:
        return f"{' and '.join(sorted(names))} said nothing about who wrote it"
    _, first = heard[0]
    if first.dmarc != "pass":
        return f"{first.authserv} says dmarc={first.dmarc}"
    if first.domain.lower() != message.author.address.rpartition("@")[2]:
        return f"{first.authserv} speaks of another domain"
    return None
