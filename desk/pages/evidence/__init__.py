"""What leaves the house as files about cases: one case as proof, and a list of cases as numbers."""

from __future__ import annotations

from desk.entry.person import Right
from desk.pages.evidence.case_list import cases_file
from desk.pages.evidence.proof import evidence_file, evidence_page
from desk.pages.page import Page

PAGES: tuple[Page, ...] = (
    Page(path="/cases.csv", view=cases_file, right=Right.OVERSEE),
    Page(path="/cases/{key}/evidence", view=evidence_page),
    Page(path="/cases/{key}/evidence", view=evidence_file, methods=("POST",)),
)
