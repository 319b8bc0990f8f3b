"""The one routing transaction: from messages that were read to cases with one responsible person who is told of it.

Lock order, everywhere: ledger row, address, conversation, agents in the order of their names. Several messages in one
transaction take their addresses in one sorted order first, or PostgreSQL would find two of them waiting for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from router.acknowledgements import acknowledge
from router.bounces import note_bounce
from router.house import House, modes
from router.languages import language_of
from router.line import ensure_present_owner
from router.matching import Match, match
from router.notice_edits import tell_more
from router.notices import write_notice
from router.responsible import Wanted, choose_responsible
from router.rules import Facts, apply_rules
from router.screening import Known, screen
from router.turn import Waiting
from ventanilla.channel import Message, Party, Screening
from ventanilla.errors import BadMessage
from ventanilla.store.contacts import contact_at, contact_for
from ventanilla.store.conversations import (
    NewCase,
    add_inbound,
    link_cases,
    lock_case,
    open_case,
    open_turn,
    reopen_case,
)
from ventanilla.store.events import Journal
from ventanilla.store.inbox import first_with_identity, settle
from ventanilla.words import EventKind, InboxState, Kind, Mode, Priority, Verdict

ACTOR = "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A ledger row, what was read in it, and the hashes of its attachments, which are kept by now."""

    row: sa.Row[Any]
    message: Message
    kept: Sequence[str] = ()


def place_all(
    connection: sa.Connection, house: House, incoming: Sequence[Incoming], journal: Journal
) -> dict[int, InboxState]:
    """Settle every row: duplicate, screened, or routed into a case. The caller holds the rows' locks.

    Raises BadMessage for a message that names nobody; the caller's transaction is then rolled back.
    """
    outcomes: dict[int, InboxState] = {}
    accepted: list[Incoming] = []
    for one in incoming:
        outcome = _set_aside(connection, house, one, journal)
        if outcome is None:
            accepted.append(one)
        else:
            outcomes[one.row.id] = outcome
    contacts = {
        one.row.id: contact_for(connection, one.message.customer, now=journal.now)
        for one in sorted(accepted, key=lambda one: one.message.customer.address)
    }
    in_force = modes(connection) if accepted else {}
    for one in accepted:
        _place(connection, house, one, contacts[one.row.id], in_force, journal)
        settle(connection, one.row.id, InboxState.ROUTED, now=journal.now)
        outcomes[one.row.id] = InboxState.ROUTED
    return outcomes


def _set_aside(connection: sa.Connection, house: House, one: Incoming, journal: Journal) -> InboxState | None:
    """The state of a row that opens and continues no case; None for one that does."""
    row, message = one.row, one.message
    older = first_with_identity(connection, row)
    if older is not None and not row.released_by:
        settle(connection, row.id, InboxState.DUPLICATE, now=journal.now, reason="same item", duplicate_of=older)
        return InboxState.DUPLICATE
    if not message.customer.address:
        raise BadMessage("it names no sender")
    screening = _screened(connection, house, row, message)
    if screening.verdict is Verdict.ACCEPT:
        return None
    settle(connection, row.id, InboxState.SCREENED, now=journal.now, reason=screening.reason or screening.verdict)
    data = {"verdict": screening.verdict}
    journal.add(EventKind.MESSAGE_SCREENED, inbox_id=row.id, channel=row.channel, data=data)
    if message.bounce is not None:
        note_bounce(connection, house, message.bounce, journal)
    return InboxState.SCREENED


def _screened(connection: sa.Connection, house: House, row: sa.Row[Any], message: Message) -> Screening:
    as_list = message.screening.verdict is Verdict.LIST  # the only verdict that knowing the sender changes
    known = Known(
        is_contact=as_list and contact_at(connection, message.customer) is not None,
        is_staff=message.author.address in house.staff_addresses,
        released=row.released_by is not None,
    )
    return screen(message, known=known, note=row.note)


