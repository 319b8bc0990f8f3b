"""Writes what staff must know into the outbox, in the transaction that makes it true: one notice a turn for its owner."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_datetime

from router.house import House, modes
from router.reach import Target, hindrance, mail_via, targets_of
from router.texts import ALERT, NOTICE, phrase, reason_in_words, spoken_language
from ventanilla.channel import Message
from ventanilla.clocks.due import spoken, waited
from ventanilla.signing import LOOP_HEADER, Purpose, message_id
from ventanilla.store.events import Journal
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import agents, assignments, messages
from ventanilla.words import DeliveryState, Direction, EventKind, Mode, OutboxKind, Priority

EXCERPT = 600
_ON_DUTY = sa.select(agents.c.on_duty).where(agents.c.name == sa.bindparam("agent"))
_REASON = sa.select(assignments.c.reason).where(
    assignments.c.conversation_id == sa.bindparam("case_id"), assignments.c.number == sa.bindparam("number")
)
_FIRST_UNANSWERED = (
    sa.select(messages.c.from_name, messages.c.from_address, messages.c.reply_text)
    .where(messages.c.conversation_id == sa.bindparam("case_id"), messages.c.direction == Direction.IN)
    .where(messages.c.received_at >= sa.bindparam("turn"))
    .order_by(messages.c.received_at, messages.c.id)
    .limit(1)
)
OFF_DUTY = "off duty: goes out in the digest at opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Who waits and what they wrote: what a notice shows."""

    from_name: str
    from_address: str
    reply_text: str

    @classmethod
    def for_message(cls, message: Message) -> Waiting:
        return cls(
            from_name=message.customer.name, from_address=message.customer.address, reply_text=message.reply_text
        )


def write_notice(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    journal: Journal,
    *,
    method: int = 0,
    in_force: Mapping[str, Mode] | None = None,
    waiting: Waiting | None = None,
) -> int | None:
    """Tell the owner of a case that its customer waits, once per turn and assignment; return the row's id if it is new.

    `method` is the place in the owner's ways of being reached: 0 first, the next after one has failed. With none left the
    duty list is told instead. `in_force` and `waiting` save looking up what the caller knows.
    """
    targets = targets_of(house, case.owner)
    if method >= len(targets):
        escalate_notice(
            connection, house, case, journal, reason="no other way to reach them" if method else "no way to reach them"
        )
        return None
    target = targets[method]
    turn = case.waiting_since or case.last_message_at
    waiting = waiting or _first_unanswered(connection, case, turn)
    subject, text = _words(connection, house, case, turn, journal.now, waiting)
    state, reason = _first_state(connection, house, case, target, in_force or modes(connection))
    letter = Letter(
        kind=OutboxKind.NOTICE,
        dedupe_key=f"notice:{case.id}:{case.assignment_number}:{turn.isoformat()}:{method}",
        via=target.via,
        recipient=target.recipient,
        payload={"subject": subject, "text": text, "headers": _headers(house), "method": method},
        state=state,
        reason=reason,
        agent=case.owner,
        conversation_id=case.id,
        assignment_number=case.assignment_number,
        message_id=_message_id(house, case, f"{turn.isoformat()}:{case.assignment_number}:{method}"),
    )
    row_id = put_letter(connection, letter, now=journal.now)
    if row_id is not None:
        ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}
        journal.add(EventKind.NOTICE_WRITTEN, outbox_id=row_id, data={"state": str(state)}, **ids)
    return row_id


def escalate_notice(
    connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, reason: str
) -> None:
    """The owner cannot be told: tell the others on the duty list, once per assignment, and say so in the log of events."""
    duty = [name for name in house.config.teams[case.team].duty if name != case.owner]
    body = phrase(house.config.service.language, "escalation", agent=case.owner, key=case.key, reason=reason)
    subject = phrase(house.config.service.language, "escalation_subject", key=case.key)
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}
    journal.add(EventKind.NOTICE_ESCALATED, data={"to": duty}, **ids)
    occasion = f"escalated:{case.id}:{case.assignment_number}"
    write_alert(
        connection, house, to=duty, occasion=occasion, subject=subject, body=body, now=journal.now, channel=case.channel
    )


