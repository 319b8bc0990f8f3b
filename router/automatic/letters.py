"""Puts what a case's customer is told by itself into the outbox, in their channel's form. Knows neither words nor occasions."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from router.automatic.brake import first_state, tell_of_brake
from router.house import House
from router.replies.thread import thread_of
from ventanilla.signing import LOOP_HEADER, Purpose, message_id
from ventanilla.store.events import Journal
from ventanilla.store.messages import remember_refs
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.words import DeliveryState, EventKind, OutboxKind


def put_saying(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    journal: Journal,
    *,
    occasion: str,
    recipient: str,
    subject: str,
    text: str,
    newest: sa.Row[Any] | None,
    **about: Any,
) -> int | None:
    """Write it, or hold it where the brake is on; returns the row's id. `occasion` is said once: a repeat returns None.

    `newest` is the customer's message that a mail answers in its thread; `about` goes to the event. The case is locked.
    """
    state, reason = first_state(connection, journal)
    own_id = None if case.conversational else _message_id(house, case, occasion)
    letter = Letter(
        kind=OutboxKind.AUTOMATIC,
        dedupe_key=occasion,
        via=case.channel,
        recipient=recipient,
        payload=_payload(house, case, subject, text, newest),
        state=state,
        reason=reason,
        conversation_id=case.id,
        message_id=own_id,
    )
    row_id = put_letter(connection, letter, now=journal.now)
    remember_refs(connection, case.id, [own_id], own=True)
    if row_id is not None:
        data = {**about, "held": state is DeliveryState.HELD}
        journal.add(EventKind.ANNOUNCED, conversation_id=case.id, outbox_id=row_id, data=data)
    if state is DeliveryState.HELD:
        tell_of_brake(connection, house, journal)
    return row_id


def _payload(house: House, case: sa.Row[Any], subject: str, text: str, newest: sa.Row[Any] | None) -> dict[str, Any]:
    if case.conversational:
        return {"text": text, "account": case.account}
    return {
        "subject": subject,
        "text": text,
        **thread_of(newest.external_id if newest is not None else None),
        "headers": {"Auto-Submitted": "auto-replied", LOOP_HEADER: house.installation.instance},
    }


def _message_id(house: House, case: sa.Row[Any], occasion: str) -> str:
    return message_id(
        house.installation.signing_key,
        purpose=Purpose.CUSTOMER,
        case_key=case.key,
        nonce=hashlib.sha256(occasion.encode()).hexdigest()[:12],
        domain=house.mail_domain(case.channel),
    )
