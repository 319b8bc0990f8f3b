"""Receipts that a law wants: given once a case, by the way it came in, whatever else is turned off; else somebody is told.

Art. 21.2 of RDL 1/2007 and arts. 11 and 12 of Ley 10/2025: a key, and a receipt with content, date and hour, by the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from config.channel import ChannelSettings
from config.claim_words import kind_by_words
from config.email import EmailSettings
from config.packs import Pack
from router.assigning.restricted import withheld_automatic
from router.automatic.brake import WITHIN as STRETCH
from router.automatic.brake import first_state, tell_of_brake
from router.automatic.chat_words import CALLS
from router.automatic.receipt_text import receipt_chat, receipt_mail
from router.house import House, modes
from router.notices.writing import write_alert
from router.permission import customer_hindrance
from router.promises.lawful import REASONED, deadlines_of, wants_receipt
from router.replies.thread import thread_of
from router.texts.receipts import receipt_words
from router.whatsapp.window import MEDIUM, window_of
from ventanilla.signing import LOOP_HEADER, Purpose, message_id
from ventanilla.store.events import Journal
from ventanilla.store.messages import remember_refs
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import attachments, events, messages, outbox, remote_files
from ventanilla.words import DeliveryState, Direction, EventKind, Mode, OutboxKind

BY_HAND = "by_hand"
_HEARD = (
    sa.select(messages)
    .where(messages.c.conversation_id == sa.bindparam("case_id"), messages.c.direction == Direction.IN)
    .where(messages.c.edits.is_(None))
    .order_by(messages.c.received_at, messages.c.id)
)
_GIVEN = sa.select(events.c.data).where(
    events.c.conversation_id == sa.bindparam("case_id"), events.c.kind == EventKind.ACKNOWLEDGED
)


def give_receipt(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    journal: Journal,
    *,
    in_force: Mapping[str, Mode] | None = None,
    obstacle: str | None = None,
) -> int | None:
    """Write the receipt that the law wants for a case (locked), once; the row's id. None where no law wants one, it was given
    before, or it cannot go out: then its owner is told to give it by hand. `obstacle` is why it should not go out, known to the
    caller."""
    law = wants_receipt(house, case)
    if law is None or is_given(connection, case.id):
        return None
    heard = _heard(connection, case)
    if heard is None:
        return None
    why = obstacle or _obstacle(connection, house, case, heard, journal, in_force or modes(connection))
    if why is not None:
        _ask_for_hand(connection, house, case, law, why, journal)
        return None
    return _write(connection, house, case, heard, law, journal)


def is_given(connection: sa.Connection, case_id: int) -> bool:
    """Whether the receipt by law of a case was written, or given by hand. One that was dropped was not."""
    kept = sa.select(outbox.c.state).where(outbox.c.dedupe_key == _occasion(case_id))
    if connection.scalar(kept.where(outbox.c.state.not_in((DeliveryState.DROPPED, DeliveryState.FAILED)))) is not None:
        return True
    return any(row.data.get(BY_HAND) for row in connection.execute(_GIVEN, {"case_id": case_id}))


def _heard(connection: sa.Connection, case: sa.Row[Any]) -> sa.Row[Any] | None:
    """What the receipt repeats: of a complaint or a claim the message that made it one by its words, else the first."""
    rows = connection.execute(_HEARD, {"case_id": case.id}).all()
    said = (row for row in rows if case.kind in REASONED and kind_by_words(f"{row.subject}\n{row.reply_text}"))
    return next(said, rows[0] if rows else None)


def note_by_hand(case: sa.Row[Any], law: Pack, journal: Journal, *, agent: str, note_id: int) -> None:
    """Somebody gave the receipt themselves, as their note says."""
    data = {"law": law.name, BY_HAND: True, "note": note_id, "held": False}
    journal.add(EventKind.ACKNOWLEDGED, conversation_id=case.id, agent=agent, data=data)


def _occasion(case_id: int) -> str:
    return f"receipt:{case_id}"


def _write(
    connection: sa.Connection, house: House, case: sa.Row[Any], heard: sa.Row[Any], law: Pack, journal: Journal
) -> int | None:
    state, reason = first_state(connection, journal)
    own_id = None if case.conversational else _message_id(house, case)
    letter = Letter(
        kind=OutboxKind.ACKNOWLEDGEMENT,
        dedupe_key=_occasion(case.id),
        via=case.channel,
        recipient=_recipient(heard),
        payload=_payload(connection, house, case, heard, journal),
        state=state,
        reason=reason,
        conversation_id=case.id,
        message_id=own_id,
    )
    _forget_dropped(connection, case.id)
    row_id = put_letter(connection, letter, now=journal.now)
    remember_refs(connection, case.id, [own_id], own=True)
    held = state is DeliveryState.HELD
    data = {"held": held, "law": law.name}
    journal.add(EventKind.ACKNOWLEDGED, conversation_id=case.id, outbox_id=row_id, data=data)
    if held:
        tell_of_brake(connection, house, journal)
        _tell_held(connection, house, case, journal)
    return row_id


def _forget_dropped(connection: sa.Connection, case_id: int) -> None:
    """One that never went out gives its occasion to the next."""
    gone = sa.update(outbox).where(outbox.c.dedupe_key == _occasion(case_id))
    gone = gone.where(outbox.c.state.in_((DeliveryState.DROPPED, DeliveryState.FAILED)))
    connection.execute(gone.values(dedupe_key=sa.literal(f"{_occasion(case_id)}:") + sa.cast(outbox.c.id, sa.Text)))


def _payload(
    connection: sa.Connection, house: House, case: sa.Row[Any], heard: sa.Row[Any], journal: Journal
) -> dict[str, Any]:
    files = sum(
        int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.message_id == heard.id)) or 0)
        for table in (attachments, remote_files)
    )
    due = deadlines_of(connection, house, case)
    if case.conversational:
        text = receipt_chat(house, case, heard, due=due, files=files, now=journal.now)
        return {"text": text, "account": case.account}
    subject, text = receipt_mail(house, case, heard, due=due, files=files, now=journal.now)
    return {
        "subject": subject,
        "text": text,
        **thread_of(heard.external_id, heard.refs),
        "headers": {"Auto-Submitted": "auto-replied", LOOP_HEADER: house.installation.instance},
    }


def _message_id(house: House, case: sa.Row[Any]) -> str:
    return message_id(
        house.installation.signing_key,
        purpose=Purpose.CUSTOMER,
        case_key=case.key,
        nonce=hashlib.sha256(_occasion(case.id).encode()).hexdigest()[:12],
        domain=house.mail_domain(case.channel),
    )


def _recipient(heard: sa.Row[Any]) -> str:
    """The customer, or their own Reply-To of the same domain (see `acknowledgements._recipient`)."""
    address = str(heard.from_address)
    domain = address.rpartition("@")[2] if "@" in address else ""
    own = [one for one in heard.reply_to if domain and one.rpartition("@")[2] == domain]
    return str(own[0]) if own else address


def _obstacle(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    heard: sa.Row[Any],
    journal: Journal,
    in_force: Mapping[str, Mode],
) -> str | None:
    """Why a receipt cannot go out the way the case came in. Nobody's having turned receipts off is none."""
    settings = house.config.channels.get(case.channel)
    if settings is None:
        return "it came in by no channel that writes to customers"
    if unable := _unable(settings, heard):
        return unable
    recipient = _recipient(heard)
    hindered = customer_hindrance(connection, house, in_force, channels=(case.channel,), recipient=recipient)
    if hindered:
        return hindered
    if heard.medium == MEDIUM:
        window = window_of(connection, account=case.account, address=case.address)
        if not window.is_open(journal.now):
            return "more than 24 h since the customer last wrote on WhatsApp"
    return withheld_automatic(connection, house, case, now=journal.now)


