"""The one routing transaction: from a pending ledger row to a case with one responsible person who is told of it.

Reading happens before, outside any transaction, and is counted first, so that an item which kills its reader ends in
quarantine instead of a loop. Everything a message causes is then committed together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from router.acknowledgements import acknowledge
from router.bounces import note_bounce
from router.house import House
from router.languages import language_of
from router.line import ensure_present_owner
from router.matching import Match, match
from router.notices import write_alert, write_notice
from router.presence import keep_presence
from router.reading import Readers, read_row
from router.responsible import Wanted, choose_responsible
from router.rules import Facts, apply_rules
from router.screening import Known, screen
from router.texts import phrase
from ventanilla.channel import Message
from ventanilla.errors import BadMessage, Temporary
from ventanilla.store.blobs import put_blob
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
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import claim_attempt, first_with_identity, is_still_pending, raw_bytes, settle
from ventanilla.words import EventKind, InboxState, Kind, Priority, Verdict

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3
ACTOR = "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """What routing needs. `clock` is read once per unit of work."""

    store: Store
    house: House
    readers: Readers
    clock: Callable[[], datetime]


def route_item(router: Router, row_id: int) -> InboxState | None:
    """Route one ledger row; return its new state, or None when it was settled already. Safe to run twice and at once.

    Raises Temporary when the store is out of reach: nothing is lost, the sweeper brings the row back.
    """
    row = claim_attempt(router.store, row_id)
    if row is None:
        return None
    try:
        raw = raw_bytes(router.store, row)
        message = read_row(router.readers, row, raw)
        return _route(router, row, message)
    except BadMessage as error:
        return quarantine(router, row, str(error))
    except Temporary:
        raise
    except Exception as error:
        log.exception("routing_failed", inbox_id=row.id, attempt=row.attempts)
        if row.attempts < MAX_ATTEMPTS:
            raise
        return quarantine(router, row, f"could not be routed in {row.attempts} attempts: {type(error).__name__}")


def quarantine(router: Router, row: sa.Row[Any], reason: str) -> InboxState | None:
    """Set an unreadable item aside with its raw bytes, and tell a person. The rest of the mailbox goes on."""
    journal = Journal(now=router.clock(), actor=ACTOR)
    with router.store.write() as connection:
        if not is_still_pending(connection, row.id):
            return None
        settle(connection, row.id, InboxState.QUARANTINED, now=journal.now, reason=reason)
        journal.add(EventKind.MESSAGE_QUARANTINED, inbox_id=row.id, channel=row.channel)
        _tell_of_quarantine(connection, router.house, row, reason, journal.now)
        journal.flush(connection)
    log.warning("quarantined", inbox_id=row.id, channel=row.channel, reason=reason)
    return InboxState.QUARANTINED


def _route(router: Router, row: sa.Row[Any], message: Message) -> InboxState | None:
    kept = [put_blob(router.store.blobs, attachment.content) for attachment in message.attachments]
    journal = Journal(now=router.clock(), actor=ACTOR)
    keep_presence(router.store, router.house, journal)
    with router.store.write() as connection:
        if not is_still_pending(connection, row.id):
            return None
        state = _decide(connection, router.house, row, message, kept, journal)
        journal.flush(connection)
    return state


def _decide(
    connection: sa.Connection, house: House, row: sa.Row[Any], message: Message, kept: list[str], journal: Journal
) -> InboxState:
    older = first_with_identity(connection, row)
    if older is not None and not row.released_by:
        settle(connection, row.id, InboxState.DUPLICATE, now=journal.now, reason="same item", duplicate_of=older)
        return InboxState.DUPLICATE
    if not message.customer.address:
        raise BadMessage("it names no sender")
    known = _known(connection, house, row, message)
    screening = screen(message, known=known, note=row.note)
    if screening.verdict is not Verdict.ACCEPT:
        settle(connection, row.id, InboxState.SCREENED, now=journal.now, reason=screening.reason or screening.verdict)
        data = {"verdict": screening.verdict}
        journal.add(EventKind.MESSAGE_SCREENED, inbox_id=row.id, channel=row.channel, data=data)
        if message.bounce is not None:
            note_bounce(connection, house, message.bounce, journal)
        return InboxState.SCREENED
    _place(connection, house, row, message, kept, journal)
    settle(connection, row.id, InboxState.ROUTED, now=journal.now)
    return InboxState.ROUTED


def _known(connection: sa.Connection, house: House, row: sa.Row[Any], message: Message) -> Known:
    staff = {settings.email for settings in house.config.agents.values() if settings.email}
    return Known(
        is_contact=contact_at(connection, message.customer) is not None,
        is_staff=message.author.address in staff,
        released=row.released_by is not None,
    )


def _place(
    connection: sa.Connection, house: House, row: sa.Row[Any], message: Message, kept: list[str], journal: Journal
) -> None:
    """Into the case it continues, or a new one; its owner is told, its customer gets a receipt if it is new."""
    contact = contact_for(connection, message.customer, now=journal.now)
    found = match(connection, house, message, contact, at=row.received_at)
    opened = found.case is None
    if found.case is None:
        case = _open(connection, house, row, message, contact, journal)
    else:
        case = _continue(connection, house, row, found, contact, journal)
    add_inbound(connection, case, message, journal, row=row, kept=kept)
    for other_id, why in found.links:
        link_cases(connection, case.id, other_id, reason=why, journal=journal)
    write_notice(connection, house, case, journal)
    if opened:
        acknowledge(connection, house, case, message, row, journal)


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
        named_agent=decided.agent,
    )
    grant, _ = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
    if decided.rules or decided.slow:
        ruled = {"rules": decided.rules, "rules_too_slow": decided.slow}
        grant = replace(grant, decision={**grant.decision, **ruled})
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
) -> sa.Row[Any]:
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
        return reopen_case(connection, case, grant, journal, at=row.received_at, due_at=due)
    case = ensure_present_owner(connection, house, case, contact, journal)
    open_turn(connection, case, journal, at=row.received_at, due_at=due)
    return lock_case(connection, case.id)


def _tell_of_quarantine(connection: sa.Connection, house: House, row: sa.Row[Any], reason: str, now: datetime) -> None:
    language = house.config.service.language
    settings = house.config.channels.get(row.channel)
    duty = house.config.teams[settings.team].duty[:1] if settings else ()
    write_alert(
        connection,
        house,
        to=house.config.staff.digest_to or duty,
        occasion=f"quarantined:{row.id}",
        subject=phrase(language, "quarantined_subject", channel=row.channel),
        body=phrase(language, "quarantined", inbox_id=str(row.id), channel=row.channel, reason=reason),
        now=now,
        channel=row.channel,
    )
