"""One of us writes first: a case that staff began, its owner whoever wrote, in which nobody waits until the customer answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from config.region import home_region
from config.telegram import TelegramSettings
from config.twilio import TwilioSettings
from router.house import House
from router.incoming.languages import detect
from router.moves.base import Move
from router.moves.once import scoped
from router.moves.refusals import Refused
from router.moves.reply import REPLY, Answer, Written, write_reply
from ventanilla.channel import Attachment, Party
from ventanilla.phones import e164
from ventanilla.store.assignments import Grant
from ventanilla.store.contacts import contact_at, contact_for
from ventanilla.store.conversations import NewCase, open_case, open_chat
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import conversations, messages, participants
from ventanilla.words import AddressKind, Origin

BEGAN = "began"
_WHATSAPP = "whatsapp:"
_MAIL = re.compile(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:.]+(\.[^\s@<>()\",;:.]+)+")
_ADD_PARTICIPANT = insert_ignoring(participants)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What somebody wants to write to whom: `to` is an address as people type it, of the sort that the channel writes to."""

    to: str
    channel: str
    text: str
    subject: str = ""
    name: str = ""
    cc: Sequence[str] = ()
    files: Sequence[tuple[Attachment, str]] = ()
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Whom it goes to, and from which of our accounts."""

    party: Party
    account: str
    conversational: bool


def write_first(move: Move, first: First) -> Written:
    """Begin a case with a message of ours; it goes out like an answer does, and can be withdrawn as long.

    There is no first response, and nobody waits, until the customer writes. The same idempotency key gives the first one again.
    Raises Refused: for a chat that has an open case (which is named), or somebody whom that channel cannot write to.
    """
    answer = Answer(text=first.text, cc=first.cc, files=first.files, idempotency_key=first.idempotency_key)
    before = _before(move, first)
    if before is not None:
        return write_reply(move, before, answer)
    place = _place(move, first)
    if place.conversational:
        facts = {"channel": first.channel, "account": place.account, "address": place.party.address}
        other = open_chat(move.connection, **facts)
        if other is not None:
            raise Refused("chat_open", address=place.party.address, other=other.key)
    return write_reply(move, _open(move, first, place), answer)


def _before(move: Move, first: First) -> sa.Row[Any] | None:
    if first.idempotency_key is None:
        return None
    known = messages.c.idempotency_key == scoped(move.agent, REPLY, first.idempotency_key)
    query = sa.select(conversations).join(messages, messages.c.conversation_id == conversations.c.id).where(known)
    return move.connection.execute(query).one_or_none()


def _place(move: Move, first: First) -> _Place:
    settings = move.house.config.channels.get(first.channel)
    to = first.to.strip()
    if isinstance(settings, EmailSettings):
        if not _MAIL.fullmatch(to):
            raise Refused("no_such_address", address=to, channel=first.channel, sort="a mail address")
        party = Party(address=to.lower(), name=first.name)
        return _Place(party=party, account=getattr(settings, "address", ""), conversational=False)
    if isinstance(settings, TwilioSettings):
        return _by_phone(move.house, settings, first, to)
    if isinstance(settings, TelegramSettings):
        return _by_telegram(move, first, to)
    raise Refused("no_such_channel", channel=first.channel, channels=", ".join(move.house.config.channels))


def _by_phone(house: House, settings: TwilioSettings, first: First, to: str) -> _Place:
    over_whatsapp = to.lower().startswith(_WHATSAPP)
    number = e164(to[len(_WHATSAPP) :] if over_whatsapp else to, home_region(house.config))
    if number is None:
        raise Refused("no_such_address", address=to, channel=first.channel, sort="a phone number")
    ours = [one for one in settings.accounts() if one.startswith(_WHATSAPP) == over_whatsapp]
    if not ours:
        raise Refused("no_such_address", address=to, channel=first.channel, sort="an address that it has a number for")
    party = Party(address=number, name=first.name, kind=AddressKind.PHONE)
    return _Place(party=party, account=ours[0], conversational=True)


def _by_telegram(move: Move, first: First, to: str) -> _Place:
    """A bot can write only to whoever has written to it."""
    party = Party(address=to, name=first.name, kind=AddressKind.TELEGRAM)
    theirs = sa.select(conversations.c.account).where(
        conversations.c.channel == first.channel, conversations.c.address == to
    )
    account = move.connection.scalar(theirs.order_by(conversations.c.id.desc()).limit(1))
    if account is None or contact_at(move.connection, party) is None:
        raise Refused("not_written_to_bot", address=to)
    return _Place(party=party, account=account, conversational=True)


def _open(move: Move, first: First, place: _Place) -> sa.Row[Any]:
    house = move.house
    contact = contact_for(move.connection, place.party, now=move.now)
    new = NewCase(
        channel=first.channel,
        team=house.config.channels[first.channel].team,
        contact_id=contact.id,
        account=place.account,
        address=place.party.address,
        conversational=place.conversational,
        subject=first.subject,
        language=contact.language or detect(first.text) or house.language_of(first.channel),
        first_message_at=move.now,
        due_at=None,
        waits=False,
        origin=Origin.STAFF,
    )
    grant = Grant(agent=move.agent, reason=BEGAN, actor=move.agent, config_version=house.version, accepted=True)
    case = open_case(move.connection, new, grant, move.journal)
    row = {"conversation_id": case.id, "kind": place.party.kind, "value": place.party.address}
    move.connection.execute(_ADD_PARTICIPANT[move.connection.dialect.name], row)
    return case
