"""Whether a mail is from whom its From says, by what the mail servers that we trust found out. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ventanilla.channel import Message
from ventanilla.vouching import trusted_word


def doubt_about(message: Message, trusted: Collection[str]) -> str | None:
    """Why it is not proven who wrote this; None where it is. Only the topmost word of a trusted server counts: below it anybody may
    have written anything."""
    names = {name.lower() for name in trusted}
    if not names:
        return "staff.trusted_authserv names no server whose word on it counts"
    first = trusted_word(message.authentications, names)
    if first is None:
        return f"{' and '.join(sorted(names))} said nothing about who wrote it"
    if first.dmarc != "pass":
        return f"{first.authserv} says dmarc={first.dmarc}"
    if first.domain.lower() != message.author.address.rpartition("@")[2]:
        return f"{first.authserv} speaks of another domain"
    return None
