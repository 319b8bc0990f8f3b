"""The one routing transaction: from messages that were read to cases with one responsible person who is told of it.

Lock order, everywhere: ledger row, address, conversation, agents in the order of their names. Several messages in one
transaction take their addresses in one sorted order first, or PostgreSQL would find two of them waiting for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from router.assigning.restricted import blocked
from router.automatic.acknowledgements import acknowledge
from router.automatic.greetings import greet
from router.bounces import note_bounce
from router.house import House, modes
from router.incoming.ahead import ask_ahead, lock_ahead
from router.incoming.chats import match_chat
from router.incoming.consent import note_wish
from router.incoming.edits import CAME_FIRST, as_original, place_version
from router.incoming.forwarding import is_unproven, only_linked, stands_aside
from router.incoming.loops import note_loop
from router.incoming.matching import Match, match
from router.incoming.opening import go_on, open_for
from router.incoming.screening import Known, is_staff, reason_of, screen
from router.incoming.shared import note_shared
from router.incoming.suggestions import suggest_same_person
from router.incoming.thanked import case_thanked, note_thanks
from router.mail_answers.dead_ends import note_dead_end
from router.mail_answers.taking import FoundAnswer, find_answer, take_answer
from router.notices.rewriting import tell_more
from router.notices.turn import Waiting
from router.notices.writing import write_notice
from router.past_us.placing import place_ours
from router.whatsapp.window import release_window
from ventanilla.channel import Message, Party, Screening
from ventanilla.errors import BadMessage
from ventanilla.store.contacts import contact_at, contacts_for
from ventanilla.store.conversations import link_cases, open_cases_elsewhere
from ventanilla.store.events import Journal
from ventanilla.store.inbox import first_with_identities, settle
from ventanilla.store.messages import Received, add_inbound
from ventanilla.store.once import remember_no_more
from ventanilla.store.past_us import await_refs, wake_awaiting
from ventanilla.words import EventKind, InboxState, Mode, Verdict

ELSEWHERE = "same customer on another channel"
_FROM_SOMEBODY = (Verdict.ACCEPT, Verdict.OPTED_OUT, Verdict.OPTED_IN)


def place_all(
    connection: sa.Connection, house: House, incoming: Sequence[Received], journal: Journal
) -> dict[int, InboxState]:
    """Settle every row: duplicate, screened, or routed into a case. What one of us sent past this service comes after what was
    said to us, and then what our people answered by mail. The caller holds the rows' locks.

    Raises BadMessage for a message that names nobody; the caller's transaction is then rolled back.
    """
    outcomes: dict[int, InboxState] = {}
    heard: list[tuple[Received, Screening]] = []
    ours: list[Received] = []
    answers: list[tuple[Received, FoundAnswer]] = []
    in_force = modes(connection)
    same = first_with_identities(connection, [one.row for one in incoming])
    for one in incoming:
        older = same.get(one.row.id)
        if older is not None and not one.row.released_by:
            settle(
                connection, one.row.id, InboxState.DUPLICATE, now=journal.now, reason="same item", duplicate_of=older
            )
            outcomes[one.row.id] = InboxState.DUPLICATE
            continue
        if one.message.outbound:
            ours.append(one)
            continue
        answer = find_answer(house, one)
        if answer is not None:
            answers.append((one, answer))
            continue
        screening = _screened(connection, house, one)
        if screening.verdict in _FROM_SOMEBODY and not one.message.customer.address:
            raise BadMessage("it names no sender")
        if screening.verdict in _FROM_SOMEBODY:
            heard.append((one, screening))
        else:
            outcomes[one.row.id] = _set_aside(connection, house, one, screening, journal, in_force=in_force)
    answered = [one.message.customer for one in ours if contact_at(connection, one.message.customer) is not None]
    contacts = contacts_for(connection, [*(one.message.customer for one, _ in heard), *answered], now=journal.now)
    if len(incoming) > 1:
        lock_ahead(connection, house, {one.row.channel for one in incoming}, contacts.values(), number=len(incoming))
        ask_ahead(connection, [one for one, _ in heard], now=journal.now)
    for one, screening in heard:
        contact = contacts[one.message.customer.kind, one.message.customer.address]
        outcomes[one.row.id] = _take_in(connection, house, one, screening, contact, in_force, journal)
    for one in ours:
        outcomes[one.row.id] = place_ours(connection, house, one, journal)
    if answers:
        remember_no_more(connection)
    for one, answer in answers:
        outcomes[one.row.id] = take_answer(connection, house, one, answer, journal)
    return outcomes


def _screened(connection: sa.Connection, house: House, one: Received) -> Screening:
    row, message = one.row, one.message
    as_list = message.screening.verdict is Verdict.LIST  # the only verdict that knowing the sender changes
    known = Known(
        is_contact=as_list and contact_at(connection, message.customer) is not None,
        is_staff=is_staff(connection, house, message.author),
        released=row.released_by is not None,
        is_unproven=stands_aside(house, message),
    )
    return screen(message, known=known, note=row.note)


def _set_aside(
    connection: sa.Connection,
    house: House,
    one: Received,
    screening: Screening,
    journal: Journal,
    *,
    in_force: Mapping[str, Mode],
) -> InboxState:
    """What opens and continues no case: kept, with the reason; a greeting is answered, a bounce believed."""
    row, message = one.row, one.message
    if screening.verdict is Verdict.GREETING:
        known = contact_at(connection, message.customer)
        shut_out = blocked(house, known, message, at=row.received_at) if known is not None else None
        screening = Screening(verdict=Verdict.BLOCKED, reason=shut_out) if shut_out else screening
    reason = reason_of(screening)
    if screening.verdict is Verdict.GREETING:
        reason = f"{Verdict.GREETING}: {greet(connection, house, row, message, journal, in_force=in_force)}"
    settle(connection, row.id, InboxState.SCREENED, now=journal.now, reason=reason)
    data = {"verdict": screening.verdict}
    journal.add(EventKind.MESSAGE_SCREENED, inbox_id=row.id, channel=row.channel, data=data)
    note_loop(connection, house, row.channel, message, screening, journal)
    if screening.verdict is Verdict.OWN:
        note_dead_end(connection, house, one, journal)
    if message.bounce is not None and not note_bounce(connection, house, message.bounce, journal):
        await_refs(connection, row.id, [message.bounce.original_message_id])
    return InboxState.SCREENED


def _take_in(
    connection: sa.Connection,
    house: House,
    one: Received,
    screening: Screening,
    contact: sa.Row[Any],
    in_force: Mapping[str, Mode],
    journal: Journal,
) -> InboxState:
    """What a customer said, whose address is locked: a wish about being written to, a version of a message, or a message."""
    note_wish(connection, one, contact, screening, journal)
    if screening.verdict is Verdict.ACCEPT and not one.row.released_by:
        shut_out = blocked(house, contact, one.message, at=one.row.received_at)
        screening = Screening(verdict=Verdict.BLOCKED, reason=shut_out) if shut_out else screening
    if screening.verdict is not Verdict.ACCEPT:
        return _set_aside(connection, house, one, screening, journal, in_force=in_force)
    note_shared(connection, one, contact, journal)
    reason = None
    if not place_version(connection, house, one, journal):
        if one.message.edits:
            one, reason = as_original(one), CAME_FIRST
        _place(connection, house, one, contact, in_force, journal)
    settle(connection, one.row.id, InboxState.ROUTED, now=journal.now, reason=reason)
    return InboxState.ROUTED


def _place(
    connection: sa.Connection,
    house: House,
    one: Received,
    contact: sa.Row[Any],
    in_force: Mapping[str, Mode],
    journal: Journal,
) -> None:
    """Into the case it continues, or a new one; its owner is told once a turn, its customer gets a receipt if it is new."""
    row, message = one.row, one.message
    found = _match(connection, house, one, contact)
    thanked = case_thanked(connection, found, message)
    if thanked is not None:
        note_thanks(connection, thanked, one, journal, participants_of=participants_of(house, message))
        return
    if found.case is None:
        case, turn_opened = open_for(connection, house, row, message, contact, journal), True
    else:
        case, turn_opened = go_on(connection, house, row, found, contact, journal)
    others = participants_of(house, message)
    message_id = add_inbound(connection, case, one, journal, participants_of=others, how=found.how)
    if not message.conversational:
        wake_awaiting(connection, (message.external_id, *message.in_reply_to, *message.references), journal)
    waiting = Waiting.for_message(message, message_id)
    release_window(connection, message, case, journal)
    for other_id, why in found.links:
        link_cases(connection, case.id, other_id, reason=why, journal=journal)
    suggest_same_person(connection, house, contact, message, journal, conversation_id=case.id)
    if found.case is None:
        for other_id in open_cases_elsewhere(connection, case):
            link_cases(connection, case.id, other_id, reason=ELSEWHERE, journal=journal)
    if turn_opened:
        write_notice(connection, house, case, journal, in_force=in_force, waiting=waiting)
    else:
        tell_more(connection, house, case, journal, waiting=waiting)
    if found.case is None:
        acknowledge(connection, house, case, message, row, journal, in_force=in_force)


def _match(connection: sa.Connection, house: House, one: Received, contact: sa.Row[Any]) -> Match:
    if one.message.conversational:
        return match_chat(connection, house, one.row.channel, one.message, contact, at=one.row.received_at)
    found = match(connection, house, one.message, contact, at=one.row.received_at)
    return only_linked(found) if not one.row.released_by and is_unproven(house, one.message) else found


def participants_of(house: House, message: Message) -> list[Party]:
    """Who may continue the case: the customer, where they want the answer, and whom they visibly wrote to besides us.

    Only the customer's own message brings people in; being named gives nobody a letter from us. A chat has one customer.
    """
    if message.conversational:
        return [message.customer]
    ours = house.own_addresses | house.staff_addresses
    named = (message.customer, *message.reply_to, *message.to, *message.cc)
    return list({party.address: party for party in named if party.address and party.address not in ours}.values())
