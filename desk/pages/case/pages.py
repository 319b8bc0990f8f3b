"""The addresses below /cases/KEY that show a case and move it."""

from __future__ import annotations

from desk.entry.person import Right
from desk.pages.case.answering import answer, cost, release, take_back
from desk.pages.case.files import case_file
from desk.pages.case.forms import make_move, move_form
from desk.pages.case.kept_files import LARGEST
from desk.pages.case.record import case_record
from desk.pages.case.view import case_page, case_part
from desk.pages.page import Page

_FORM = LARGEST + 1_500_000
"""A form with all the files that one answer may have, and its text."""

PAGES: tuple[Page, ...] = (
    Page(path="/cases/{key}", view=case_page),
    Page(path="/cases/{key}/parts/{part}", view=case_part),
    Page(path="/cases/{key}/files/{file}", view=case_file),
    Page(path="/cases/{key}/record", view=case_record),
    Page(path="/cases/{key}/answer", view=answer, right=Right.ACT, methods=("POST",), largest=_FORM),
    Page(path="/cases/{key}/cost", view=cost, right=Right.ACT, methods=("POST",)),
    Page(path="/cases/{key}/undo/{number}", view=take_back, right=Right.ACT, methods=("POST",)),
    Page(path="/cases/{key}/release/{number}", view=release, right=Right.ACT, methods=("POST",)),
    Page(path="/cases/{key}/do/{move}", view=move_form, right=Right.ACT),
    Page(path="/cases/{key}/do/{move}", view=make_move, right=Right.ACT, methods=("POST",)),
)
