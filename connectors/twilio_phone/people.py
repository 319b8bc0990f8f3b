"""Says who is at the other end, by what Twilio calls them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from ventanilla.channel import Party
from ventanilla.phones import e164, is_withheld
from ventanilla.words import AddressKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneContext:
    """What a reader knows of the house: the language and the zone in which it tells of calls."""

    language: str
    zone: tzinfo


def party(sender: str, *, sid: str, name: str = "") -> Party:
    """Somebody by their number in E.164; by what they call themselves (a short code, a name) in small letters.

    Who withholds their number is somebody else each time: they go by the SID of what they sent, so that no two are taken
    for one.
    """
    number = e164(sender)
    if number is not None:
        return Party(address=number, name=name, kind=AddressKind.PHONE)
    given = sid if is_withheld(sender) else sender.removeprefix("whatsapp:")
    return Party(address=given.lower(), name=name, kind=AddressKind.PHONE)
