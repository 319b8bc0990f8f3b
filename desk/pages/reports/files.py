"""The same report as a file: numbers for a spreadsheet, a workbook, or one page that opens offline."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.trail import note_look
from desk.pages.page import NotFound, Visit
from desk.pages.reports.figures import Made, figures_of
from desk.pages.reports.question import choices, read_question, report_language
from desk.pages.reports.working import KEPT
from reports.csv import render_csv
from reports.page import render_page
from ventanilla.store.seals import head
from ventanilla.words import LookedAt

PATIENCE = 2.0
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


def report_file(visit: Visit) -> Response:
    """/reports/report.csv?… with `excel=1` as Spanish settings read it. The figures are those that the page has just shown; where
    there are none any more the page works them out first."""
    form = visit.place("form")
    if form not in _TYPES:
        raise NotFound
    question = read_question(visit, choices(visit))
    made = figures_of(visit, question, patience=PATIENCE, fresh=KEPT)
    if made is None:
        return visit.go("/reports", told=visit.say("reports.not_yet"), **question.query())
    note_look(visit, LookedAt.EXPORT, detail={"of": "report", "form": form, **question.noted()})
    name = f"report-{question.period.start}-{question.period.end}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_content(visit, made, form), media_type=_TYPES[form], headers=headers)


def _content(visit: Visit, made: Made, form: str) -> bytes:
    language, house = report_language(visit), visit.desk.house
    if form == "csv":
        return render_csv(made.split or made.whole, excel_es=visit.given("excel") == "1").encode()
    if form == "xlsx":
        from reports.sheet import render_sheet

        return render_sheet([made.whole, *made.splits], house, language, now=visit.now)
    with visit.desk.store.read() as connection:
        seal = head(connection)
    return render_page(made.whole, house, language, now=visit.now, splits=made.splits, seal=seal).encode()
