"""One calendar's year as understood: what `ventanilla calendar` prints."""

from __future__ import annotations

from starlette.responses import Response

from desk.pages.page import NotFound, Visit
from ventanilla.clocks.year import describe_year, render_year
from ventanilla.errors import BadInput

_YEARS = range(1970, 2201)


def calendar_page(visit: Visit) -> Response:
    """/house/calendars/NAME?year=2026."""
    name = visit.place("name")
    if name not in visit.desk.config.calendars:
        raise NotFound
    calendar = visit.desk.house.calendar(name)
    this_year = visit.now.astimezone(calendar.zone).year
    given = visit.given("year") or str(this_year)
    if not given.isdecimal() or int(given) not in _YEARS:
        raise BadInput(visit.say("house.odd_year"))
    year = int(given)
    text = render_year(describe_year(calendar, name, year, language=visit.language), language=visit.language)
    return visit.render("house/calendar.html", name=name, year=year, text=text)
