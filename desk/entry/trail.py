"""The trail of who looked: pages and routes note here what they showed. Never the reason why a page does not come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from desk.entry.person import Person
from desk.pages.page import Visit
from desk.room import Desk
from ventanilla.errors import Temporary
from ventanilla.store.looks import Look, add_look, has_looked
from ventanilla.words import LookedAt

log = structlog.get_logger(__name__)


def note_look(
    visit: Visit,
    what: LookedAt,
    *,
    case_id: int | None = None,
    contact_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """This person looked at this just now. `detail` tells looks of one kind apart (a file's id, a report's name): ids and codes,
    never customers' text. The same look of the same session within 10 minutes is noted once. Call it outside a transaction; while
    the store is busy the look goes into the log alone."""
    look_of(visit.desk, visit.person, what, now=visit.now, case_id=case_id, contact_id=contact_id, detail=detail)


def look_of(
    desk: Desk,
    person: Person,
    what: LookedAt,
    *,
    now: datetime,
    case_id: int | None = None,
    contact_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The same for whoever comes without a page: a program with a token."""
    look = Look(
        agent=person.agent,
        what=what,
        case_id=case_id,
        contact_id=contact_id,
        session_id=person.session_id,
        token_id=person.token_id,
        detail=detail or {},
    )
    try:
        with desk.store.read() as connection:
            if has_looked(connection, look, now=now):
                return
        with desk.store.write() as connection:
            add_look(connection, look, now=now)
    except Temporary as error:
        log.warning(
            "look_not_noted", agent=person.agent, what=str(what), case=case_id, contact=contact_id, problem=str(error)
        )
