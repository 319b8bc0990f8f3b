"""Response times of a period: on a page, as files, and those that are sent by themselves."""

from __future__ import annotations

from desk.entry.person import Right
from desk.pages.page import Page
from desk.pages.reports.files import report_file
from desk.pages.reports.saved import saved_page
from desk.pages.reports.showing import report_page

PAGES: tuple[Page, ...] = (
    Page(path="/reports", view=report_page),
    Page(path="/reports/saved", view=saved_page, right=Right.OVERSEE),
    Page(path="/reports/report.{form}", view=report_file),
)
