"""The receipt a customer gets, once a case, in their language; and every reason for not sending one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date, format_time

from config.channel import ChannelSettings
from config.email import EmailSettings
from config.texts import OwnText
from router.assigning.restricted import withheld_automatic
from router.automatic.brake import first_state, tell_of_brake
from router.automatic.chat_words import CALLS, chat_receipt
from router.automatic.receipts import give_receipt
from router.automatic.sayings import closed_note, facts, filled, next_opening, own_text
from router.house import House
from router.incoming.forwarding import NO_RECEIPT, is_unproven
from router.incoming.loops import MOST, WITHIN, note_too_many
from router.permission import customer_hindrance
from router.promises.lawful import wants_receipt
from router.replies.thread import thread_of
from router.texts import ACKNOWLEDGEMENT, date_format, phrase, spoken_language
from ventanilla.channel import Message
from ventanilla.clocks.due import spoken
from ventanilla.signing import LOOP_HEADER, Purpose, message_id
from ventanilla.store.events import Journal
from ventanilla.store.messages import remember_refs
from ventanilla.store.outbox import Letter, automatic_since, put_letter
from ventanilla.words import AddressKind, DeliveryState, EventKind, Mode, OutboxKind


def acknowledge(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    message: Message,
    row: sa.Row[Any],
    journal: Journal,
    *,
    in_force: Mapping[str, Mode],
) -> int | None:
    """Write the receipt for a new case, or the event that says why there is none. Returns the row's id. Where a law wants one it
    is the law's, and neither `acknowledge` nor the message's age keeps it back."""
    if wants_receipt(house, case) is not None:
        obstacle = _doubted(house, message, row)
        return give_receipt(connection, house, case, journal, in_force=in_force, obstacle=obstacle)
    recipient = _recipient(message)
    withheld = _withheld(connection, house, case, message, row, recipient, journal, in_force)
    if withheld is not None:
        journal.add(EventKind.ACKNOWLEDGEMENT_WITHHELD, conversation_id=case.id, data={"reason": withheld})
        note_too_many(connection, house, case.channel, recipient, journal)
        return None
    state, reason = first_state(connection, journal)
    own_id = None if message.conversational else _message_id(house, case)
    write = _chat_payload if message.conversational else _mail_payload
    letter = Letter(
        kind=OutboxKind.ACKNOWLEDGEMENT,
        dedupe_key=f"acknowledgement:{case.id}",
        via=case.channel,
        recipient=recipient,
        payload=write(house, case, message, row, now=journal.now),
        state=state,
        reason=reason,
        conversation_id=case.id,
        message_id=own_id,
        is_first=True,
    )
    row_id = put_letter(connection, letter, now=journal.now)
    remember_refs(connection, case.id, [own_id], own=True)
    held = state is DeliveryState.HELD
    journal.add(EventKind.ACKNOWLEDGED, conversation_id=case.id, outbox_id=row_id, data={"held": held})
    if held:
        tell_of_brake(connection, house, journal)
    return row_id


def _message_id(house: House, case: sa.Row[Any]) -> str:
    return message_id(
        house.installation.signing_key,
        purpose=Purpose.CUSTOMER,
        case_key=case.key,
        nonce=f"{case.id:012x}",
        domain=house.mail_domain(case.channel),
    )


def _mail_payload(
    house: House, case: sa.Row[Any], message: Message, row: sa.Row[Any], *, now: datetime
) -> dict[str, Any]:
    name, subject = message.customer.name.strip(), message.subject
    subject, text = receipt(house, case, name=name, subject=subject, received_at=row.received_at, now=now)
    return {
        "subject": subject,
        "text": text,
        **thread_of(message.external_id, message.references),
        "headers": {"Auto-Submitted": "auto-replied", LOOP_HEADER: house.installation.instance},
    }


def _chat_payload(
    house: House, case: sa.Row[Any], message: Message, row: sa.Row[Any], *, now: datetime
) -> dict[str, Any]:
    """Without a subject, from the account that was written to."""
    return {"text": short_receipt(house, case, medium=message.medium, now=now), "account": message.account}


def _withheld(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    message: Message,
    row: sa.Row[Any],
    recipient: str,
    journal: Journal,
    in_force: Mapping[str, Mode],
) -> str | None:
    settings = house.config.channels.get(case.channel)
    if settings is None:
        return "it came in by no channel that writes to customers"
    if not settings.acknowledge.enabled:
        return "acknowledge is off for this channel"
    if unable := _unable(settings, message):
        return unable
    hindered = customer_hindrance(connection, house, in_force, channels=(case.channel,), recipient=recipient)
    if hindered:
        return hindered
    if row.released_by:
        return "released by a person"
    if doubted := _doubted(house, message, row):
        return doubted
    if journal.now - row.received_at > settings.acknowledge.max_age:
        return "the message is older than acknowledge.max_age"
    if automatic_since(connection, journal.now - WITHIN, recipient=recipient) >= MOST:
        return f"this sender already got {MOST} within the hour"
    return withheld_automatic(connection, house, case, now=journal.now)


def _doubted(house: House, message: Message, row: sa.Row[Any]) -> str | None:
    """Why nobody knows whether this message is to be acknowledged at all."""
    if is_unproven(house, message):
        return NO_RECEIPT
    restored_at = house.installation.restored_at
    if restored_at is not None and row.received_at <= restored_at:
        return "it came before the store was restored: it may have got one already"
    return None


def _unable(settings: ChannelSettings, message: Message) -> str | None:
    """Why this message could not be answered by a text at all, or nobody wants that."""
    if isinstance(settings, EmailSettings) and settings.smtp is None:
        return "the channel has no way to send"
    if message.medium in CALLS and not getattr(settings.acknowledge, "calls", False):
        return "acknowledge.calls is off: a call gets no text"
    customer = message.customer
    if customer.kind is AddressKind.PHONE and not customer.address.startswith("+"):
        return "the sender has no number to write to"
    return None


def _recipient(message: Message) -> str:
    """The customer; or their own Reply-To where it is of the same domain as From. Another one may be anybody's, who never wrote to
    us and would get our receipt. Behind a form the customer is who it names."""
    if message.customer.address != message.author.address:
        return message.customer.address
    domain = message.author.address.rpartition("@")[2]
    own = [party.address for party in message.reply_to if party.address.rpartition("@")[2] == domain]
    return own[0] if own and domain else message.customer.address


def receipt(
    house: House, case: Any, *, name: str, subject: str, received_at: datetime, now: datetime
) -> tuple[str, str]:
    """Subject and text of a case's receipt, in the case's language and the house's time zone."""
    language = spoken_language(case.language)
    local = received_at.astimezone(house.zone())
    values = facts(house, case, name=name, now=now) | {
        "subject": subject.removeprefix("Re: ") or phrase(language, "no_subject"),
        "date": format_date(local, date_format(language), locale=language),
        "time": format_time(local, "short", locale=language),
    }
    ours = ACKNOWLEDGEMENT[language]
    own = _own_receipt(house, case, now=now)
    if own is not None:
        return filled(own.subject or ours.subject, values), filled(own.body, values).rstrip("\n") + "\n"
    expectation = f"{closed_note(house, case, now=now)} {values['expectation']}".strip()
    return ours.filled(values | {"expectation": expectation})


def short_receipt(house: House, case: Any, *, medium: str, now: datetime) -> str:
    """The text of a case's receipt in chat and by SMS, in the case's language."""
    own = _own_receipt(house, case, now=now)
    if own is not None:
        return filled(own.body, facts(house, case, name="", now=now))
    language = spoken_language(case.language)
    when = spoken(case.due_at, house.zone(), language, now=now) if case.due_at else ""
    closed = closed_note(house, case, now=now)
    return chat_receipt(
        language, key=case.key, when=when, house=house.config.service.name, medium=medium, closed=closed
    )


def _own_receipt(house: House, case: Any, *, now: datetime) -> OwnText | None:
    """The house's own words for a receipt of this moment: those for when nobody is there, if nobody is."""
    closed = (
        own_text(house, case.channel, case.language, "out_of_hours") if next_opening(house, case, now=now) else None
    )
    return closed or own_text(house, case.channel, case.language, "acknowledgement")
