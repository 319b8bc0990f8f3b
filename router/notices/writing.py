"""Writes what staff must know into the outbox, in the transaction that makes it true: one notice a turn for its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from babel.dates import format_datetime

from router.assigning.restricted import NO_PINGS, is_restricted, next_digest
from router.house import House, modes
from router.mail_answers.address import answer_mailbox, answerable
from router.mail_answers.words import said
from router.notices.buttons import notice_extras
from router.notices.on_phone import beside_notes, opted_out_note, phone_payload, recordings
from router.notices.reach import APPRISE, Target, targets_of
from router.notices.rewriting import tell_more
from router.notices.turn import Turn, Waiting, turn_of
from router.permission import hindrance
from router.texts import ALERT, NOTICE, phrase, reason_in_words, spoken_language
from ventanilla.clocks.due import spoken, waited
from ventanilla.signing import LOOP_HEADER
from ventanilla.store.consent import opted_out_at
from ventanilla.store.conversations import beside, came_before, first_telling
from ventanilla.store.events import Journal
from ventanilla.store.once import once
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import agents, assignments
from ventanilla.words import DeliveryState, EventKind, Mode, OutboxKind, Priority

_ON_DUTY = sa.select(agents.c.on_duty).where(agents.c.name == sa.bindparam("agent"))
_REASON = sa.select(assignments.c.reason).where(
    assignments.c.conversation_id == sa.bindparam("case_id"), assignments.c.number == sa.bindparam("number")
)
OFF_DUTY = "off duty: goes out in the digest at opening"


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

    `method` is the place in the owner's ways of being reached from which to look: 0 for all, the next after one has failed.
    With none left the duty list is told instead. `in_force` and `waiting` save looking up what the caller knows.
    """
    target = next((one for one in targets_of(connection, house, case.owner) if one.place >= method), None)
    if target is None:
        lacking = "no other way to reach them" if method else "no way to reach them"
        escalate_notice(connection, house, case, journal, reason=lacking)
        return None
    since = case.waiting_since or case.last_message_at
    if waiting:
        turn = Turn.of_one(
            waiting,
            since,
            opted_out_at=opted_out_at(connection, case.address),
            beside=beside(connection, case),
            before=came_before(connection, case.id),
        )
    else:
        turn = turn_of(connection, case, since)
    asked = {"agent": case.owner}
    on_duty = bool(once(connection, ("on duty", case.owner), lambda: connection.scalar(_ON_DUTY, asked)))
    state, reason = _first_state(house, case, target, in_force or modes(connection), on_duty=on_duty)
    quietly = state is not DeliveryState.DROPPED and is_restricted(connection, case.contact_id)
    if quietly:
        state, reason = DeliveryState.HELD, NO_PINGS
    occasion = f"{since.isoformat()}:{case.assignment_number}:{target.place}"
    message_id, to_answer = answerable(house, case, case.owner, occasion)
    letter = Letter(
        kind=OutboxKind.NOTICE,
        dedupe_key=f"notice:{case.id}:{case.assignment_number}:{since.isoformat()}:{target.place}",
        via=target.via,
        recipient=target.recipient,
        payload={
            **_payload(connection, house, case, target, turn, journal.now, on_duty=on_duty),
            **to_answer,
            "method": target.place,
            "turn": since.isoformat(),
        },
        state=state,
        reason=reason,
        agent=case.owner,
        conversation_id=case.id,
        assignment_number=case.assignment_number,
        message_id=message_id,
        not_before=next_digest(house, case.owner, now=journal.now) if quietly else None,
        is_first=first_telling(connection, case.id),
    )
    row_id = put_letter(connection, letter, now=journal.now)
    if row_id is not None:
        ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}
        journal.add(EventKind.NOTICE_WRITTEN, outbox_id=row_id, data={"state": str(state)}, **ids)
    return row_id


def tell_of_rest(
    connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, since: datetime | None = None
) -> None:
    """A turn ended or was cut down (it had begun at `since`), and part of it waits on: the owner is told of that. Of a turn that is
    as it was, and of none, there is nothing to tell. `case` is as it is now, locked."""
    if case.waiting_since not in (None, since) and write_notice(connection, house, case, journal) is None:
        tell_more(connection, house, case, journal)


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
        connection,
        house,
        to=duty,
        occasion=occasion,
        subject=subject,
        body=body,
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
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
    case_id: int | None = None,
    not_before: datetime | None = None,
    about: Mapping[str, Any] | None = None,
) -> int:
    """Tell these people something about the service itself, or about a case, once per occasion each; return how many rows are
    new. Whoever answers such an alert answers the customer of that case. `about` is kept with it, for whoever looks before it
    leaves."""
    written = 0
    for agent in dict.fromkeys(to):
        letter = alert_letter(connection, house, agent, occasion=occasion, subject=subject, body=body, case_id=case_id)
        if letter is not None:
            letter = replace(letter, kind=kind, not_before=not_before, payload={**letter.payload, **(about or {})})
            written += _put_alert(connection, house, letter, channel=channel, now=now)
    return written


def alert_letter(
    connection: sa.Connection,
    house: House,
    agent: str,
    *,
    occasion: str,
    subject: str,
    body: str,
    case_id: int | None = None,
) -> Letter | None:
    """An alert as it would be written to somebody by the first way that reaches them; None where none does. Writes nothing."""
    target = next(iter(targets_of(connection, house, agent)), None)
    if target is None:
        return None
    words = ALERT[spoken_language(house.config.service.language)]
    filled_subject, text = words.filled({"subject": subject, "body": body, "house": house.config.service.name})
    return Letter(
        kind=OutboxKind.ALERT,
        dedupe_key=f"{occasion}:{agent}",
        via=target.via,
        recipient=target.recipient,
        payload=_alert_payload(house, target, filled_subject, text, case_id),
        agent=agent,
    )


