"""Notices that a customer may be somebody we know under another address, and says why. Links nobody.

Only what a message itself says counts: what it quotes or forwards was written by somebody else, often by us. What is named must
be the address of exactly one other contact, whose name does not speak against it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from config.region import home_region
from router.house import House
from ventanilla.channel import Message
from ventanilla.phones import e164
from ventanilla.store.events import Journal
from ventanilla.store.suggestions import Reason, suggest
from ventanilla.store.tables import addresses, contacts
from ventanilla.words import AddressKind

MOST_TEXT = 20_000
MOST_NAMED = 5
"""A message that names more addresses than this is a list of them, not a signature."""

_PHONE = re.compile(r"(?<![\w+@/-])(?<!\d\.)\+?\(?\d(?:[ ().\-]{0,2}\d){8,14}(?![\w@]|[./-]\d)")
_NINE_DIGITS = re.compile(r"\d(?:[ ().\-]{0,2}\d){8}")  # a quick look: most messages have none
_MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?![\w@])")
_LINES = ("-----", "_____")  # what programs draw between an answer and what it answers
_HEADS = ("de:", "from:", "nork:", "sent:", "enviado:", "enviat:", "bidalia:")
_WROTE = re.compile(r"\b(escribió|escribio|va escriure|escribiu|wrote|idatzi)\b", re.I)
_WHOSE = sa.select(addresses.c.contact_id, addresses.c.kind, contacts.c.name).join(
    contacts, contacts.c.id == addresses.c.contact_id
)
_OF_THESE: dict[AddressKind, Any] = {
    kind: _WHOSE.where(addresses.c.kind == kind, addresses.c.value.in_(sa.bindparam("values", expanding=True)))
    for kind in (AddressKind.PHONE, AddressKind.EMAIL)
}


def suggest_same_person(
    connection: sa.Connection,
    house: House,
    contact: sa.Row[Any],
    message: Message,
    journal: Journal,
    *,
    conversation_id: int | None = None,
) -> int:
    """Suggest that the sender is who has the address that their message names; how many suggestions are new (0 or 1).

    Asks the store nothing unless the text has a phone number or a mail address in it. The same pair is suggested once.
    """
    if message.forwarded:
        return 0
    if "@" not in message.text and not _NINE_DIGITS.search(message.text, 0, MOST_TEXT):
        return 0
    text = own_words(message)
    phones, mails = named_phones(text, house), named_mails(text, house)
    others: list[sa.Row[Any]] = [
        row
        for kind, values in ((AddressKind.PHONE, phones), (AddressKind.EMAIL, mails))
        if 0 < len(values) <= MOST_NAMED
        for row in connection.execute(_OF_THESE[kind], {"values": values})
        if row.contact_id != contact.id
    ]
    if len({row.contact_id for row in others}) != 1:
        return 0
    reason = _reason(message, message.customer.name or contact.name, others[0])
    if reason is None:
        return 0
    ids = {"conversation_id": conversation_id}
    return int(suggest(connection, contact.id, others[0].contact_id, reason=reason, journal=journal, **ids))


def own_words(message: Message) -> str:
    """What the sender wrote, signature included: the text up to where it begins to quote."""
    lines: list[str] = []
    for line in message.text[:MOST_TEXT].splitlines():
        bare = line.strip()
        if lines and _begins_a_quote(bare):
            break
        if bare and not bare.startswith(">"):
            lines.append(line)
    return "\n".join(lines)


def _begins_a_quote(line: str) -> bool:
    if line.startswith(_LINES) or line[:9].lower().replace(" :", ":").startswith(_HEADS):
        return True
    return line.endswith(":") and _WROTE.search(line) is not None


def named_phones(text: str, house: House) -> list[str]:
    """The phone numbers in a text as E.164, but not our own; those without a country are the house's country's."""
    found = set(_PHONE.findall(text)) if _NINE_DIGITS.search(text) else set()
    if not 0 < len(found) <= 2 * MOST_NAMED:
        return []
    region = home_region(house.config)
    ours = {
        number
        for channel in house.config.channels.values()
        for number in (*getattr(channel, "numbers", ()), *getattr(channel, "whatsapp", ()))
    }
    return _each((e164(number, region) for number in found), but=ours)


def named_mails(text: str, house: House) -> list[str]:
    """The mail addresses in a text, but not our own or our people's."""
    ours = house.own_addresses | house.staff_addresses
    return _each((mail.lower().rstrip(".") for mail in _MAIL.findall(text)), but=ours) if "@" in text else []


def names_agree(one: str, other: str) -> bool:
    """Whether two names may be one person's: a word of three letters or more in common, or one is not known."""
    mine, theirs = _words(one), _words(other)
    return not mine or not theirs or not mine.isdisjoint(theirs)


def _reason(message: Message, name: str, other: sa.Row[Any]) -> Reason | None:
    """A mail that names a mail address speaks of somebody else as a rule: there the names must be known and the same."""
    if other.kind == AddressKind.PHONE:
        return Reason.NAMES_PHONE if names_agree(name, other.name) else None
    if message.customer.kind == AddressKind.EMAIL:
        mine, theirs = _words(name), _words(other.name)
        same = bool(mine) and bool(theirs) and (mine <= theirs or theirs <= mine)
        return Reason.SAME_NAME if same else None
    return Reason.NAMES_MAIL if names_agree(name, other.name) else None


def _words(name: str) -> frozenset[str]:
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each for each in bare if not unicodedata.combining(each))
    return frozenset(word for word in re.findall(r"[^\W\d_]+", letters) if len(word) >= 3)


def _each(found: Iterable[str | None], *, but: Iterable[str]) -> list[str]:
    spared = frozenset(but)
    return sorted({each for each in found if each and each not in spared})
