"""The page of one case, and its parts by themselves for whoever keeps it open. Writes nothing but that somebody looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from desk.entry.trail import note_look
from desk.pages.case.able import moves_for
from desk.pages.case.drafts import Draft, first_draft, usable_here
from desk.pages.case.kept_files import LARGEST
from desk.pages.case.lines import Teller
from desk.pages.case.opening import find_case_row, find_survivor
from desk.pages.case.reading import read_case
from desk.pages.case.stream import MOST, stream_of
from desk.pages.case.way import way_of
from desk.pages.page import NotFound, Visit
from ventanilla.words import LookedAt

PARTS = ("head", "stream", "side", "way")
"""What of the page is asked for again by itself, by its name in the address."""


def case_page(visit: Visit) -> Response:
    """A case whole. One that was merged leads on to the case that it went into, with a word."""
    with visit.desk.store.read() as connection:
        row = find_case_row(visit, connection)
        if row.merged_into is not None:
            into = find_survivor(visit, connection)
            told = visit.say("case.was_merged", key=row.key, into=into.key)
            return visit.go(f"/cases/{into.key}", told=told)
        values = page_values(visit, connection, row)
        draft = first_draft(visit, connection, values["case"])
    newest = values["case"]["newest"]  # another message is another look: lists say by it what is unread
    note_look(visit, LookedAt.CASE, case_id=row.id, detail={"newest": newest})
    return visit.render("case/page.html", **values, draft=draft, problem="", can_insist=False)


def case_part(visit: Visit) -> Response:
    """One part of it, as it is now."""
    name = visit.place("part")
    if name not in PARTS:
        raise NotFound
    with visit.desk.store.read() as connection:
        row = find_survivor(visit, connection)
        values = page_values(visit, connection, row, part=name)
    return visit.render(f"case/{name}.html", **values)


def refused_page(visit: Visit, draft: Draft, problem: str, *, can_insist: bool) -> Response:
    """The page again after an answer that did not go out: what happened, and all that was written. What is new is seen now."""
    with visit.desk.store.read() as connection:
        row = find_survivor(visit, connection)
        values = page_values(visit, connection, row)
    seen = replace(draft, seen=max(draft.seen, values["case"]["newest"]))
    return visit.render("case/page.html", status=409, **values, draft=seen, problem=problem, can_insist=can_insist)


def page_values(visit: Visit, connection: sa.Connection, row: sa.Row[Any], *, part: str = "") -> dict[str, Any]:
    """All that the templates of a case fill in; of one `part` what that needs."""
    case = read_case(visit, connection, row)
    entries = stream_of(case, teller(visit, case)) if part in ("", "stream") else []
    all_wanted = bool(visit.given("all")) or len(entries) <= MOST
    return {
        "case": case,
        "able": moves_for(visit.person, case),
        "entries": entries if all_wanted else entries[-MOST:],
        "hidden": 0 if all_wanted else len(entries) - MOST,
        "way": way_of(connection, visit.desk.house, row, now=visit.now),
        "saved": usable_here(visit, connection, case) if not part else [],
        "undo_send": visit.desk.config.staff.undo_send,
        "most_bytes": LARGEST,
    }


def teller(visit: Visit, case: Mapping[str, Any]) -> Teller:
    """How this person is told what happened."""
    agents = visit.desk.config.agents

    def name(agent: str | None) -> str:
        settings = agents.get(agent or "")
        return settings.name or str(agent) if settings is not None else ""

    return Teller(say=visit.say, name=name, language=visit.language, keys={**case["keys"], **case["family"]})