def alert_again(connection: sa.Connection, house: House, row: sa.Row[Any], *, now: datetime) -> int:
    """What did not reach somebody by one way, told by the next in their list, once; return how many rows are new."""
    place = int(row.payload.get("method", 0))
    target = next((one for one in targets_of(connection, house, row.agent) if one.place > place), None)
    if target is None or "body" not in row.payload:
        return 0
    letter = Letter(
        kind=OutboxKind(row.kind),
        dedupe_key=f"{row.dedupe_key}|{target.place}",
        via=target.via,
        recipient=target.recipient,
        payload=_alert_payload(house, target, row.payload["subject"], row.payload["body"], row.payload.get("case")),
        agent=row.agent,
    )
    return _put_alert(connection, house, letter, channel=None, now=now)


def _alert_payload(house: House, target: Target, subject: str, body: str, case_id: int | None) -> dict[str, Any]:
    text = f"{subject}\n\n{body}" if target.on_telegram else body
    about = {} if case_id is None else {"case": case_id}
    headers = machine_headers(house)
    return {"subject": subject, "text": text, "body": body, "headers": headers, "method": target.place, **about}


def _put_alert(connection: sa.Connection, house: House, letter: Letter, *, channel: str | None, now: datetime) -> int:
    concerned = tuple(name for name in (channel, letter.via) if name)
    hindered = hindrance(house, modes(connection), channels=concerned, recipient=letter.recipient, staff=True)
    if hindered:
        letter = replace(letter, state=DeliveryState.DROPPED, reason=hindered)
    return int(put_letter(connection, letter, now=now) is not None)


def _first_state(
    house: House, case: sa.Row[Any], target: Target, in_force: Mapping[str, Mode], *, on_duty: bool
) -> tuple[DeliveryState, str | None]:
    concerned = (case.channel, target.via)
    hindered = hindrance(house, in_force, channels=concerned, recipient=target.recipient, staff=True)
    if hindered:
        return DeliveryState.DROPPED, hindered
    always = house.config.staff.notify_when == "always" or case.priority == Priority.URGENT
    return (DeliveryState.PENDING, None) if always or on_duty else (DeliveryState.HELD, OFF_DUTY)


def _payload(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    target: Target,
    turn: Turn,
    now: datetime,
    *,
    on_duty: bool,
) -> dict[str, Any]:
    """What the way out needs: whole letters by mail, a few lines for a phone, and what was spoken, to be listened to."""
    this = {"case_id": case.id, "number": case.assignment_number}
    why = once(connection, ("reason", case.id, case.assignment_number), lambda: connection.scalar(_REASON, this)) or ""
    subject, text = _words(house, case, target, turn, now, why)
    payload: dict[str, Any] = {"subject": subject, "text": text, "headers": machine_headers(house)}
    if target.on_telegram:
        silent = not on_duty and case.priority != Priority.URGENT
        payload |= phone_payload(house, case, turn, why=why, now=now) | {"silent": silent}
        payload |= notice_extras(connection, house, case, turn)
    if turn.spoken:
        payload |= recordings(house, case, turn)
    return payload


def _words(house: House, case: sa.Row[Any], target: Target, turn: Turn, now: datetime, why: str) -> tuple[str, str]:
    language = spoken_language(house.config.service.language)
    zone, waiting = house.zone(), turn.first
    name = waiting.name if waiting else case.key
    due = spoken(case.due_at, zone, language, now=now) if case.due_at else ""
    return NOTICE[language].filled(
        {
            "key": case.key,
            "customer": name,
            "subject": case.subject or phrase(language, "no_subject"),
            "who": f"{waiting.from_name} <{waiting.from_address}>" if waiting and waiting.from_name else name,
            "since": format_datetime(turn.since.astimezone(zone), "d MMM HH:mm", locale=language),
            "waited": waited((now - turn.since).total_seconds(), language),
            "due": "\n".join(filter(None, (_promised(case, language, due, now), *_warnings(house, turn, language)))),
            "excerpt": _excerpt(house, language, waiting),
            "channel": phrase(language, "on_channel", channel=case.channel),
            "why": reason_in_words(language, why),
            "answer": _how_to_answer(house, case, target, language),
        }
    )


def _how_to_answer(house: House, case: sa.Row[Any], target: Target, language: str) -> str:
    by_mail = target.via != APPRISE and answer_mailbox(house, case.channel) is not None
    return said(language, "by_mail" if by_mail else "by_command", key=case.key)


def _promised(case: sa.Row[Any], language: str, due: str, now: datetime) -> str:
    return phrase(language, "due" if case.due_at > now else "overdue", when=due) if due else ""


def _warnings(house: House, turn: Turn, language: str) -> list[str]:
    return [opted_out_note(house, turn, language), *beside_notes(house, turn, language)]


def _excerpt(house: House, language: str, waiting: Waiting | None) -> str:
    if house.config.staff.notice_body == "none":
        return phrase(language, "hidden")
    return waiting.quoted() if waiting else ""


def machine_headers(house: House) -> dict[str, str]:
    """Header fields of what no person wrote: no machine is to answer it, and we know it again."""
    return {"Auto-Submitted": "auto-generated", LOOP_HEADER: house.installation.instance}