def write_alert(
    connection: sa.Connection,
    house: House,
    *,
    to: list[str] | tuple[str, ...],
    occasion: str,
    subject: str,
    body: str,
    now: datetime,
    channel: str | None = None,
    kind: OutboxKind = OutboxKind.ALERT,
) -> int:
    """Tell these people something about the service itself, once per occasion each; return how many rows are new."""
    words = ALERT[spoken_language(house.config.service.language)]
    filled_subject, text = words.filled({"subject": subject, "body": body, "house": house.config.service.name})
    in_force = modes(connection)
    written = 0
    for agent in dict.fromkeys(to):
        for target in targets_of(house, agent)[:1]:
            concerned = tuple(name for name in (channel, target.via) if name)
            hindered = hindrance(house, in_force, channels=concerned, recipient=target.recipient, staff=True)
            letter = Letter(
                kind=kind,
                dedupe_key=f"{occasion}:{agent}",
                via=target.via,
                recipient=target.recipient,
                payload={"subject": filled_subject, "text": text, "headers": _headers(house)},
                state=DeliveryState.DROPPED if hindered else DeliveryState.PENDING,
                reason=hindered,
                agent=agent,
            )
            written += put_letter(connection, letter, now=now) is not None
    return written


def _first_state(
    connection: sa.Connection, house: House, case: sa.Row[Any], target: Target, in_force: Mapping[str, Mode]
) -> tuple[DeliveryState, str | None]:
    concerned = (case.channel, target.via)
    hindered = hindrance(house, in_force, channels=concerned, recipient=target.recipient, staff=True)
    if hindered:
        return DeliveryState.DROPPED, hindered
    always = house.config.staff.notify_when == "always" or case.priority == Priority.URGENT
    on_duty = connection.scalar(_ON_DUTY, {"agent": case.owner})
    return (DeliveryState.PENDING, None) if always or on_duty else (DeliveryState.HELD, OFF_DUTY)


def _words(
    connection: sa.Connection, house: House, case: sa.Row[Any], turn: datetime, now: datetime, waiting: Waiting | None
) -> tuple[str, str]:
    language = spoken_language(house.config.service.language)
    zone = house.zone()
    name = (waiting.from_name or waiting.from_address) if waiting else case.key
    due = spoken(case.due_at, zone, language, now=now) if case.due_at else ""
    why = connection.scalar(_REASON, {"case_id": case.id, "number": case.assignment_number})
    return NOTICE[language].filled(
        {
            "key": case.key,
            "customer": name,
            "subject": case.subject or phrase(language, "no_subject"),
            "who": f"{waiting.from_name} <{waiting.from_address}>" if waiting and waiting.from_name else name,
            "since": format_datetime(turn.astimezone(zone), "d MMM HH:mm", locale=language),
            "waited": waited((now - turn).total_seconds(), language),
            "due": phrase(language, "due" if case.due_at and case.due_at > now else "overdue", when=due) if due else "",
            "excerpt": _excerpt(house, language, waiting),
            "channel": phrase(language, "on_channel", channel=case.channel),
            "why": reason_in_words(language, why or ""),
        }
    )


def _first_unanswered(connection: sa.Connection, case: sa.Row[Any], turn: datetime) -> Waiting | None:
    row = connection.execute(_FIRST_UNANSWERED, {"case_id": case.id, "turn": turn}).one_or_none()
    return None if row is None else Waiting(**row._mapping)


def _excerpt(house: House, language: str, waiting: Waiting | None) -> str:
    if house.config.staff.notice_body == "none":
        return phrase(language, "hidden")
    text = waiting.reply_text.strip() if waiting else ""
    cut = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    return "\n".join(f"> {line}" for line in cut.splitlines() if line.strip())


def _headers(house: House) -> dict[str, str]:
    return {"Auto-Submitted": "auto-generated", LOOP_HEADER: house.installation.instance}


def _message_id(house: House, case: sa.Row[Any], occasion: str) -> str:
    nonce = _nonce(occasion)
    via = mail_via(house)
    domain = house.mail_domain(via if via in house.config.channels else case.channel)
    key = house.installation.signing_key
    return message_id(key, purpose=Purpose.NOTICE, case_key=case.key, nonce=nonce, domain=domain)


def _nonce(occasion: str) -> str:
    return hashlib.sha256(occasion.encode()).hexdigest()[:12]