def _place(
    connection: sa.Connection,
    house: House,
    one: Incoming,
    contact: sa.Row[Any],
    in_force: Mapping[str, Mode],
    journal: Journal,
) -> None:
    """Into the case it continues, or a new one; its owner is told once a turn, its customer gets a receipt if it is new."""
    row, message = one.row, one.message
    found = match(connection, house, message, contact, at=row.received_at)
    if found.case is None:
        case, turn_opened = _open(connection, house, row, message, contact, journal), True
    else:
        case, turn_opened = _continue(connection, house, row, found, contact, journal)
    others = participants_of(house, message)
    message_id = add_inbound(
        connection, case, message, journal, row=row, kept=one.kept, participants_of=others, how=found.how
    )
    waiting = Waiting.for_message(message, message_id)
    for other_id, why in found.links:
        link_cases(connection, case.id, other_id, reason=why, journal=journal)
    if turn_opened:
        write_notice(connection, house, case, journal, in_force=in_force, waiting=waiting)
    else:
        tell_more(connection, house, case, journal, waiting=waiting)
    if found.case is None:
        acknowledge(connection, house, case, message, row, journal, in_force=in_force)


def participants_of(house: House, message: Message) -> list[Party]:
    """Who may continue the case: the customer, where they want the answer, and whom they visibly wrote to besides us.

    Only the customer's own message brings people in; being named gives nobody a letter from us.
    """
    ours = house.own_addresses | house.staff_addresses
    named = (message.customer, *message.reply_to, *message.to, *message.cc)
    return list({party.address: party for party in named if party.address and party.address not in ours}.values())


def _open(
    connection: sa.Connection,
    house: House,
    row: sa.Row[Any],
    message: Message,
    contact: sa.Row[Any],
    journal: Journal,
) -> sa.Row[Any]:
    language = language_of(message, contact.language, house.language_of(row.channel))
    decided = apply_rules(house.config.rules, _facts(house, row, message, contact, language))
    promise, _ = house.promise(decided.promise)
    wanted = Wanted(
        team=decided.team or house.config.channels[row.channel].team,
        contact=contact,
        language=language,
        skills=frozenset(decided.skills),
        languages=frozenset(decided.languages),
        named_agent=decided.agent,
    )
    grant, _ = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
    grant = replace(grant, decision={**grant.decision, **decided.as_written()})
    new = NewCase(
        channel=row.channel,
        team=wanted.team,
        contact_id=contact.id,
        subject=message.subject,
        language=language,
        first_message_at=row.received_at,
        due_at=house.due(promise, row.received_at, first=True),
        promise=promise,
        priority=decided.priority or Priority.NORMAL,
        kind=decided.kind or Kind.QUERY,
        skills=decided.skills,
        tags=decided.tags,
    )
    return open_case(connection, new, grant, journal)


def _facts(house: House, row: sa.Row[Any], message: Message, contact: sa.Row[Any], language: str) -> Facts:
    _, promise = house.promise(None)
    calendar = house.calendar(promise.calendar if promise else None)
    return Facts(
        channel=row.channel,
        sender=message.customer.address,
        subject=message.subject,
        text=message.text,
        language=language,
        tags=frozenset(contact.tags),
        is_open=calendar.is_open(row.received_at),
    )


def _continue(
    connection: sa.Connection, house: House, row: sa.Row[Any], found: Match, contact: sa.Row[Any], journal: Journal
) -> tuple[sa.Row[Any], bool]:
    """The case with the customer's new message awaited, and whether that opened a turn or changed its owner."""
    case = found.case
    assert case is not None  # noqa: S101  the caller has looked
    due = house.due(case.promise, row.received_at, first=case.first_response_at is None)
    if found.reopens:
        wanted = Wanted(
            team=case.team,
            contact=contact,
            language=case.language,
            skills=frozenset(case.skills),
            exclude_case=case.id,
        )
        grant, _ = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
        return reopen_case(connection, case, grant, journal, at=row.received_at, due_at=due), True
    case = ensure_present_owner(connection, house, case, contact, journal)
    opened = open_turn(connection, case, journal, at=row.received_at, due_at=due)
    return lock_case(connection, case.id), opened
