"""From one event of the log to what is told of it and to whom: topics that pages listen for, and notices. Pure.

Nothing of a case reaches somebody who may not see it, not even its key; what needs no key (`cases`) is told to whoever had it too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
_BESIDE_LISTS = frozenset(
    {
        EventKind.NOTICE_WRITTEN,
        EventKind.NOTICE_SENT,
        EventKind.NOTICE_FAILED,
        EventKind.NOTICE_ESCALATED,
        EventKind.ACKNOWLEDGEMENT_WITHHELD,
        EventKind.ANNOUNCED,
        EventKind.DELIVERY,
        EventKind.FILE_FETCHED,
        EventKind.FILE_FAILED,
        EventKind.CONSENT,
        EventKind.CONTACT_SUGGESTED,
        EventKind.LEGAL_HOLD,
        EventKind.LEGAL_HOLD_ENDED,
        EventKind.PROMISE_WARNED,
    }
)
"""What changes nothing that a list shows of a case: most come seconds after what did, and each would have it fetched anew."""


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


class News:
    """What some happenings tell, by whom it is told to: of each of two hundred streams it is looked up, and not worked out of each
    happening anew. Used by one thread."""

    __slots__ = ("_cases", "_lines", "_mine", "_overseen")

    def __init__(self, happenings: Iterable[Happening]) -> None:
        # Whose list may have changed, and by which case they see (None: by none in particular).
        self._mine: dict[str, list[CaseNow | None]] = {}
        self._lines: list[CaseNow] = []
        self._cases: dict[str, list[CaseNow]] = {}
        self._overseen: set[str] = set()
        for happening in happenings:
            if happening.kind not in _SILENT:
                self._take(happening)

    def _take(self, happening: Happening) -> None:
        kind, case = happening.kind, happening.case
        self._overseen |= {BOARD} | ({CHANNELS} if kind in _CHANNELS else set()) | ({LINE} if kind in _LINE else set())
        if happening.agent is not None and kind in _OWN | _PEOPLE:
            self._mine.setdefault(happening.agent, []).append(None)
        if case is None:
            return
        known = self._cases.setdefault(case.key, [])
        if case not in known:
            known.append(case)
        if kind not in _BESIDE_LISTS:
            for agent in (case.owner, *case.helpers):
                self._mine.setdefault(agent, []).append(case)
        if kind in _LINE:
            self._lines.append(case)

    def to(self, person: Person, *, shown: Collection[str] | None = None) -> set[str]:
        """What this person's pages are told, `case:KEY` for whoever may see that case; of single cases only those that they
        show, by key (None: of each)."""
        if not person.has(Right.LOOK):
            return set()
        found = set(self._overseen) if self._overseen and person.has(Right.OVERSEE) else set()
        if any(case is None or sees(person, case) for case in self._mine.get(person.agent, ())):
            found.add(CASES)
        if any(case.team in person.teams and sees(person, case) for case in self._lines):
            found |= {LINE, CASES}
        for key in self._cases if shown is None else shown:
            if any(sees(person, case) for case in self._cases.get(key, ())):
                found.add(f"case:{key}")
        return found


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
