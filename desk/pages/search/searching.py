"""One search: what was asked, the cases in which it is found with the words around it, notes, customers. Shows what one may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from starlette.responses import Response

from desk.entry.person import Right
from desk.entry.seeing import may_see, visible_to
from desk.entry.trail import note_look
from desk.pages.page import Visit
from ventanilla.keys import read_key
from ventanilla.store.conversations import case_by_key
from ventanilla.store.search import Words, around, found_messages, found_notes, words_of
from ventanilla.store.tables import conversations, messages
from ventanilla.store.views.cases import case_rows_by_id
from ventanilla.store.views.contacts import list_contacts
from ventanilla.words import CaseState, Kind, LookedAt

PAGE = 30
"""Cases on one page."""
BATCH = 120
MOST_BATCHES = 5
"""How many finds are looked through for one page: a word in every mail must not hold anybody up."""
_YEARS = range(1970, 2200)
NOTES = 5
CUSTOMERS = 5
STATES = tuple(state for state in CaseState if state is not CaseState.MERGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A case and its newest message that was found: (text, whether it was looked for) in order; `also` more messages of it."""

    case: Any
    message: Any
    parts: list[tuple[str, bool]]
    also: int = 0


def show(visit: Visit) -> Response:
    """The page; a case's key typed whole leads to the case."""
    typed = visit.given("q")
    if (key := read_key(typed)) and _is_theirs(visit, key):
        return visit.go(f"/cases/{key}")
    filters = {
        name: value for name in ("channel", "state", "kind", "owner", "from", "to") if (value := visit.given(name))
    }
    words, before = words_of(typed), visit.given("after")
    hits: list[Hit] = []
    notes: list[sa.Row[Any]] = []
    customers: list[dict[str, Any]] = []
    after: int | None = None
    if words:
        conditions = _conditions(visit, filters)
        with visit.desk.store.read() as connection:
            hits, after = _cases(
                connection, words, conditions, int(before) if before.isdecimal() and len(before) < 19 else None
            )
            if not before:
                notes = found_notes(connection, words, _conditions(visit, filters, of_messages=False), most=NOTES)
                customers = _customers(visit, connection, typed)
        note_look(visit, LookedAt.SEARCH, detail={"words": len(words.all), "found": len(hits)})
    return visit.render(
        "search/page.html",
        typed=typed,
        words=words,
        filters=filters,
        hits=hits,
        notes=[(row, around(row.text, words)) for row in notes],
        customers=customers,
        following=visit.url("/search", q=typed, after=after, **filters) if after else "",
        is_first=not before,
        choices=_choices(visit),
    )


def _is_theirs(visit: Visit, key: str) -> bool:
    with visit.desk.store.read() as connection:
        case = case_by_key(connection, key)
        return case is not None and may_see(connection, visit.person, case.id)


def _choices(visit: Visit) -> dict[str, list[str]]:
    config = visit.desk.config
    found = {
        "channel": list(config.channels),
        "state": [str(each) for each in STATES],
        "kind": [str(each) for each in Kind],
    }
    return found | ({"owner": list(config.agents)} if visit.person.has(Right.OVERSEE) else {})


def _conditions(visit: Visit, filters: Mapping[str, str], *, of_messages: bool = True) -> list[sa.ColumnElement[bool]]:
    """What a case must be, and when a message must have come or gone; a filter that means nothing here finds nothing."""
    found = [visible_to(visit.person)]
    for name in ("channel", "state", "kind", "owner"):
        if value := filters.get(name):
            found.append(conversations.c[name] == value)
    if of_messages:
        zone = visit.desk.house.zone()
        since, until = _day(filters.get("from"), zone), _day(filters.get("to"), zone)
        found += [messages.c.routed_at >= since] if since else []
        found += [messages.c.routed_at < until + timedelta(days=1)] if until else []
    return found


def _day(typed: str | None, zone: ZoneInfo) -> datetime | None:
    try:
        day = datetime.strptime(typed or "", "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _cases(
    connection: sa.Connection, words: Words, conditions: list[sa.ColumnElement[bool]], before: int | None
) -> tuple[list[Hit], int | None]:
    """A page of cases, and the message below which the next one begins (None: there is no more)."""
    newest: dict[int, Any] = {}
    also: dict[int, int] = {}
    for _ in range(MOST_BATCHES):
        rows = found_messages(connection, words, conditions, before=before, most=BATCH)
        for row in rows:
            if row.conversation_id in newest:
                also[row.conversation_id] = also.get(row.conversation_id, 0) + 1
            elif len(newest) == PAGE:
                return _hits(connection, newest, also, words), before
            else:
                newest[row.conversation_id] = row
            before = row.id
        if len(rows) < BATCH:
            return _hits(connection, newest, also, words), None
    return _hits(connection, newest, also, words), before


def _hits(connection: sa.Connection, newest: Mapping[int, Any], also: Mapping[int, int], words: Words) -> list[Hit]:
    cases = case_rows_by_id(connection, list(newest))
    return [
        Hit(
            case=cases[case_id],
            message=row,
            parts=around(row.text or row.subject, words),
            also=also.get(case_id, 0),
        )
        for case_id, row in newest.items()
        if case_id in cases
    ]


def _customers(visit: Visit, connection: sa.Connection, typed: str) -> list[dict[str, Any]]:
    """Customers of that name or address; for an agent those of whom they may see a case."""
    found = list_contacts(connection, search=typed, limit=CUSTOMERS * 4)
    if not visit.person.has(Right.OVERSEE):
        ids = [each["id"] for each in found]
        mine = sa.select(conversations.c.contact_id).where(
            conversations.c.contact_id.in_(ids), visible_to(visit.person)
        )
        known = set(connection.scalars(mine.distinct()))
        found = [each for each in found if each["id"] in known]
    return found[:CUSTOMERS]
