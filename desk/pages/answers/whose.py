"""Whose a saved answer is, and who may change it: agents their own, supervisors those that are shared as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from desk.entry.person import Person, Right
from desk.pages.page import NotFound, Visit
from ventanilla.store.saved_answers import answer_by_id, shared_answers, usable_answers

MINE, EVERYBODY = "mine", "all"
"""How a form says whose it is; a team's is `team:NAME`."""


def in_sight(connection: sa.Connection, person: Person) -> list[dict[str, Any]]:
    """What this person may use or change, by name."""
    usable = usable_answers(connection, agent=person.agent, teams=person.teams)
    if not person.has(Right.SUPERVISE):
        return usable
    return [each for each in usable if each["agent"]] + shared_answers(connection)


def may_change(person: Person, answer: Mapping[str, Any]) -> bool:
    """Whether they may write this one anew, or remove it."""
    return answer["agent"] == person.agent or (answer["agent"] is None and person.has(Right.SUPERVISE))


def find(visit: Visit, connection: sa.Connection) -> dict[str, Any]:
    """The answer of the address. Raises NotFound for one that this person may not change."""
    found = answer_by_id(connection, int(visit.place("number")))
    if found is None or not may_change(visit.person, found):
        raise NotFound
    return found


def scope_of(answer: Mapping[str, Any]) -> str:
    """Whose it is, as a form says it."""
    if answer["agent"] is not None:
        return MINE
    return f"team:{answer['team']}" if answer["team"] else EVERYBODY


def scopes(visit: Visit) -> list[str]:
    """For whom this person may keep an answer."""
    if not visit.person.has(Right.SUPERVISE):
        return [MINE]
    return [MINE, EVERYBODY, *(f"team:{name}" for name in visit.desk.config.teams)]
