"""A case for a message: a new one by the rules and the policy, or the one it continues, opened again where it was over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from router.assigning.line import ensure_present_owner
from router.assigning.responsible import Wanted, choose_responsible
from router.automatic.announcements import REOPENED, announce
from router.house import House, is_first_turn
from router.incoming.again import same_owner_first
from router.incoming.by_rules import case_by_rules
from router.incoming.in_person import open_taken
from router.incoming.matching import Match
from ventanilla.channel import Message
from ventanilla.store.conversations import lock_case, open_case, open_turn, reopen_case
from ventanilla.store.events import Journal
from ventanilla.words import IN_PERSON

ACTOR = "router"


def open_for(
    connection: sa.Connection,
    house: House,
    row: sa.Row[Any],
    message: Message,
    contact: sa.Row[Any],
    journal: Journal,
) -> sa.Row[Any]:
    """A new case for a message: by the rules, with its owner; returns its row. Of a visit or a call that one of us entered by
    hand it is whoever took it."""
    if row.channel == IN_PERSON:
        return open_taken(connection, house, row, message, contact, journal)
    new, decided = case_by_rules(house, row, message, contact, team=house.config.channels[row.channel].team)
    wanted = Wanted(
        team=new.team,
        contact=contact,
        language=new.language,
        skills=frozenset(decided.skills),
        languages=frozenset(decided.languages),
        named_agent=decided.agent,
        just_written=True,
    )
    grant, _ = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
    grant = replace(grant, decision={**grant.decision, **decided.as_written()})
    return open_case(connection, new, grant, journal)


def go_on(
    connection: sa.Connection, house: House, row: sa.Row[Any], found: Match, contact: sa.Row[Any], journal: Journal
) -> tuple[sa.Row[Any], bool]:
    """The case with the customer's new message awaited, and whether that opened a turn or changed its owner."""
    case = found.case
    assert case is not None  # noqa: S101  the caller has looked
    due = house.due(case, row.received_at, first=is_first_turn(case))
    if found.reopens:
        wanted = Wanted(
            team=case.team,
            contact=contact,
            language=case.language,
            skills=frozenset(case.skills),
            languages=frozenset(case.languages),
            exclude_case=case.id,
            just_written=True,
            concerned=(case.owner,) if case.owner in house.config.teams[case.team].members else (),
        )
        grant, choice = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
        grant = same_owner_first(house, case, grant, choice, now=journal.now)
        case = reopen_case(connection, case, grant, journal, at=row.received_at, due_at=due)
        announce(connection, house, case, REOPENED, journal)
        return case, True
    case = ensure_present_owner(connection, house, case, contact, journal)
    opened = open_turn(connection, case, journal, at=row.received_at, due_at=due)
    return lock_case(connection, case.id), opened
