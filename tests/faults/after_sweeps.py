"""What each of the sweeper's works leaves nothing of when it has ended. Says it of the rows, not as the works look for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.router.house_for_tests import House
from ventanilla.store import tables as t
from ventanilla.words import CaseState

Rows = Sequence[Any]


def nothing_is_left_of(kind: str, house: House) -> None:
    """A work of the sweeper's has ended just now: nothing is left that it is there for."""
    if kind in LEFT:
        assert list(LEFT[kind](house)) == [], f"left by the {kind}"


def with_the_absent(house: House) -> Iterator[str]:
    """Cases that wait on somebody who is away, and whom somebody covers who could take them; whoever is named for good has
    no cover, and what somebody gave them while they were away waits for them."""
    covers = {
        row.agent: row.cover
        for row in house.rows(t.absences)
        if row.cover is not None and row.starts_at <= house.now and (row.ends_at is None or row.ends_at > house.now)
    }
    people = {one.name: one for one in house.rows(t.agents)}
    if not any(one.on_duty and one.enabled for one in people.values()):
        return
    passed = {(row.conversation_id, row.agent) for row in house.rows(t.assignments) if row.is_open is None}
    for case in _waiting(house):
        cover = covers.get(case.owner)
        able = cover is not None and people[cover].enabled and people[cover].on_duty and (case.id, cover) not in passed
        if able and not people[case.owner].on_duty and case.line_since is None and not case.pinned:
            yield f"{case.key} of {case.owner}, covered by {cover}"


def in_line(house: House) -> Iterator[str]:
    """Cases in line though a colleague of their team who never had them is there, with room, and nobody asks for anything."""
    members = {(row.team, row.agent) for row in house.rows(t.team_members)}
    open_ones = [one for one in house.rows(t.agents) if one.enabled and one.on_duty and one.load < one.capacity]
    had = {(row.conversation_id, row.agent) for row in house.rows(t.assignments)}
    alone = {row.id for row in house.rows(t.contacts) if row.restricted_to is not None}
    for case in _waiting(house):
        if case.line_since is not None and case.contact_id not in alone and not case.skills and not case.languages:
            for one in open_ones:
                if (case.team, one.name) in members and (case.id, one.name) not in had:
                    yield f"{case.key}, which {one.name} could take"


def not_accepted(house: House) -> Iterator[str]:
    """Cases that wait on somebody who has been there all the time and has not said that they have it."""
    asked = {
        row.conversation_id: row
        for row in house.rows(t.assignments, lambda a: (a.c.is_open == 1) & a.c.accepted_at.is_(None))
        if row.accept_by is not None and row.accept_by <= house.now
    }
    people = {one.name: one for one in house.rows(t.agents)}
    for case in _waiting(house):
        owner = people[case.owner]
        if case.id in asked and owner.on_duty and owner.duty_since and owner.duty_since <= asked[case.id].assigned_at:
            yield f"{case.key} of {case.owner}"


def with_who_left(house: House) -> Iterator[str]:
    """Open cases of somebody who does not belong to the house any more."""
    staff, today = house.loaded.config.agents, house.router.house.today(house.now)
    for case in house.rows(t.conversations, lambda c: c.c.owned == 1):
        if case.owner not in staff or not staff[case.owner].is_here(today):
            yield f"{case.key} of {case.owner}"


def whose_date_has_come(house: House) -> Iterator[str]:
    """Cases that were to wait for somebody else until now."""
    yield from (row.key for row in house.rows(t.conversations, lambda c: c.c.wait_until <= house.now))


def resolved_long_ago(house: House) -> Iterator[str]:
    """Cases that were resolved so long ago that nobody opens them again."""
    for case in house.rows(t.conversations, lambda c: c.c.state == CaseState.RESOLVED):
        if case.resolved_at + house.router.house.reopen_within(case.team) < house.now:
            yield case.key


def _waiting(house: House) -> Rows:
    return house.rows(t.conversations, lambda c: (c.c.owned == 1) & c.c.waiting_since.is_not(None))


LEFT: dict[str, Callable[[House], Iterator[str]]] = {
    "sweep move_on_from_absent": with_the_absent,
    "sweep drain_line": in_line,
    "sweep lapse_acceptances": not_accepted,
    "sweep hand_over_leavers": with_who_left,
    "sweep wake_what_waited": whose_date_has_come,
    "sweep close_what_is_over": resolved_long_ago,
}
