"""The last word on whether a message may open or continue a case: its reader's evidence against what we know."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from router.house import House
from router.incoming.forwarding import UNPROVEN
from ventanilla.channel import Message, Party, Screening
from ventanilla.store.telegram_links import agent_at_telegram
from ventanilla.words import AddressKind, Verdict

_JUNK_FLAGS = ("$junk", "\\junk", "junk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store and the file know about a message's author."""

    is_contact: bool = False
    is_staff: bool = False
    released: bool = False
    is_unproven: bool = False
    """It is said to be forwarded by one of us, and the servers that could prove that do not."""


def screen(message: Message, *, known: Known, note: str | None) -> Screening:
    """The final verdict. A person's release beats everything; a known contact is never dropped as a newsletter; what one of
    us writes opens no case unless it forwards a customer's mail, and is proven to be theirs where that can be."""
    if known.released:
        return Screening(verdict=Verdict.ACCEPT, reason="released by a person")
    found = message.screening
    if found.verdict is Verdict.LIST and known.is_contact and not known.is_unproven:
        return Screening(verdict=Verdict.ACCEPT, reason="list headers, but the sender is a customer")
    if found.verdict is Verdict.ACCEPT and _flagged_as_junk(note):
        return Screening(verdict=Verdict.SPAM, reason="spam: the mailbox flagged it as junk")
    if found.verdict is Verdict.ACCEPT and known.is_staff and not message.forwarded:
        what = "to the customers' side" if message.conversational else "and not a forwarded mail"
        return Screening(verdict=Verdict.OWN, reason=f"own: written by one of the staff {what}")
    if found.verdict is Verdict.ACCEPT and known.is_unproven:
        return Screening(verdict=Verdict.OWN, reason=UNPROVEN)
    return found


def reason_of(screening: Screening) -> str:
    """Why a message stands aside, for people: the verdict's own word comes first."""
    if not screening.reason:
        return str(screening.verdict)
    if screening.verdict is Verdict.SERVICE and not screening.reason.startswith(Verdict.SERVICE):
        return f"{Verdict.SERVICE}: {screening.reason}"
    return screening.reason


def is_staff(connection: sa.Connection, house: House, author: Party) -> bool:
    """Whether one of our people wrote it: from their mail address, or from the Telegram account that they have proven."""
    if author.kind is AddressKind.TELEGRAM:
        return agent_at_telegram(connection, author.address) is not None
    return author.address in house.staff_addresses


def _flagged_as_junk(note: str | None) -> bool:
    said = [part.removeprefix("flags=") for part in (note or "").split("; ") if part.startswith("flags=")]
    flags = {flag.lower() for part in said for flag in part.split()}
    return "$notjunk" not in flags and any(flag in flags for flag in _JUNK_FLAGS)
