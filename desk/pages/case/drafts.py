"""What stands in the form of an answer before somebody writes, or again after it was refused: text, copies, files."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from desk.pages.case.kept_files import Kept, kept_again
from desk.pages.case.rows import files_of_message
from desk.pages.page import Visit
from ventanilla.store.saved_answers import answer_by_id, filled, usable_answers
from ventanilla.store.tables import messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`once` makes a repeat of the form the same answer. `seen` is the newest message that was shown. `saved` is the saved answer
    that was put in, 0 for none."""

    text: str = ""
    cc: str = ""
    resolve: bool = False
    seen: int = 0
    saved: int = 0
    kept: tuple[Kept, ...] = ()
    once: str = field(default_factory=lambda: secrets.token_hex(12))


def first_draft(visit: Visit, connection: sa.Connection, case: Mapping[str, Any]) -> Draft:
    """An empty one; with the text of a saved answer (`saved`) or of an answer that was taken back (`again`) where the address says
    so."""
    again, saved = visit.number("again"), visit.number("saved")
    if again is not None:
        return _taken_back(visit, connection, case, again)
    if saved is not None:
        return _from_saved(visit, connection, case, saved)
    return Draft(seen=case["newest"])


def placeholders(visit: Visit, case: Mapping[str, Any]) -> dict[str, str]:
    """What stands in a saved answer's braces in this case."""
    return {
        "customer": case["contact_name"] or "",
        "key": case["key"],
        "agent": visit.person.name,
        "service": visit.desk.config.service.name,
    }


def usable_here(visit: Visit, connection: sa.Connection, case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The saved answers that this person may use, filled in for this case; those in the customer's language first."""
    rows = usable_answers(connection, agent=visit.person.agent, teams=visit.person.teams)
    values = placeholders(visit, case)
    found = [{**row, "filled": filled(row["text"], values)} for row in rows]
    language = str(case["language"]).partition("-")[0]
    return sorted(found, key=lambda row: (row["language"] != language, -row["used"]))


def _from_saved(visit: Visit, connection: sa.Connection, case: Mapping[str, Any], number: int) -> Draft:
    found = answer_by_id(connection, number)
    usable = {row["id"] for row in usable_answers(connection, agent=visit.person.agent, teams=visit.person.teams)}
    if found is None or number not in usable:
        return Draft(seen=case["newest"])
    return Draft(text=filled(found["text"], placeholders(visit, case)), seen=case["newest"], saved=number)


def _taken_back(visit: Visit, connection: sa.Connection, case: Mapping[str, Any], outbox_id: int) -> Draft:
    query = sa.select(messages).where(messages.c.outbox_id == outbox_id)
    message = connection.execute(query.where(messages.c.conversation_id.in_(list(case["family"])))).one_or_none()
    if message is None or message.agent != visit.person.agent:
        return Draft(seen=case["newest"])
    rows = files_of_message(connection, message.id)
    return Draft(
        text=message.text,
        cc=", ".join(message.cc),
        seen=case["newest"],
        kept=tuple(kept_again(visit, row) for row in rows),
    )
