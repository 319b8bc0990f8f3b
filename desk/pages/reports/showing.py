"""A report on a page: what to choose, the figures in words, tables and plots; or word that they are being worked out."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape
from starlette.responses import Response

from desk.entry.trail import note_look
from desk.pages.page import Visit
from desk.pages.reports.figures import figures_of
from desk.pages.reports.question import PRESETS, choices, read_question, report_language
from reports.page import period, render_content, sentence_case
from ventanilla.words import Kind, LookedAt

_KEY = re.compile(r"(?<=>)[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}(?=<)")
PATIENCE = 1.5
"""Seconds that a page waits for its figures before it says that they are being worked out."""


def report_page(visit: Visit) -> Response:
    """/reports?period=last-week&by=channel&team=atencion. 202 while the figures are not there yet; its script asks again."""
    there = choices(visit)
    question = read_question(visit, there)
    is_asking_again = "x-part" in visit.request.headers
    made = figures_of(visit, question, patience=0.0 if is_asking_again else PATIENCE)
    about: dict[str, Any] = {"question": question, "there": there, "presets": PRESETS, "kinds": list(Kind)}
    if made is None:
        return visit.render("reports/working.html", status=202, **about)
    if is_asking_again:
        return Response(status_code=200)
    note_look(visit, LookedAt.REPORT, detail=question.noted())
    language = report_language(visit)
    return visit.render(
        "reports/report.html",
        days=sentence_case(period(made.whole, language)),
        made_at=made.whole.made_at,
        content=_with_links(visit, render_content(made.whole, language, splits=made.splits)),
        **about,
    )


def _with_links(visit: Visit, html: str) -> Markup:
    """The content, which reports/page has escaped, with the slowest cases' keys as links to them."""

    def link(found: re.Match[str]) -> str:
        return f'<a href="{escape(visit.url(f"/cases/{found[0]}"))}">{found[0]}</a>'

    return Markup(_KEY.sub(link, html))  # noqa: S704  nothing of it comes unescaped