def _unable(settings: ChannelSettings, heard: sa.Row[Any]) -> str | None:
    if isinstance(settings, EmailSettings) and settings.smtp is None:
        return "the channel has no way to send"
    if heard.medium in CALLS and not getattr(settings.acknowledge, "calls", False):
        return "it was a call, and acknowledge.calls is off: a call gets no text"
    if not heard.from_address or (heard.medium in (*CALLS, "sms") and not heard.from_address.startswith("+")):
        return "the customer has no address to write to"
    return None


def _ask_for_hand(
    connection: sa.Connection, house: House, case: sa.Row[Any], law: Pack, why: str, journal: Journal
) -> None:
    """Somebody must give it on another durable medium: its owner is told, once a case."""
    data = {"reason": why, "law": law.name}
    journal.add(EventKind.ACKNOWLEDGEMENT_WITHHELD, conversation_id=case.id, data=data)
    language = house.config.service.language
    write_alert(
        connection,
        house,
        to=[case.owner],
        occasion=f"receipt-by-hand:{case.id}",
        subject=receipt_words(language, "by_hand_subject", key=case.key),
        body=receipt_words(language, "by_hand", key=case.key, law=law.name, reason=why),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )


def _tell_held(connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal) -> None:
    """Once per stretch of the brake: what the law wants out is waiting for a person."""
    language = house.config.service.language
    stretch = int(journal.now.timestamp() // STRETCH.total_seconds())
    duty = [team.duty[0] for team in house.config.teams.values() if team.duty]
    write_alert(
        connection,
        house,
        to=tuple(dict.fromkeys(house.config.staff.digest_to or duty)),
        occasion=f"receipts-held:{stretch}",
        subject=receipt_words(language, "held_subject"),
        body=receipt_words(language, "held", key=case.key),
        now=journal.now,
    )
