"""Whether a customer's mail that one of us forwarded is taken on their word. From can be forged, and then so is the customer."""

from __future__ import annotations

from router.house import House
from router.incoming.matching import Match
from router.mail_answers.authenticity import doubt_about
from ventanilla.channel import Message
from ventanilla.words import AddressKind

UNPROVEN = "own: forwarded, but not proven to be one of us"
NO_RECEIPT = "forwarded by one of us, and no mail server that we trust vouches for them"
_LINK = "but nobody vouches for who forwarded it"


def is_unproven(house: House, message: Message) -> bool:
    """Whether a mail forwards a customer's and no server that we trust says that it is from whom its From says."""
    if not message.forwarded or message.author.kind is not AddressKind.EMAIL:
        return False
    return doubt_about(message, house.config.staff.trusted_authserv) is not None


def stands_aside(house: House, message: Message) -> bool:
    """Whether such a mail waits for a person: only where the house names servers to trust, else nothing could ever be proven."""
    return bool(house.config.staff.trusted_authserv) and is_unproven(house, message)


def only_linked(found: Match) -> Match:
    """A new case, with links to those that it would have continued or spoken of."""
    named = [(case.id, f"{found.how}, {_LINK}") for case in (found.case,) if case is not None]
    return Match(links=(*named, *found.links))
