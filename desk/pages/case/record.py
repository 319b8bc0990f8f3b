"""Everything that the house knows of a case, as tables: who was responsible and why, every clock, what went out, every event."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.trail import note_look
from desk.pages.case.opening import find_survivor
from desk.pages.case.reading import read_case
from desk.pages.page import Visit
from router.texts import reason_in_words
from ventanilla.words import LookedAt


def case_record(visit: Visit) -> Response:
    """The tables of one case, of all that was merged into it too."""
    with visit.desk.store.read() as connection:
        row = find_survivor(visit, connection)
        case = read_case(visit, connection, row)
    note_look(visit, LookedAt.CASE, case_id=row.id, detail={"record": True})
    reasons = {each["reason"]: reason_in_words(visit.language, each["reason"]) for each in case["assignments"]}
    return visit.render("case/record.html", case=case, reasons=reasons)
