"""From one event of the log to what is told of it and to whom: topics that pages listen for, and notices. Pure.

Nothing of a case reaches somebody who may not see it, not even its key; what needs no key (`cases`) is told to whoever had it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.entry.person import Person, Right
from ventanilla.store.recent_events import CaseNow
from ventanilla.words import EventKind, Mode

CASES, LINE, BOARD, CHANNELS = "cases", "line", "board", "channels"
_LINE = frozenset({EventKind.LINE_ENTERED, EventKind.LINE_LEFT})
_OWN = frozenset({EventKind.ASSIGNED, EventKind.RELEASED, EventKind.COLLABORATOR_ADDED, EventKind.COLLABORATOR_REMOVED})
_CHANNELS = frozenset(
    {
        EventKind.CONFIG_APPLIED,
        EventKind.CHANNEL_PAUSED,
        EventKind.CHANNEL_RESUMED,
        EventKind.CHANNEL_QUIET,
        EventKind.ITEMS_MISSING,
        EventKind.ITEMS_FETCHED,
        EventKind.MESSAGE_SCREENED,
        EventKind.MESSAGE_QUARANTINED,
        EventKind.MESSAGE_RELEASED,
        EventKind.MESSAGE_REPLAYED,
        EventKind.BRAKE,
        EventKind.REPLY_HELD,
        EventKind.NOTICE_FAILED,
        EventKind.AGENT_UNREACHABLE,
    }
)
_PEOPLE = frozenset({EventKind.PRESENCE, EventKind.AGENT_DISABLED})
_SILENT = frozenset(
    {
        EventKind.LOGGED_IN,
        EventKind.LOGIN_REFUSED,
        EventKind.LOGIN_THROTTLED,
        EventKind.SESSION_ENDED,
        EventKind.PASSWORD_SET,
        EventKind.PREFERENCES_SET,
        EventKind.TOKEN_MADE,
        EventKind.TOKEN_REVOKED,
        EventKind.ANSWER_SAVED,
        EventKind.ANSWER_REMOVED,
    }
)


class Occasion(StrEnum):
    """What somebody is told of on their desktop, the most telling first."""

    BROKEN = "broken"
    WARNED = "warned"
    NEW = "new"
    WROTE = "wrote"


_OCCASIONS = {
    EventKind.PROMISE_BREACHED: Occasion.BROKEN,
    EventKind.PROMISE_WARNED: Occasion.WARNED,
    EventKind.ASSIGNED: Occasion.NEW,
    EventKind.MESSAGE_RECEIVED: Occasion.WROTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event with the case that it is about as it stands now. `at` is when it was recorded; `agent` whom it names."""

    id: int
    at: datetime
    kind: EventKind
    actor: str
    agent: str | None = None
    case: CaseNow | None = None
    message_id: int | None = None


def sees(person: Person, case: CaseNow) -> bool:
    """Whether somebody may see a case, or the one that it went into: what desk/entry/seeing.py asks of the store, of rows that were
    read."""
    if not person.has(Right.LOOK):
        return False
    if sees_all(person):
        return True
    one = case
    while one.into is not None:
        one = one.into
    return person.agent == one.owner or person.agent in one.helpers or one.team in person.teams


def sees_all(person: Person) -> bool:
    """Whether everybody's cases are shown to them."""
    return person.has(Right.OVERSEE) or (person.role.sees_everybody and person.scopes is None)


def topics_of(happening: Happening, person: Person) -> frozenset[str]:
    """What this person's pages are told of it; `case:KEY` is among it for whoever may see that case."""
    kind, case = happening.kind, happening.case
    if kind in _SILENT or not person.has(Right.LOOK):
        return frozenset()
    found = {CASES} if happening.agent == person.agent and kind in _OWN | _PEOPLE else set()
    if person.has(Right.OVERSEE):
        found |= {BOARD} | ({CHANNELS} if kind in _CHANNELS else set()) | ({LINE} if kind in _LINE else set())
    if case is not None and sees(person, case):
        found.add(f"case:{case.key}")
        if person.agent == case.owner or person.agent in case.helpers:
            found.add(CASES)
        if kind in _LINE and case.team in person.teams:
            found |= {LINE, CASES}
    return frozenset(found)


def occasion_of(happening: Happening, person: Person) -> Occasion | None:
    """What to tell its owner on their desktop; None for everybody else, for what they did themselves, for a case that they only
    hold in line, and of a channel that observes."""
    case, occasion = happening.case, _OCCASIONS.get(happening.kind)
    if occasion is None or case is None or case.owner != person.agent or happening.actor == person.agent:
        return None
    if case.in_line or case.mode == Mode.OBSERVE or not person.has(Right.ACT):
        return None
    if occasion is Occasion.NEW and happening.agent != person.agent:
        return None
    return occasion
