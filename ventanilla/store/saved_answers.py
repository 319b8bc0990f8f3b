"""Answers kept for use again: one person's own, a team's, everybody's. Knows their texts and no case that they are used in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import saved_answers
from ventanilla.words import EventKind

PLACEHOLDERS = ("customer", "key", "agent", "service")
"""What may stand in braces in a text: the customer's name, the case's key, who answers, what the house is called."""
LONGEST_NAME, LONGEST_TEXT = 80, 8000
_PLACE = re.compile(r"( ?)\{(" + "|".join(PLACEHOLDERS) + r")\}")
_ANSWERS = sa.select(saved_answers).order_by(
    sa.func.lower(saved_answers.c.name), saved_answers.c.language, saved_answers.c.id
)
_ONE = sa.select(saved_answers).where(saved_answers.c.id == sa.bindparam("answer_id"))
_USED = (
    sa.update(saved_answers)
    .where(saved_answers.c.id == sa.bindparam("answer_id"))
    .values(used=saved_answers.c.used + 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A saved answer as somebody writes it. `agent`: one person's own; `team`: one team's; neither: everybody's."""

    name: str
    language: str
    text: str
    agent: str | None = None
    team: str | None = None


def usable_answers(
    connection: sa.Connection, *, agent: str, teams: Collection[str], language: str | None = None
) -> list[dict[str, Any]]:
    """What this person may use, by name: their own, their teams', everybody's. In that language alone, where one is given."""
    theirs = saved_answers.c.agent == agent
    in_reach = saved_answers.c.team.is_(None) | saved_answers.c.team.in_(sorted(teams))
    query = _ANSWERS.where(theirs | (saved_answers.c.agent.is_(None) & in_reach))
    if language is not None:
        query = query.where(saved_answers.c.language == language)
    return [dict(row._mapping) for row in connection.execute(query)]


def shared_answers(connection: sa.Connection) -> list[dict[str, Any]]:
    """Every answer that is nobody's own, of whatever team, by name: for who looks after them."""
    rows = connection.execute(_ANSWERS.where(saved_answers.c.agent.is_(None)))
    return [dict(row._mapping) for row in rows]


def answer_by_id(connection: sa.Connection, answer_id: int) -> dict[str, Any] | None:
    """One answer, whosever it is; None where there is none (any more)."""
    row = connection.execute(_ONE, {"answer_id": answer_id}).one_or_none()
    return None if row is None else dict(row._mapping)


def put_answer(connection: sa.Connection, answer: Answer, journal: Journal) -> int:
    """Keep a new answer, made by the journal's actor; its number."""
    made = {"made_by": journal.actor, "created_at": journal.now, "changed_at": journal.now}
    statement = sa.insert(saved_answers).values(**_columns(answer), **made).returning(saved_answers.c.id)
    number = int(connection.execute(statement).scalar_one())
    journal.add(EventKind.ANSWER_SAVED, agent=journal.actor, data=_about(number, _columns(answer)) | {"new": True})
    return number


def change_answer(connection: sa.Connection, answer_id: int, answer: Answer, journal: Journal) -> bool:
    """Write this in its place; whether that changed anything. One that is gone stays so."""
    before = answer_by_id(connection, answer_id)
    values = _columns(answer)
    if before is None or all(before[name] == value for name, value in values.items()):
        return False
    this = saved_answers.c.id == answer_id
    connection.execute(sa.update(saved_answers).where(this).values(**values, changed_at=journal.now))
    journal.add(EventKind.ANSWER_SAVED, agent=journal.actor, data=_about(answer_id, values) | {"new": False})
    return True


def remove_answer(connection: sa.Connection, answer_id: int, journal: Journal) -> bool:
    """Keep it no longer; whether it was there. What was answered with it stays as it went out."""
    before = answer_by_id(connection, answer_id)
    if before is None:
        return False
    connection.execute(sa.delete(saved_answers).where(saved_answers.c.id == answer_id))
    journal.add(EventKind.ANSWER_REMOVED, agent=journal.actor, data=_about(answer_id, before))
    return True


def note_used(connection: sa.Connection, answer_id: int) -> None:
    """Somebody put it into an answer of theirs: counted, so that what is used stands out."""
    connection.execute(_USED, {"answer_id": answer_id})


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known in place of the braces; what is not known is left out with the space before it, other braces
    stay. Pure."""

    def put(found: re.Match[str]) -> str:
        value = values.get(found[2], "").strip()
        return f"{found[1]}{value}" if value else ""

    return _PLACE.sub(put, text)


def _columns(answer: Answer) -> dict[str, Any]:
    return {
        "name": answer.name,
        "language": answer.language,
        "text": answer.text,
        "agent": answer.agent,
        "team": answer.team,
    }


def _about(number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the log says of an answer: whose it is, never what it says."""
    return {"answer": number, "of": values["agent"], "team": values["team"], "language": values["language"]}
